import { visible } from "./visible.ts"

/**
 * Why a guest that existed, or was being made, failed.
 *
 * One class a reason, each with the numbers that explain it: nothing reads a reason out of a message. They are
 * plain classes with a `_tag`, because the worker that runs guests has no Effect in it; they cross threads as
 * their own fields and come back through {@link reviveCrashReason}.
 */

/** Where in the guest's own module something happened; offsets are of the module as it was handed in. */
export interface CodeLocation {
  /** Index into the module's function index space, imports first. */
  readonly funcIndex: number
  /** Byte offset from the start of the file, or `undefined` where the engine did not say. */
  readonly codeOffset: number | undefined
}

/** The account was empty. `used` is at most `allocated`: what an exhausted guest was charged is all it had. */
export class OutOfFuel {
  readonly _tag = "OutOfFuel"
  readonly allocated: number
  readonly used: number
  constructor(allocated: number, used: number) {
    this.allocated = allocated
    this.used = used
  }
}

/** The calls in progress needed more slots (parameters, locals, operands) than the policy's limit. */
export class OutOfStack {
  readonly _tag = "OutOfStack"
  readonly slotsMax: number
  constructor(slotsMax: number) {
    this.slotsMax = slotsMax
  }
}

/** The guest allocated more bytes of GC objects than its policy allows. */
export class OutOfMemory {
  readonly _tag = "OutOfMemory"
  readonly bytesMax: number
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }
}

/** A trap of the specification; `kind` is the specification's own text, or `unknown` with the engine's message. */
export class Trapped {
  readonly _tag = "Trapped"
  readonly kind: string
  readonly at: CodeLocation | undefined
  readonly engineMessage: string
  constructor(kind: string, at: CodeLocation | undefined, engineMessage: string) {
    this.kind = kind
    this.at = at
    this.engineMessage = engineMessage
  }
}

/** The deadline passed while the guest ran. */
export class TimedOut {
  readonly _tag = "TimedOut"
  readonly timeoutMs: number
  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs
  }
}

/** Somebody on the caller's side stopped it: an interrupted fiber, an aborted signal. */
export class Cancelled {
  readonly _tag = "Cancelled"
  readonly by: string
  constructor(by: string) {
    this.by = by
  }
}

/** The guest threw an exception of its own and nobody caught it. */
export class GuestException {
  readonly _tag = "GuestException"
  /** Index of the exception's tag in the guest's module, when the engine could tell. */
  readonly tagIndex: number | undefined
  /** The payload, a value a string, in the notation of `Value`. */
  readonly payload: ReadonlyArray<string>
  constructor(tagIndex: number | undefined, payload: ReadonlyArray<string>) {
    this.tagIndex = tagIndex
    this.payload = payload
  }
}

/** A granted host function failed, or answered with something that is not of its declared type. */
export class HostFailed {
  readonly _tag = "HostFailed"
  readonly module: string
  readonly name: string
  readonly cause: string
  constructor(module: string, name: string, cause: string) {
    this.module = module
    this.name = name
    this.cause = cause
  }
}

/** The engine could not go on: a dead worker, a growth refused below the guest's limit, its own stack's end. */
export class EngineLost {
  readonly _tag = "EngineLost"
  readonly cause: string
  constructor(cause: string) {
    this.cause = cause
  }
}

/** Why a guest failed; told apart by `_tag`. */
export type CrashReason =
  | OutOfFuel
  | OutOfStack
  | OutOfMemory
  | Trapped
  | TimedOut
  | Cancelled
  | GuestException
  | HostFailed
  | EngineLost

/** Every tag a crash can have, in the order in which documents list them. */
export const CRASH_TAGS = [
  "OutOfFuel",
  "OutOfStack",
  "OutOfMemory",
  "Trapped",
  "TimedOut",
  "Cancelled",
  "GuestException",
  "HostFailed",
  "EngineLost"
] as const satisfies ReadonlyArray<CrashReason["_tag"]>

/**
 * One sentence for a person: the thing, the bound, the value. Texts in it may be anybody's, so it is one
 * line that cannot act on a terminal.
 *
 *     describeCrashReason(new OutOfFuel(1000, 1000)) // => "out of fuel: used 1000 of 1000"
 */
export const describeCrashReason = (reason: CrashReason): string => visible(describe(reason))

const describe = (reason: CrashReason): string => {
  switch (reason._tag) {
    case "OutOfFuel":
      return `out of fuel: used ${reason.used} of ${reason.allocated}`
    case "OutOfStack":
      return `out of stack: the calls in progress need more than ${reason.slotsMax} slots`
    case "OutOfMemory":
      return `out of memory: the guest allocated more than ${reason.bytesMax} bytes of objects`
    case "Trapped":
      return reason.kind === "unknown" ? `trapped: ${reason.engineMessage}` : `trapped: ${reason.kind}`
    case "TimedOut":
      return `timed out after ${reason.timeoutMs} ms`
    case "Cancelled":
      return `cancelled by ${reason.by}`
    case "GuestException":
      return `the guest threw ${reason.tagIndex === undefined ? "an exception" : `tag ${reason.tagIndex}`}${
        reason.payload.length > 0 ? ` (${reason.payload.join(", ")})` : ""
      }`
    case "HostFailed":
      return `the host function ${reason.module}.${reason.name} failed: ${reason.cause}`
    case "EngineLost":
      return `the engine was lost: ${reason.cause}`
  }
}

/** A reason that crossed a thread as plain fields, as the class that it was. */
export const reviveCrashReason = (plain: CrashReason): CrashReason => {
  switch (plain._tag) {
    case "OutOfFuel":
      return new OutOfFuel(plain.allocated, plain.used)
    case "OutOfStack":
      return new OutOfStack(plain.slotsMax)
    case "OutOfMemory":
      return new OutOfMemory(plain.bytesMax)
    case "Trapped":
      return new Trapped(plain.kind, plain.at, plain.engineMessage)
    case "TimedOut":
      return new TimedOut(plain.timeoutMs)
    case "Cancelled":
      return new Cancelled(plain.by)
    case "GuestException":
      return new GuestException(plain.tagIndex, plain.payload)
    case "HostFailed":
      return new HostFailed(plain.module, plain.name, plain.cause)
    case "EngineLost":
      return new EngineLost(plain.cause)
  }
}
