import { readFloat } from "./readFloat.ts"
import { readSexps, type Sexp, type Word } from "./Sexp.ts"

/**
 * A module's text with every `f32` literal replaced by one that is no `f64` between two of them.
 *
 * `watr` reads an `f32` as an `f64` and rounds again, which is one unit off near the middle of two numbers.
 */
export const roundFloats = (text: string): string => {
  if (!text.includes("f32")) return text
  const parts: Array<string> = []
  let at = 0
  for (const literal of readSexps(text).flatMap(floatsIn)) {
    const rounded = roundFloat(literal.word)
    if (rounded === undefined) continue
    parts.push(text.slice(at, literal.at), rounded)
    at = literal.at + literal.word.length
  }
  return parts.join("") + text.slice(at)
}

/** The literals after `f32.const` and `f32x4`, in the order of the text. */
const floatsIn = (sexp: Sexp): ReadonlyArray<Word> => {
  if (sexp.kind !== "list") return []
  let left = 0
  return sexp.items.flatMap((item) => {
    if (item.kind === "list") return floatsIn(item)
    if (item.kind === "text") return []
    const literal = left > 0
    left = item.word === "f32.const" ? 1 : item.word === "f32x4" ? 4 : Math.max(0, left - 1)
    return literal ? [item] : []
  })
}

const scratch = new DataView(new ArrayBuffer(4))

/** *Returns* `undefined` for what stays as it is: infinities, NaNs and what is no number. */
const roundFloat = (literal: string): string | undefined => {
  if (!/^[+-]?\d/.test(literal)) return undefined
  scratch.setUint32(0, Number(readFloat("f32", literal).bits))
  const value = scratch.getFloat32(0)
  if (!Number.isFinite(value)) return undefined
  return Object.is(value, -0) ? "-0" : String(value)
}
