import { BadArguments } from "../../outcome/RefusedReason.ts"
import type { TypedValue, Value } from "../../outcome/Value.ts"
import { showValue } from "../../outcome/Value.ts"
import type { ExportedFunction } from "../Compiled.ts"

/**
 * Arguments as the function's signature wants them, or what is wrong with the first that does not fit.
 *
 * A number for i32, f32 and f64, a bigint for i64, `null` for a reference; text is read as the type's numeral, so
 * that a command line and JSON can pass any value: `-5`, `0xff`, `1e9`, `nan`, `inf`. Nothing is rounded: 1.5 is
 * no i32, and a number is no i64, because JavaScript has lost its low bits already.
 */
export const readArguments = (
  signature: ExportedFunction,
  args: ReadonlyArray<Value>
): ReadonlyArray<Value> | BadArguments => {
  const { params } = signature
  if (args.length !== params.length)
    return new BadArguments("arguments", `${params.length} (${params.join(", ")})`, String(args.length))
  const read: Array<Value> = []
  for (const [i, type] of params.entries()) {
    const value = readArgument(type, args[i])
    if (value === undefined)
      return new BadArguments(
        `argument ${i + 1}`,
        EXPECTED[type] ??
          (UNREADABLE.test(type)
            ? `a function without ${type} parameters, which JavaScript cannot pass`
            : `null, the only ${type} there is outside`),
        show(args[i])
      )
    read.push(value)
  }
  return read
}

/**
 * What is wrong with a function that has results which JavaScript cannot take: found before it runs and not after.
 */
export const checkResults = ({ results }: ExportedFunction): BadArguments | undefined => {
  const unreadable = results.find((type) => UNREADABLE.test(type))
  return unreadable === undefined
    ? undefined
    : new BadArguments("function", "results that JavaScript can take", unreadable)
}

/** A vector, or a reference to an exception. */
const UNREADABLE = /^v128$|\bexn|exnref$/

const EXPECTED: Readonly<Record<string, string>> = {
  i32: "i32, an integer -2147483648..4294967295",
  i64: "i64, a bigint -9223372036854775808..18446744073709551615",
  f32: "f32, a number",
  f64: "f64, a number"
}

const readArgument = (type: string, arg: Value | undefined): Value | undefined => {
  switch (type) {
    case "i32": {
      if (typeof arg === "number" && arg === (arg | 0)) return arg | 0
      const integer =
        typeof arg === "number" ? toInteger(arg) : typeof arg === "string" ? readInteger(arg) : undefined
      return integer !== undefined && integer >= -(2n ** 31n) && integer < 2n ** 32n
        ? Number(BigInt.asIntN(32, integer))
        : undefined
    }
    case "i64": {
      const integer = typeof arg === "bigint" ? arg : typeof arg === "string" ? readInteger(arg) : undefined
      return integer !== undefined && integer >= -(2n ** 63n) && integer < 2n ** 64n
        ? BigInt.asIntN(64, integer)
        : undefined
    }
    case "f32":
    case "f64":
      return typeof arg === "number" ? arg : typeof arg === "string" ? readFloat(arg) : undefined
    default:
      if (UNREADABLE.test(type)) return undefined
      // References cannot come from outside, except the null one where the type has it.
      return (arg === null || arg === "null") && !/^\(ref (?!null)/.test(type) ? null : undefined
  }
}

const toInteger = (value: number): bigint | undefined => (Number.isInteger(value) ? BigInt(value) : undefined)

const INTEGER = /^([+-]?)(0x[0-9a-f]{1,16}|\d{1,20})$/i
const readInteger = (text: string): bigint | undefined => {
  const match = INTEGER.exec(text.replaceAll("_", ""))
  if (match === null) return undefined
  const magnitude = BigInt(match[2] ?? "0")
  return match[1] === "-" ? -magnitude : magnitude
}

const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const WORDS: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["+inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY]
])
const readFloat = (text: string): number | undefined =>
  WORDS.get(text.toLowerCase()) ?? (text.length <= 400 && FLOAT.test(text) ? Number(text) : undefined)

const show = (arg: Value | undefined): string =>
  arg === undefined
    ? "nothing"
    : typeof arg === "string"
      ? JSON.stringify(arg.slice(0, 80))
      : `${arg === null ? "" : `${typeof arg} `}${showValue(arg)}`

/** Values with their types, as `--json` and dumps write them. */
export const typedValues = (
  types: ReadonlyArray<string>,
  values: ReadonlyArray<Value>
): ReadonlyArray<TypedValue> =>
  values.map((value, i) => ({ type: types[i] ?? "externref", value: showValue(value) }))
