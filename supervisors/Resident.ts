import type * as Effect from "effect/Effect"
import type { FuelCeiling } from "../src/fuel/FuelPolicy.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import type { Refused } from "../src/outcome/Refused.ts"
import type { RefusedReason } from "../src/outcome/RefusedReason.ts"
import type { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import { checkIntegers } from "./checkCall.ts"
import { type FireOptions, type FirePlan, planFiring } from "./FireOptions.ts"
import type { Child } from "./otp/Child.ts"
import type { ResidentEnded } from "./ResidentEnded.ts"

/**
 * A guest that lives across calls and answers them one at a time: what a process with a mailbox is to OTP.
 *
 * ```
 *   call, cast ─▶ mailbox (bounded) ─▶ guest ─┬─ returned ─▶ the caller, and the next one
 *                                             └─ crashed ──▶ the caller and all who wait; the resident has ended
 * ```
 * It is a child that a supervisor can start: `ended` tells how it ended, with the crash as its cause. A caller that
 * goes away does not stop the guest: its call is taken out of the mailbox, or its answer dropped.
 */
export interface Resident extends Child {
  /** Of its instance, in the audit. */
  readonly id: string
  /** *Fails* with the crash of the guest, also where somebody else's call was its cause. */
  readonly call: (
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: CallOptions
  ) => Effect.Effect<Returned, Crash | Refused | ResidentEnded>
  /** Puts a call into the mailbox and does not wait; what comes of it, nobody is told. */
  readonly cast: (
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: CallOptions
  ) => Effect.Effect<void, Refused | ResidentEnded>
  /** Calls that wait, the one that runs apart. */
  readonly waiting: Effect.Effect<number>
  /**
   * From now on each of the two ends when the other does, for the same reason, unless that is `normal`. If the other
   * has ended already, this one ends now. Their supervisors see two ends, and do with each what its spec says.
   *
   * To be told, and not to end, is to wait for `ended`: OTP's monitor.
   */
  readonly link: (other: Resident) => Effect.Effect<void>
  readonly unlink: (other: Resident) => Effect.Effect<void>
}

/** What a caller may say of a resident guest; fuel and time are those of each call. */
export interface ResidentOptions extends Omit<FireOptions, "inline"> {
  /** Calls that may wait. Default {@link MAILBOX_DEFAULT_MAX}. */
  readonly mailboxMax?: number | undefined
}

/** What a caller may say of one call; what it does not say is as the resident's options say. */
export interface CallOptions extends Pick<FireOptions, "fuel" | "timeout" | "priority"> {}

export const MAILBOX_DEFAULT_MAX = 1_000
const MAILBOX_MAX = 1_000_000

export interface ResidentPlan extends FirePlan {
  readonly mailboxMax: number
  readonly ceiling: Partial<FuelCeiling>
}

export const planResident = (
  { mailboxMax = MAILBOX_DEFAULT_MAX, ...options }: ResidentOptions,
  ceiling: Partial<FuelCeiling> = {}
): ResidentPlan | RefusedReason => {
  const wrong = checkIntegers([["mailboxMax", mailboxMax, 1, MAILBOX_MAX]])
  if (wrong !== undefined) return wrong
  const plan = planFiring(options, ceiling)
  return "_tag" in plan ? plan : { ...plan, mailboxMax, ceiling }
}
