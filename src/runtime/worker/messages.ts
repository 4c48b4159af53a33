import type { MessagePort } from "node:worker_threads"
import type { LogRecord } from "../../host/builtin/log.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"

/** What a worker is told, one firing at a time. */
export interface FireMessage {
  readonly kind: "fire"
  readonly request: FiringRequest
  /** Where its questions to remote host functions go; absent where none was declared. */
  readonly remote: MessagePort | undefined
}

/** What a worker tells. A firing's log lines come while it runs, its report last. */
export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly record: LogRecord }
  | { readonly kind: "report"; readonly report: FiringReport }

/** What a worker is started with. */
export interface ThreadData {
  /** The process's count of types; see `TypeBudget.ts`. */
  readonly types: SharedArrayBuffer
}
