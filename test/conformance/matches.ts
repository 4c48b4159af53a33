import { type Actual, EXCEPTION, hostObject } from "./Crossing.ts"
import { compileText } from "./compileText.ts"
import type { Pattern, ReferenceTo } from "./Value.ts"

/** Whether values are what a script expects. */
export const matchesAll = (expected: ReadonlyArray<Pattern>, actual: ReadonlyArray<Actual>): boolean =>
  expected.length === actual.length &&
  expected.every((pattern, index) => {
    const one = actual[index]
    return one !== undefined && matches(pattern, one)
  })

const matches = (pattern: Pattern, actual: Actual): boolean => {
  if (pattern.kind === "either") return pattern.patterns.some((one) => matches(one, actual))
  if (pattern.kind === "number")
    return (
      actual.kind === "number" &&
      actual.type === pattern.type &&
      (actual.bits & pattern.mask) === (pattern.bits & pattern.mask)
    )
  if (actual.kind === "number") return false
  const { value } = actual
  if (pattern.kind === "null") return value === null
  if (pattern.kind === "host") return value === hostObject(pattern.host)
  return value !== null && value !== undefined && pointsAt(pattern.to, value)
}

const pointsAt = (to: ReferenceTo, value: unknown): boolean => {
  switch (to) {
    case "func":
      return typeof value === "function"
    case "exn":
      return value === EXCEPTION
    case "i31":
      return typeof value === "number"
    case "any":
    case "extern":
      return true
    default:
      return heapTest()[to](value) === 1
  }
}

/** JavaScript cannot tell a structure from an array; a module can. */
const heapTest = (): Readonly<Record<"eq" | "struct" | "array", (value: unknown) => unknown>> => {
  if (tests === undefined) {
    const bytes = compileText({
      kind: "text",
      text: `(module ${["eq", "struct", "array"]
        .map(
          (heap) =>
            `(func (export "${heap}") (param anyref) (result i32) (ref.test (ref ${heap}) (local.get 0)))`
        )
        .join(" ")})`
    })
    if (typeof bytes === "string") throw new Error(bytes)
    // The cast: the text says what it exports.
    tests = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as unknown as Tests
  }
  return tests
}

type Tests = Readonly<Record<"eq" | "struct" | "array", (value: unknown) => unknown>>
let tests: Tests | undefined
