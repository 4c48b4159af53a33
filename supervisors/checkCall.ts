import { BadArguments } from "../src/outcome/RefusedReason.ts"

/**
 * Whether a call is made of what its types say, for callers that no compiler has checked.
 *
 * Anything else would be found out where it can only be a defect: by the hash, by the message that carries it to
 * another thread, by whoever shows it.
 */
export const checkCall = (wasm: unknown, functionName: unknown, args: unknown): BadArguments | undefined => {
  if (!(wasm instanceof Uint8Array)) return new BadArguments("wasm", "a Uint8Array", nameOf(wasm))
  if (typeof functionName !== "string") return new BadArguments("function", "a name", nameOf(functionName))
  if (!Array.isArray(args)) return new BadArguments("arguments", "an array", nameOf(args))
  const wrong = args.findIndex((arg: unknown) => arg !== null && !TYPES.includes(typeof arg))
  return wrong < 0
    ? undefined
    : new BadArguments(`argument ${wrong + 1}`, "a number, a bigint, text or null", nameOf(args[wrong]))
}

const TYPES: ReadonlyArray<string> = ["number", "bigint", "string"]

const nameOf = (value: unknown): string =>
  value === null
    ? "null"
    : typeof value === "object"
      ? (value.constructor?.name ?? "an object")
      : typeof value
