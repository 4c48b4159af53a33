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

/** The same of the options: what is a list must be one, and what is called must be callable. */
export const checkOptions = (options: unknown): BadArguments | undefined => {
  if (typeof options !== "object" || options === null)
    return new BadArguments("options", "an object", nameOf(options))
  for (const [name, what, fits] of OPTIONS) {
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !fits(value)) return new BadArguments(name, what, nameOf(value))
  }
  return undefined
}

/** An option that is a whole number: its name, what was given, the least and the most that it can be. */
export type IntegerOption = readonly [name: string, given: unknown, least: number, most: number]

/** *Returns* what is wrong with the first that is none, or not between its two. */
export const checkIntegers = (options: ReadonlyArray<IntegerOption>): BadArguments | undefined => {
  const wrong = options.find(
    ([, given, least, most]) =>
      typeof given !== "number" || !Number.isSafeInteger(given) || given < least || given > most
  )
  if (wrong === undefined) return undefined
  const [name, given, least, most] = wrong
  return new BadArguments(name, `an integer ${least}..${most}`, String(given))
}

const isListOf = (fits: (item: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(fits)
const isText = (value: unknown): boolean => typeof value === "string"
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null

const OPTIONS: ReadonlyArray<readonly [name: string, what: string, fits: (value: unknown) => boolean]> = [
  ["fuel", "a number or text", (value) => typeof value === "number" || isText(value)],
  ["timeout", "a number or text", (value) => typeof value === "number" || isText(value)],
  ["capabilities", "a list of names or grants", isListOf((item) => isText(item) || isObject(item))],
  [
    "hostFunctions",
    "a list of host functions",
    isListOf((item) => isObject(item) && isObject(Reflect.get(Object(item), "declaration")))
  ],
  ["allow", "a list of names", isListOf(isText)],
  ["nan", "canonical or engine", isText],
  ["prices", "wasmtime or weighted", isText],
  ["inline", "a boolean", (value) => typeof value === "boolean"],
  ["onCrash", "a function", (value) => typeof value === "function"],
  ["requiredExports", "a list of names", isListOf(isText)],
  ["allowedImports", "a list of names", isListOf(isText)]
]

const TYPES: ReadonlyArray<string> = ["number", "bigint", "string"]

const nameOf = (value: unknown): string =>
  value === null
    ? "null"
    : typeof value === "object"
      ? (value.constructor?.name ?? "an object")
      : typeof value
