import { visible } from "../outcome/visible.ts"
import type { Arrow } from "./Chart.ts"

/**
 * What pictures say of an arrow, and how wide text is before anybody has drawn it.
 *
 * Whoever looks has one font or another, so boxes are sized for the widest that is common (DejaVu Sans; Helvetica and
 * Arial need a tenth less) and text is centred in them: it never runs over, and it never depends on this machine.
 */
export const nameText = (name: string): string => {
  const shown = visible(name, NAME_CHARS_MAX)
  // Blanks at an end cannot be seen, and some formats drop them.
  return shown === "" || shown.trim() !== shown ? `"${shown}"` : shown
}

/** A name beyond this is cut, and its length is said. */
const NAME_CHARS_MAX = 64

export const eventText = ({ event, guard }: Pick<Arrow, "event" | "guard">): string => {
  const shown =
    event === ""
      ? "at once"
      : event === "*"
        ? "anything else"
        : event.startsWith(DONE)
          ? "inside is done"
          : nameText(event)
  return guard === undefined ? shown : `${shown} [${nameText(guard)}]`
}

/** What XState calls the event that a state's inner states have come to their end. */
export const DONE = "xstate.done.state."

/** Lines of at most so many characters, broken between items; an item is never broken. */
export const wrapItems = (items: ReadonlyArray<string>, charsMax: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const [i, item] of items.entries()) {
    const text = i === items.length - 1 ? item : `${item},`
    const last = lines.at(-1)
    if (last === undefined || last.length + text.length + 1 > charsMax) lines.push(text)
    else lines[lines.length - 1] = `${last} ${text}`
  }
  return lines
}

/** Lines of at most so many characters, broken between words; a word that is longer is cut. */
export const wrapWords = (text: string, charsMax: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const words = text.split(" ").flatMap((word) => (word === "" ? [""] : piecesOf(word, charsMax)))
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > charsMax) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

/** By characters: half of one cannot be drawn. */
const piecesOf = (word: string, charsMax: number): ReadonlyArray<string> => {
  const pieces = [""]
  for (const character of word)
    if ((pieces.at(-1) ?? "").length + character.length > charsMax) pieces.push(character)
    else pieces[pieces.length - 1] += character
  return pieces
}

/** Points across, for a text of this size; at least what any common sans-serif needs. */
export const widthOf = (text: string, fontSize: number, bold = false): number => {
  let ems = 0
  for (const character of text) ems += emsOf(character)
  return Math.ceil(ems * fontSize * (bold ? 1.1 : 1) * 10) / 10
}

const emsOf = (character: string): number => {
  if (NARROW.test(character)) return 0.4
  if (MIDDLING.test(character)) return 0.62
  if (WIDE.test(character)) return 1
  if (/[ -~]/.test(character)) return 0.7
  return /[\u00a0-\u02ff\u2010-\u2027]/.test(character) ? 0.8 : 1.1
}

const NARROW = /[ ijlIftr.,:;'|!()[\]/\\-]/
const MIDDLING = /[a-eghknopqsuvxyz0-9_]/
const WIDE = /[mwMW@%]/

/** Whole microseconds with their thousands apart: `1,234 µs`. */
export const micros = (value: number): string =>
  `${String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ",")} µs`
