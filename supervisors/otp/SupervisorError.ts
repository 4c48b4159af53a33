import type * as Cause from "effect/Cause"
import type { Child } from "./Child.ts"
import type { ExitReason } from "./ExitReason.ts"

/**
 * What a supervisor answers to a call that it does not carry out: OTP's own errors, each with whom it is about.
 */
export type SupervisorError =
  | AlreadyPresent
  | AlreadyStarted
  | Running
  | Restarting
  | NotFound
  | SimpleOneForOne
  | TooManyChildren
  | ChildStartFailed
  | NoProc

/** `already_present`: a child of that id is there, and does not run. */
export class AlreadyPresent {
  readonly _tag = "AlreadyPresent"
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** `{already_started, Child}`. */
export class AlreadyStarted {
  readonly _tag = "AlreadyStarted"
  readonly id: string
  readonly child: Child
  constructor(id: string, child: Child) {
    this.id = id
    this.child = child
  }
}

/** `running`: it has to be terminated first. */
export class Running {
  readonly _tag = "Running"
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** `restarting`: its start failed and will be tried again. */
export class Restarting {
  readonly _tag = "Restarting"
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** `not_found`. */
export class NotFound {
  readonly _tag = "NotFound"
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** `simple_one_for_one`: dynamic children have no ids to call them by. */
export class SimpleOneForOne {
  readonly _tag = "SimpleOneForOne"
  readonly id: string
  constructor(id: string) {
    this.id = id
  }
}

/** The supervisor has as many children as it may have. */
export class TooManyChildren {
  readonly _tag = "TooManyChildren"
  readonly childrenMax: number
  constructor(childrenMax: number) {
    this.childrenMax = childrenMax
  }
}

/** Its start failed. While a supervisor starts this is `{failed_to_start_child, Id, Reason}`. */
export class ChildStartFailed {
  readonly _tag = "ChildStartFailed"
  readonly id: string
  readonly cause: Cause.Cause<unknown>
  constructor(id: string, cause: Cause.Cause<unknown>) {
    this.id = id
    this.cause = cause
  }
}

/** `noproc`: the supervisor has ended. */
export class NoProc {
  readonly _tag = "NoProc"
  readonly reason: ExitReason
  constructor(reason: ExitReason) {
    this.reason = reason
  }
}
