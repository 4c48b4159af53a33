/**
 * Values as scripts write them, down to the last bit.
 *
 * A number is its bits, because JavaScript's numbers do not keep the payload of a NaN. What a script expects is
 * the bits and which of them count: a canonical NaN is one whose sign does not, an arithmetic NaN one whose
 * payload does not either. A vector is the same with its lanes side by side, so it needs no second way.
 */
export type NumberType = "i32" | "i64" | "f32" | "f64" | "v128"

export interface NumberPattern {
  readonly kind: "number"
  readonly type: NumberType
  readonly bits: bigint
  /** The bits that count. */
  readonly mask: bigint
}

/** What a script passes: a number all of whose bits count, a null, or an object of the host's by its number. */
export type Constant =
  | NumberPattern
  | { readonly kind: "null" }
  | { readonly kind: "host"; readonly host: number }

export type Pattern =
  | Constant
  | { readonly kind: "reference"; readonly to: ReferenceTo }
  | { readonly kind: "either"; readonly patterns: ReadonlyArray<Pattern> }

export const REFERENCES = ["func", "extern", "any", "eq", "i31", "struct", "array", "exn"] as const
/** What a script expects a reference to point at when it does not say at which. */
export type ReferenceTo = (typeof REFERENCES)[number]

export const WIDTH: Readonly<Record<NumberType, number>> = { i32: 32, i64: 64, f32: 32, f64: 64, v128: 128 }

export const allOnes = (width: number): bigint => (1n << BigInt(width)) - 1n

export const showPattern = (pattern: Pattern): string => {
  switch (pattern.kind) {
    case "number":
      return pattern.mask === allOnes(WIDTH[pattern.type])
        ? showNumber(pattern.type, pattern.bits)
        : `${showNumber(pattern.type, pattern.bits)} under the mask 0x${pattern.mask.toString(16)}`
    case "null":
      return "null"
    case "host":
      return `host object ${pattern.host}`
    case "reference":
      return `a reference to ${pattern.to}`
    case "either":
      return pattern.patterns.map(showPattern).join(" or ")
  }
}

export const showNumber = (type: NumberType, bits: bigint): string =>
  `${type} 0x${bits.toString(16).padStart(WIDTH[type] / 4, "0")}`
