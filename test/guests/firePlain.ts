import { setFlagsFromString } from "node:v8"
import { showValue, type TypedValue } from "../../src/outcome/Value.ts"
import type { Firing } from "./Header.ts"
import type { Fire } from "./Report.ts"

/**
 * Fires a guest on the engine as it is, without meter, worker or capture.
 *
 * It shows that a guest means what its header says before anything of ours has touched it. Only for firings
 * that end by themselves and need no host: see {@link endsByItself}. Which trap it was, it does not say.
 */
export const firePlain: Fire = async (wasm, functionName, args) => {
  // Makes V8 tell an export's signature; the process is the test's own.
  setFlagsFromString("--experimental-wasm-type-reflection")
  const module = new WebAssembly.Module(wasm)
  const found = WebAssembly.Module.exports(module).find((e) => e.name === functionName)
  // The flag above adds `type`, which the published declarations do not know.
  const type = (found as unknown as { type: { parameters: string[]; results: string[] } } | undefined)?.type
  if (type === undefined)
    return { outcome: "refused", reason: { _tag: "UnknownFunction", name: functionName } }
  try {
    const call = new WebAssembly.Instance(module).exports[functionName]
    if (typeof call !== "function") return { outcome: "refused", reason: { _tag: "UnknownFunction" } }
    const result: unknown = call(...type.parameters.map((t, i) => readArgument(t, args[i] ?? "")))
    const results = type.results.length < 2 ? [result] : [...(result as Iterable<unknown>)]
    return { outcome: "returned", values: type.results.map((t, i) => typed(t, results[i])) }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      return { outcome: "crashed", reason: { _tag: "Trapped", kind: error.message } }
    }
    return { outcome: "crashed", reason: { _tag: "GuestException", text: String(error) } }
  }
}

/** Whether the plain engine can run it: it must not need a bound, a limit or a host to come to its end. */
export const endsByItself = ({ options, expected: { ending } }: Firing): boolean =>
  options.grants.length === 0 &&
  options.limits.size === 0 &&
  options.nan === undefined &&
  (ending.outcome === "returned" ||
    (ending.outcome === "crashed" &&
      ending.anyOf.every((r) => r.tag === "Trapped" || r.tag === "GuestException")))

const readArgument = (type: string, text: string): number | bigint => {
  if (type === "i64") return BigInt(text)
  if (text === "nan") return Number.NaN
  return Number(text.replace("inf", "Infinity"))
}

const typed = (type: string, value: unknown): TypedValue => ({
  type,
  value:
    typeof value === "number" || typeof value === "bigint" || value === null ? showValue(value) : "reference"
})

/** A firing with only what the plain engine can tell left to expect: how it ended, and with which values. */
export const plainly = (firing: Firing): Firing => {
  const { ending } = firing.expected
  const asFarAsKnown =
    ending.outcome === "returned"
      ? ending
      : { ...ending, anyOf: ending.anyOf.map(({ tag }) => ({ tag, detail: undefined })) }
  return { ...firing, expected: { ending: asFarAsKnown, memoryAt: [], globals: [] } }
}
