/**
 * A guest's text as one line that cannot act on the terminal or the log that shows it.
 *
 * Control characters, line separators and the marks that turn the direction of writing become escapes; so does a
 * lone surrogate. Everything else, backslashes too, stays as it is: this is for reading, not for reading back.
 */
export const visible = (text: string, lengthMax = 1_024): string => {
  const shown = text.slice(0, lengthMax).replace(INVISIBLE, escapeCharacter)
  return text.length > lengthMax ? `${shown}… (${text.length} characters)` : shown
}

const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"]
])

const escapeCharacter = (character: string): string =>
  SHORT.get(character) ?? `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`
