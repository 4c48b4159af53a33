import type { MessagePort } from "node:worker_threads"
import type { LogRecord } from "../../host/builtin/log.ts"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import type { Sent } from "../SentModules.ts"
import type { ResidentCall } from "./Resident.ts"
import type { Priority } from "./RunQueue.ts"

/** What a worker is told. Each message is announced in its `SchedulerCell`. */
export type SchedulerMessage = FireMessage | CallMessage | LeaveMessage | HurryMessage

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

/** A firing was cancelled: if its guest waits, it need not. */
export interface HurryMessage {
  readonly kind: "hurry"
  readonly firing: number
}

/** What a worker tells. A firing's log lines come while it runs, its report last. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly firing: number; readonly record: LogRecord }
  | { readonly kind: "report"; readonly firing: number; readonly report: FiringReport }

/** What a worker is started with. */
export interface ThreadData {
  /** The process's count of types; see `TypeBudget.ts`. */
  readonly types: SharedArrayBuffer
  /** See `SchedulerCell.ts`. */
  readonly cell: SharedArrayBuffer
}
