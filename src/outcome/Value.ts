/**
 * A WebAssembly value on its way in or out of a guest.
 *
 * JavaScript's own types carry it (`number` for i32, f32 and f64, `bigint` for i64), so a caller writes
 * `[20]` and not a wrapper. A reference cannot leave the thread of its instance: what comes out is what it
 * was, as text, and `null` for a null reference.
 */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref" | "externref" | (string & {})

/** An argument or a result; an argument may be given as text too, as on the command line. */
export type Value = number | bigint | string | null

/** A value with its type, in the notation that `--json` and dumps use: numbers as decimal text. */
export interface TypedValue {
  readonly type: ValueType
  readonly value: string
}

/**
 * Text that reads back to the same value: `-0`, `nan`, `inf` and 64-bit integers included.
 *
 *     showValue(-0)       // => "-0"
 *     showValue(2n ** 63n) // => "9223372036854775808"
 */
export const showValue = (value: Value): string => {
  if (value === null) return "null"
  if (typeof value !== "number") return value.toString()
  if (Number.isNaN(value)) return "nan"
  if (Object.is(value, -0)) return "-0"
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf"
  return String(value)
}
