import { readFloat } from "./readFloat.ts"
import type { Sexp } from "./Sexp.ts"
import {
  allOnes,
  type Constant,
  type NumberPattern,
  type NumberType,
  type Pattern,
  REFERENCES,
  WIDTH
} from "./Value.ts"

/** Reads `(i32.const 1)`, `(v128.const f32x4 0 nan:canonical 1 2)`, `(ref.null func)` and what is expected. */

/** *Returns* what a script passes; *fails* by throwing where it is no constant. */
export const readConstant = (sexp: Sexp): Constant => {
  const pattern = readPattern(sexp)
  const exact = pattern.kind !== "number" || pattern.mask === allOnes(WIDTH[pattern.type])
  if (pattern.kind === "reference" || pattern.kind === "either" || !exact)
    throw new Error(`no constant: ${pattern.kind}`)
  return pattern
}

/** *Fails* by throwing where it is nothing that can be expected. */
export const readPattern = (sexp: Sexp): Pattern => {
  const items = sexp.kind === "list" ? sexp.items : []
  const [head, ...rest] = items.map((item) => (item.kind === "word" ? item.word : ""))
  const [, kind = "", what = ""] = /^(\w+)(?:\.(\w+))?$/.exec(head ?? "") ?? []
  if (kind === "either") return { kind, patterns: items.slice(1).map(readPattern) }
  if (kind === "v128" && what === "const") return readVector(rest[0] ?? "", rest.slice(1))
  if (what === "const") return readLane(kind, rest[0] ?? "")
  if (kind !== "ref") throw new Error(`neither a constant nor a pattern: ${head}`)
  if (what === "null") return { kind: "null" }
  if ((what === "extern" || what === "host") && rest[0] !== undefined)
    return { kind: "host", host: Number(rest[0]) }
  const to = REFERENCES.find((one) => one === what)
  if (to === undefined) throw new Error(`unknown reference: ${head}`)
  return { kind: "reference", to }
}

const LANES: Readonly<Record<string, readonly [type: string, count: number]>> = {
  i8x16: ["i8", 16],
  i16x8: ["i16", 8],
  i32x4: ["i32", 4],
  i64x2: ["i64", 2],
  f32x4: ["f32", 4],
  f64x2: ["f64", 2]
}

const readVector = (shape: string, lanes: ReadonlyArray<string>): NumberPattern => {
  const [type, count] = LANES[shape] ?? []
  if (type === undefined || lanes.length !== count) throw new Error(`no vector: ${shape} ${lanes.join(" ")}`)
  const width = 128 / count
  let [bits, mask] = [0n, 0n]
  for (const [index, lane] of lanes.entries()) {
    const shift = BigInt(index * width)
    const read = readNumber(type, width, lane)
    bits |= read.bits << shift
    mask |= read.mask << shift
  }
  return { kind: "number", type: "v128", bits, mask }
}

const readLane = (type: string, word: string): NumberPattern => {
  if (type !== "i32" && type !== "i64" && type !== "f32" && type !== "f64")
    throw new Error(`unknown type of constant: ${type}`)
  const known: NumberType = type
  return { kind: "number", type: known, ...readNumber(known, WIDTH[known], word) }
}

const readNumber = (
  type: string,
  width: number,
  word: string
): { readonly bits: bigint; readonly mask: bigint } => {
  const all = allOnes(width)
  if (type.startsWith("i")) {
    const [, sign, digits = ""] = /^([+-]?)((?:0x)?[0-9a-fA-F_]+)$/.exec(word) ?? []
    if (sign === undefined) throw new Error(`no integer: ${word}`)
    const value = BigInt(digits.replaceAll("_", ""))
    return { bits: (sign === "-" ? -value : value) & all, mask: all }
  }
  const { bits, quiet } = readFloat(width === 32 ? "f32" : "f64", word)
  if (word === "nan:canonical") return { bits, mask: all >> 1n }
  // The exponent and the first bit of the fraction, which are what `bits` has set.
  return { bits, mask: word === "nan:arithmetic" ? quiet : all }
}
