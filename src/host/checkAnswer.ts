import type { HostValue, HostValueType } from "./HostDeclaration.ts"

/** An answer that is not of the declared type; the firing fails with `HostFailed` and this sentence. */
export class BadAnswer {
  readonly _tag = "BadAnswer"
  readonly what: string
  constructor(what: string) {
    this.what = what
  }
}

/**
 * A host function's answer as the values of its declared type.
 *
 * V8 would convert in silence: a `bigint` for an i32 throws inside the guest's call, 1.5 becomes 1, an object NaN.
 * Here nothing is converted that is not the same number: an i32 may be written unsigned and comes back signed, an f32
 * is rounded to one, and every NaN is the canonical one, so that the journal's `nan` is exactly what the guest got.
 */
export const checkAnswer = (
  types: ReadonlyArray<HostValueType>,
  answer: unknown
): ReadonlyArray<HostValue> | BadAnswer => {
  if (types.length === 0) return []
  const values: ReadonlyArray<unknown> = Array.isArray(answer) ? answer : [answer]
  if (values.length !== types.length)
    return new BadAnswer(`expected ${types.length} results, got ${values.length}`)
  const checked: Array<HostValue> = []
  for (const [i, type] of types.entries()) {
    const value = checkValue(type, values[i])
    if (value === undefined)
      return new BadAnswer(`result ${i}: expected ${EXPECTED[type]}, got ${show(values[i])}`)
    checked.push(value)
  }
  return checked
}

const EXPECTED: Readonly<Record<HostValueType, string>> = {
  i32: "i32, an integer -2147483648..4294967295",
  i64: "i64, a bigint of 64 bits",
  f32: "f32, a number",
  f64: "f64, a number"
}

const checkValue = (type: HostValueType, value: unknown): HostValue | undefined => {
  switch (type) {
    case "i32":
      return typeof value === "number" && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32
        ? value | 0
        : undefined
    case "i64":
      return typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 64n
        ? BigInt.asIntN(64, value)
        : undefined
    case "f32":
      return typeof value === "number" ? canonical(Math.fround(value)) : undefined
    case "f64":
      return typeof value === "number" ? canonical(value) : undefined
  }
}

const canonical = (value: number): number => (Number.isNaN(value) ? Number.NaN : value)

const show = (value: unknown): string =>
  typeof value === "number" || typeof value === "bigint" ? `${typeof value} ${value}` : typeof value
