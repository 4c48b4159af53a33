import type * as Effect from "effect/Effect"
import { BadArguments, LimitExceeded } from "../outcome/RefusedReason.ts"
import { visible } from "../outcome/visible.ts"
import { BUILTINS } from "./builtin/table.ts"
import { isCapabilityKey } from "./Capability.ts"
import {
  HOST_VALUE_TYPES,
  type HostDeclaration,
  type HostPrice,
  type HostValue,
  type HostValueType,
  importKey,
  type LocalDeclaration,
  type RemoteDeclaration,
  type RemoteRange
} from "./HostDeclaration.ts"
import type { AccessBound, MemoryWrite } from "./HostMemory.ts"

/**
 * A host function of the caller's own.
 *
 * *Local*: a plain synchronous function that the worker imports from an ES module; it gets a `HostContext` and the
 * arguments. *Remote*: an Effect that stays where the caller is; it sees the arguments and copies of the ranges that
 * it declared, and answers with results and with what is to be written. Declaring one checks it, so that what is
 * wrong is said before anything is fired.
 */
export type HostFunction = LocalFunction | RemoteFunction

export interface LocalFunction {
  readonly declaration: LocalDeclaration
}

export interface RemoteFunction {
  readonly declaration: RemoteDeclaration
  readonly run: (call: RemoteCall) => Effect.Effect<RemoteAnswer, unknown>
}

/** One call of a remote host function, as it reaches the caller. */
export interface RemoteCall {
  readonly args: ReadonlyArray<HostValue>
  /** The bytes of each range in `reads`, in that order. */
  readonly reads: ReadonlyArray<Uint8Array>
}

export interface RemoteAnswer {
  readonly result?: HostValue | ReadonlyArray<HostValue>
  readonly writes?: ReadonlyArray<MemoryWrite>
}

interface Options {
  readonly module: string
  readonly name: string
  readonly params?: ReadonlyArray<HostValueType>
  readonly results?: ReadonlyArray<HostValueType>
  /** The capability that it hides behind, mostly `host:NAME`. */
  readonly capability: string
  readonly price?: Partial<HostPrice>
  readonly bound?: Partial<AccessBound>
}

export interface LocalFunctionOptions extends Options {
  readonly url: string
  readonly exportName: string
}

export interface RemoteFunctionOptions extends Options {
  readonly reads?: ReadonlyArray<RemoteRange>
  readonly run: RemoteFunction["run"]
}

/** As the built-in ones: the time that the call itself takes. What the function does on top is its author's to price. */
export const LOCAL_PRICE: HostPrice = { base: 250, perByte: 1 }

/**
 * A remote call takes about 27 µs, as long as 27,000 instructions; at that price the default fuel would buy three.
 * At 1,000 it buys a hundred, and a loop of nothing else is over in 3 ms.
 */
export const REMOTE_PRICE: HostPrice = { base: 1_000, perByte: 1 }

/** What a bulk operation moves in one step; a host call that is larger has to say so. */
export const ACCESS_BOUND: AccessBound = { readBytesMax: 65_536, writeBytesMax: 65_536 }

export const ACCESS_BYTES_MAX = 2 ** 24
export const PRICE_MAX = 2 ** 30
/** The JavaScript API's own limit on a function's parameters and on its results. */
export const TYPE_LENGTH_MAX = 1_000
export const NAME_LENGTH_MAX = 1_024
export const HOST_FUNCTIONS_MAX = 1_000

/**
 * Declares a local host function, or says what is wrong with the declaration.
 *
 *     localFunction({ module: "env", name: "f", capability: "host:f", url: "f.mjs", exportName: "f" })
 *     // => new BadArguments("host function env.f: url", "a file: or data: URL of an ES module", '"f.mjs"')
 */
export const localFunction = (options: LocalFunctionOptions): LocalFunction | BadArguments => {
  const declared = declare(options, LOCAL_PRICE)
  if (declared instanceof BadArguments) return declared
  const { url, exportName } = options
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined
  if (protocol !== "file:" && protocol !== "data:")
    return bad(options, "url", "a file: or data: URL of an ES module", JSON.stringify(url))
  if (!isName(exportName) || exportName === "") return bad(options, "exportName", NAME_EXPECTED, exportName)
  return { declaration: { kind: "local", ...declared, url, exportName } }
}

