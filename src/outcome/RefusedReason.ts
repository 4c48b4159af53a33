import { visible } from "./visible.ts"

/**
 * Why a firing was turned down before there was an instance: the caller's bad news, never the guest's.
 *
 * Each names the thing, the bound and the value. Plain classes, as in `CrashReason.ts`, and for the same reason.
 */

/** The bytes are not a module; `offset` is where in the file that was found out. */
export class Malformed {
  readonly _tag = "Malformed"
  readonly what: string
  readonly offset: number | undefined
  constructor(what: string, offset: number | undefined) {
    this.what = what
    this.offset = offset
  }
}

/** The module, or the request, asks for more than the policy allows. `limit` is the policy's field. */
export class LimitExceeded {
  readonly _tag = "LimitExceeded"
  readonly limit: string
  readonly bound: number
  readonly value: number
  constructor(limit: string, bound: number, value: number) {
    this.limit = limit
    this.bound = bound
    this.value = value
  }
}

/** The module imports what it was not granted; `capability` would allow it, if anything would. */
export class CapabilityDenied {
  readonly _tag = "CapabilityDenied"
  readonly module: string
  readonly name: string
  readonly capability: string | undefined
  readonly detail: string
  constructor(module: string, name: string, capability: string | undefined, detail: string) {
    this.module = module
    this.name = name
    this.capability = capability
    this.detail = detail
  }
}

/** No function is exported under that name; `available` holds the first of those that are. */
export class UnknownFunction {
  readonly _tag = "UnknownFunction"
  readonly name: string
  readonly available: ReadonlyArray<string>
  constructor(name: string, available: ReadonlyArray<string>) {
    this.name = name
    this.available = available
  }
}

/** An argument or an option does not fit; `parameter` names it. */
export class BadArguments {
  readonly _tag = "BadArguments"
  readonly parameter: string
  readonly expected: string
  readonly got: string
  constructor(parameter: string, expected: string, got: string) {
    this.parameter = parameter
    this.expected = expected
    this.got = got
  }
}

/** The module needs a feature that this engine lacks or the policy does not allow. */
export class Unsupported {
  readonly _tag = "Unsupported"
  readonly feature: string
  readonly detail: string
  constructor(feature: string, detail: string) {
    this.feature = feature
    this.detail = detail
  }
}

/** All instances of the pool are busy: `waiting` others wait already, or this one has waited for `waitedMs`. */
export class PoolSaturated {
  readonly _tag = "PoolSaturated"
  readonly pool: string
  /** Instances that it may have. */
  readonly size: number
  readonly waiting: number
  readonly waitingMax: number
  readonly waitedMs: number
  constructor(pool: string, size: number, waiting: number, waitingMax: number, waitedMs: number) {
    this.pool = pool
    this.size = size
    this.waiting = waiting
    this.waitingMax = waitingMax
    this.waitedMs = waitedMs
  }
}

/** Why a firing was refused; told apart by `_tag`. */
export type RefusedReason =
  | Malformed
  | LimitExceeded
  | CapabilityDenied
  | UnknownFunction
  | BadArguments
  | Unsupported
  | PoolSaturated

/** Every tag a refusal can have, in the order in which documents list them. */
export const REFUSED_TAGS = [
  "Malformed",
  "LimitExceeded",
  "CapabilityDenied",
  "UnknownFunction",
  "BadArguments",
  "Unsupported",
  "PoolSaturated"
] as const satisfies ReadonlyArray<RefusedReason["_tag"]>

/**
 * One sentence for a person: the thing, the bound, the value. The names in it may be a guest's, so it is one
 * line that cannot act on a terminal.
 *
 *     describeRefusedReason(new LimitExceeded("memoryPagesMax", 1024, 65536))
 *     // => "memoryPagesMax: expected at most 1024, got 65536"
 */
export const describeRefusedReason = (reason: RefusedReason): string => visible(describe(reason))

const describe = (reason: RefusedReason): string => {
  switch (reason._tag) {
    case "Malformed":
      return `malformed module${reason.offset === undefined ? "" : ` at offset ${reason.offset}`}: ${reason.what}`
    case "LimitExceeded":
      return `${reason.limit}: expected at most ${reason.bound}, got ${reason.value}`
    case "CapabilityDenied":
      return `import ${reason.module}.${reason.name} denied: ${reason.detail}`
    case "UnknownFunction":
      return `no exported function "${reason.name}"; exported: ${
        reason.available.length > 0 ? reason.available.join(", ") : "none"
      }`
    case "BadArguments":
      return `${reason.parameter}: expected ${reason.expected}, got ${reason.got}`
    case "Unsupported":
      return `${reason.feature} is not supported: ${reason.detail}`
    case "PoolSaturated":
      return (
        `pool saturated: all ${reason.size} instances of ${reason.pool} are busy, ${reason.waiting} firings wait, ` +
        `at most ${reason.waitingMax} may; this one waited ${reason.waitedMs} ms`
      )
  }
}

/** A reason that crossed a thread as plain fields, as the class that it was. */
export const reviveRefusedReason = (plain: RefusedReason): RefusedReason => {
  switch (plain._tag) {
    case "Malformed":
      return new Malformed(plain.what, plain.offset)
    case "LimitExceeded":
      return new LimitExceeded(plain.limit, plain.bound, plain.value)
    case "CapabilityDenied":
      return new CapabilityDenied(plain.module, plain.name, plain.capability, plain.detail)
    case "UnknownFunction":
      return new UnknownFunction(plain.name, plain.available)
    case "BadArguments":
      return new BadArguments(plain.parameter, plain.expected, plain.got)
    case "Unsupported":
      return new Unsupported(plain.feature, plain.detail)
    case "PoolSaturated":
      return new PoolSaturated(plain.pool, plain.size, plain.waiting, plain.waitingMax, plain.waitedMs)
  }
}
