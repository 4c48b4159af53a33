import { type CrashReason, describeCrashReason } from "./CrashReason.ts"
import type { Evidence } from "./Evidence.ts"
import type { LifecycleEvent } from "./Lifecycle.ts"
import type { Metadata } from "./Returned.ts"

/**
 * A guest failed: why, how far it had come, and everything that was taken from it.
 *
 * The second of the three outcomes. An `Error`, so that what nobody handles still prints a sentence; its own
 * stack is the host's and is of no interest, so none is recorded.
 */
export class Crash extends Error {
  readonly _tag = "Crash"
  override readonly name = "Crash"
  readonly reason: CrashReason
  readonly forensics: Forensics
  readonly metadata: Metadata
  constructor(reason: CrashReason, forensics: Forensics, metadata: Metadata) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(describeCrashReason(reason))
    Error.stackTraceLimit = limit

    this.reason = reason
    this.forensics = forensics
    this.metadata = metadata
  }
}

/** The evidence of a crash with what identifies the firing: all that a dump holds. */
export interface Forensics extends Evidence {
  readonly reason: CrashReason
  readonly functionName: string
  /** SHA-256 of the arguments in the notation of `TypedValue`, as hex. */
  readonly argumentsDigest: string
  /** SHA-256 of the module as it was handed in, as hex. */
  readonly moduleHash: string
  readonly lifecycle: ReadonlyArray<LifecycleEvent>
  readonly engine: string
  readonly versions: Readonly<Record<string, string>>
  /** Whether NaN bits were canonical; two runs under `engine` may differ in them. */
  readonly nan: "canonical" | "engine"
  /** What a unit of fuel was: an instruction as Wasmtime counts, or a weighted price. */
  readonly prices: "wasmtime" | "weighted"
}