/**
 * Declares a remote host function, or says what is wrong with the declaration.
 *
 *     const lookup = remoteFunction({
 *       module: "env",
 *       name: "lookup",
 *       params: ["i32"],
 *       results: ["i32"],
 *       capability: "host:lookup",
 *       run: ({ args }) => Effect.succeed({ result: Number(args[0]) + 1 })
 *     })
 *     lookup.declaration.price // => { base: 1000, perByte: 1 }
 */
export const remoteFunction = (options: RemoteFunctionOptions): RemoteFunction | BadArguments => {
  const declared = declare(options, REMOTE_PRICE)
  if (declared instanceof BadArguments) return declared
  const reads = options.reads ?? []
  const isAddress = (index: number) => /^i(32|64)$/.test(declared.type.params[index] ?? "")
  const wrong = reads.find((range) => !isAddress(range.offsetParam) || !isAddress(range.lengthParam))
  if (wrong !== undefined)
    return bad(
      options,
      "reads",
      "indices of i32 or i64 parameters",
      `${wrong.offsetParam}, ${wrong.lengthParam}`
    )
  if (typeof options.run !== "function") return bad(options, "run", "a function", typeof options.run)
  return { declaration: { kind: "remote", ...declared, reads }, run: options.run }
}

/**
 * Whether the functions can be offered together.
 *
 * *Fails* for two of one name, for one that has the name of a built-in (a guest that imports that name was promised
 * the built-in), and for more than `HOST_FUNCTIONS_MAX`.
 */
export const checkHostFunctions = (
  functions: ReadonlyArray<HostFunction>
): ReadonlyArray<HostDeclaration> | BadArguments | LimitExceeded => {
  if (functions.length > HOST_FUNCTIONS_MAX)
    return new LimitExceeded("hostFunctions", HOST_FUNCTIONS_MAX, functions.length)
  const taken = new Map<string, HostDeclaration>(
    BUILTINS.map(({ declaration }) => [importKey(declaration.module, declaration.name), declaration])
  )
  for (const { declaration } of functions) {
    const key = importKey(declaration.module, declaration.name)
    const other = taken.get(key)
    if (other !== undefined)
      return bad(
        declaration,
        "name",
        "a name of its own",
        other.kind === "builtin" ? "that of a built-in host function" : "the same name twice"
      )
    taken.set(key, declaration)
  }
  return functions.map(({ declaration }) => declaration)
}

const NAME_EXPECTED = `text of at most ${NAME_LENGTH_MAX} characters`

const isName = (name: unknown): name is string =>
  typeof name === "string" && name.length <= NAME_LENGTH_MAX && name.isWellFormed()

const declare = (options: Options, priceDefault: HostPrice) => {
  const { module, name, params = [], results = [], capability } = options
  if (!isName(module)) return bad(options, "module", NAME_EXPECTED, String(module))
  if (!isName(name)) return bad(options, "name", NAME_EXPECTED, String(name))
  for (const [field, types] of Object.entries({ params, results })) {
    if (types.length > TYPE_LENGTH_MAX)
      return bad(options, field, `at most ${TYPE_LENGTH_MAX} types`, String(types.length))
    const wrong = types.find((type) => !HOST_VALUE_TYPES.includes(type))
    if (wrong !== undefined)
      return bad(options, field, `types out of ${HOST_VALUE_TYPES.join(", ")}`, String(wrong))
  }
  if (typeof capability !== "string" || !isCapabilityKey(capability))
    return bad(options, "capability", "a capability's name or host:NAME", String(capability))
  const price = { ...priceDefault, ...options.price }
  const bound = { ...ACCESS_BOUND, ...options.bound }
  return (
    outOfRange(options, "price", price, PRICE_MAX) ??
    outOfRange(options, "bound", bound, ACCESS_BYTES_MAX) ?? {
      module,
      name,
      type: { params, results },
      capability,
      price,
      bound
    }
  )
}

const outOfRange = (
  options: Options,
  group: string,
  amounts: object,
  most: number
): BadArguments | undefined => {
  const wrong = Object.entries(amounts).find(
    ([, amount]) => !Number.isSafeInteger(amount) || amount < 0 || amount > most
  )
  return wrong && bad(options, `${group}.${wrong[0]}`, `an integer 0..${most}`, String(wrong[1]))
}

const bad = (
  { module, name }: { readonly module: string; readonly name: string },
  field: string,
  expected: string,
  got: string
): BadArguments =>
  new BadArguments(
    `host function ${visible(String(module), 64)}.${visible(String(name), 64)}: ${field}`,
    expected,
    visible(got, 80)
  )
