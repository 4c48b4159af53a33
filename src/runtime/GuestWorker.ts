import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { LogRecord } from "../host/builtin/log.ts"
import type { RemoteFunction } from "../host/HostFunction.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import type { PoolBounds, PooledCall, PooledEnd, PooledPart } from "./PooledCall.ts"
import type { WorkerLost } from "./WorkerLost.ts"
import type { ResidentCall } from "./worker/Resident.ts"
import type { Priority } from "./worker/RunQueue.ts"

/**
 * A thread that runs guests, seen from the caller's side.
 *
 * It takes as many firings as it is given; where guests can be suspended they share the thread, elsewhere they run
 * one after the other. Two things end a firing early: the caller's interruption, which the guest sees at its next
 * empty slice and answers with its captured state, and the fence, for a thread that does not come back: it is
 * terminated, and what it was doing is lost.
 */
export interface GuestWorker {
  readonly fire: (
    request: Omit<FiringRequest, "cell">,
    caller: FiringCaller,
    priority?: Priority
  ) => Effect.Effect<FiringReport, WorkerLost>
  /**
   * Makes a guest that stays until the scope ends or it fails; the request's function is not called.
   *
   * *Returns* a report of the kind `started`, or why there is none.
   */
  readonly reside: (
    request: Omit<FiringRequest, "cell" | "goal">,
    caller: FiringCaller
  ) => Effect.Effect<ResidentGuest, WorkerLost, Scope.Scope>
  /** Opens a pool there, for as long as the thread lives or until it is closed. */
  readonly openPool: (request: Omit<FiringRequest, "cell" | "goal">, bounds: PoolBounds) => WorkerPool
  /** Succeeds when the thread is no more. */
  readonly lost: Effect.Effect<WorkerLost>
  /** Whether it may be given another firing. */
  readonly alive: () => boolean
  /** Whether it was terminated because it did not come back. */
  readonly silent: () => boolean
  /** Firings that it has not reported. */
  readonly load: () => number
  readonly threadId: number
}

/** A pool of instances on a thread. */
export interface WorkerPool {
  /**
   * Makes calls one after the other, on one instance that is put back between them.
   *
   * *Succeeds* with the last part of the reports, the others having been told to `onPart`; *fails* when the thread was
   * lost, `begun` calls having begun.
   */
  readonly fire: (
    calls: ReadonlyArray<PooledCall>,
    priority: Priority,
    caller: PoolCaller
  ) => Effect.Effect<PooledEnd, PoolLost>
  /** Lets go of idle instances above so many, and makes some where there are fewer. */
  readonly trim: (least: number, most: number) => void
  readonly close: () => void
}

export interface PoolCaller extends Omit<FiringCaller, "remotes" | "onEnd"> {
  readonly onPart: (part: PooledPart) => void
}

/** The thread was lost with calls of a pool: the first `begun` of them had begun. */
export class PoolLost {
  readonly _tag = "PoolLost"
  readonly lost: WorkerLost
  readonly begun: number
  constructor(lost: WorkerLost, begun: number) {
    this.lost = lost
    this.begun = begun
  }
}

/** A guest that resides on a thread. */
export interface ResidentGuest {
  readonly report: FiringReport
  /** Tells when its thread is no more, and it with it. *Returns* what makes it tell nobody. */
  readonly whenLost: (tell: (lost: WorkerLost) => void) => () => void
  /** One call at a time. After a report of the kind `failed` there is no guest any more. */
  readonly call: (
    asked: Omit<ResidentCall, "cell">,
    priority: Priority,
    caller: Omit<FiringCaller, "remotes">
  ) => Effect.Effect<FiringReport, WorkerLost>
}

/** Who answers and listens while a guest runs. */
export interface FiringCaller {
  readonly remotes: ReadonlyArray<RemoteFunction>
  readonly onLog: (record: LogRecord) => Effect.Effect<void>
  /** Told of the report of a firing whose caller was interrupted meanwhile: the evidence must not be lost. */
  readonly onCancelled: (report: FiringReport | WorkerLost) => Effect.Effect<void>
  /** Told of every other end at once: who is interrupted on the way from here to the caller has it still. */
  readonly onEnd?: (end: FiringReport | WorkerLost) => void
}
