import type { MessagePort } from "node:worker_threads"
import type { LogRecord } from "../../host/builtin/log.ts"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import type { PooledCall, PooledPart } from "../PooledCall.ts"
import type { Sent } from "../SentModules.ts"
import type { ResidentCall } from "./Resident.ts"
import type { Priority } from "./RunQueue.ts"

/** What a worker is told. Each message is announced in its `SchedulerCell`. */
export type SchedulerMessage =
  | FireMessage
  | CallMessage
  | LeaveMessage
  | HurryMessage
  | PoolMessage
  | PooledMessage
  | TrimMessage

export interface FireMessage {
  readonly kind: "fire"
  /** Unique among the firings of this worker. */
  readonly firing: number
  readonly priority: Priority
  readonly request: FiringRequest
  /** Its compiled module, where that is not in the request. */
  readonly module?: ModuleMessage | undefined
  /** Where its questions to remote host functions go; absent where none was declared. */
  readonly remote: MessagePort | undefined
}

/** A module by its number, see `SentModules.ts`. */
export interface ModuleMessage extends Pick<Sent, "number" | "forget"> {
  /** Present the first time. */
  readonly compiled: Compiled | undefined
}

/** A call of the guest that the firing `resident` has left there. */
export interface CallMessage {
  readonly kind: "call"
  readonly firing: number
  readonly priority: Priority
  readonly resident: number
  readonly call: ResidentCall
}

/** A resident guest is to go; nothing is reported. */
export interface LeaveMessage {
  readonly kind: "leave"
  readonly resident: number
}

/** A pool is opened: what all its firings have in common. Nothing is reported. */
export interface PoolMessage {
  readonly kind: "pool"
  /** Unique among the pools of this worker. */
  readonly pool: number
  readonly request: FiringRequest
  readonly module: ModuleMessage
  /** Of so many instances that were put back, one is compared with how it was; 0 for none. */
  readonly verifyEvery: number
  /** Instances that may be idle there. */
  readonly idleMax: number
}

/** Calls of a pool, to be made one after the other. Parts of their reports come while they run. */
export interface PooledMessage {
  readonly kind: "pooled"
  readonly firing: number
  readonly priority: Priority
  readonly pool: number
  readonly calls: ReadonlyArray<PooledCall>
  readonly cell: SharedArrayBuffer
}

/** A pool is to have no more and no fewer idle instances than so many; `undefined`: it is closed. */
export interface TrimMessage {
  readonly kind: "trim"
  readonly pool: number
  readonly least: number
  readonly most: number | undefined
}

/** A firing was cancelled: if its guest waits, it need not. */
export interface HurryMessage {
  readonly kind: "hurry"
  readonly firing: number
}

/** What a worker tells. A firing's log lines come while it runs, its report last. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly firing: number; readonly record: LogRecord }
  | { readonly kind: "part"; readonly firing: number; readonly part: PooledPart }
  | { readonly kind: "report"; readonly firing: number; readonly report: FiringReport }

/** What a worker is started with. */
export interface ThreadData {
  /** The process's count of types; see `TypeBudget.ts`. */
  readonly types: SharedArrayBuffer
  /** The process's memories, and which row of them is this thread's; see `MemoryLedger.ts`. */
  readonly memories: SharedArrayBuffer
  readonly row: number
  /** See `SchedulerCell.ts`. */
  readonly cell: SharedArrayBuffer
}
