/** The most characters of one text of a guest's that a line shows. */
export const SHOWN_CHARS_MAX = 200

// Controls, line and paragraph separators, what turns the direction of writing, and lone surrogates.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\\]/gu

/**
 * A guest's text as part of one line on a terminal.
 *
 * Names come from the guest's own sections, so they may hold escape sequences that repaint the screen or turn
 * the direction of writing: such characters are shown as `\u{1b}`. Longer than {@link SHOWN_CHARS_MAX}, it is cut.
 */
export const showText = (text: string): string => {
  const shown = text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text
  return shown.replace(UNSAFE, (char) =>
    char === "\\" ? "\\\\" : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
  )
}
