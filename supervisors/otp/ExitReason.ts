import * as Cause from "effect/Cause"
import type * as Exit from "effect/Exit"

/**
 * How a child ended, in OTP's words: `normal`, `shutdown`, `{shutdown, Term}`, `killed`, or a crash with its cause.
 *
 * The first three are the ends that a transient child is not restarted after; `killed` and a crash are not.
 */
export type ExitReason = ExitNormal | ExitShutdown | ExitShutdownWith | ExitKilled | ExitCrash

/** It had done what it was there for. */
export class ExitNormal {
  readonly _tag = "Normal"
}

/** It was asked to end, or ended itself as if it had been. */
export class ExitShutdown {
  readonly _tag = "Shutdown"
}

/** The same, and it says why. */
export class ExitShutdownWith {
  readonly _tag = "ShutdownWith"
  readonly term: unknown
  constructor(term: unknown) {
    this.term = term
  }
}

/** It was ended without being asked. */
export class ExitKilled {
  readonly _tag = "Killed"
}

/** It failed or died. */
export class ExitCrash {
  readonly _tag = "Crash"
  readonly cause: Cause.Cause<unknown>
  constructor(cause: Cause.Cause<unknown>) {
    this.cause = cause
  }
}

/** Whether a transient child that ended so is not restarted. */
export const isOrderly = (reason: ExitReason): boolean =>
  reason._tag === "Normal" || reason._tag === "Shutdown" || reason._tag === "ShutdownWith"

/**
 * What the exit of a fiber means: a value is `normal`, an interruption `shutdown` when it was asked for and
 * `killed` when it was not, and anything else a crash.
 */
export const exitReasonOf = (exit: Exit.Exit<unknown, unknown>, asked: boolean): ExitReason => {
  if (exit._tag === "Success") return new ExitNormal()
  if (Cause.hasInterruptsOnly(exit.cause)) return asked ? new ExitShutdown() : new ExitKilled()
  return new ExitCrash(exit.cause)
}

/**
 * One line for a report; the cause of a crash goes beside it.
 *
 *     describeExitReason({ _tag: "ShutdownWith", term: "moved" }) // => "shutdown, moved"
 */
export const describeExitReason = (reason: ExitReason): string =>
  reason._tag === "ShutdownWith" ? `shutdown, ${String(reason.term)}` : reason._tag.toLowerCase()
