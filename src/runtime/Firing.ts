import type { Grants } from "../host/Grant.ts"
import type { HostDeclaration } from "../host/HostDeclaration.ts"
import type { CrashReason } from "../outcome/CrashReason.ts"
import type { Evidence } from "../outcome/Evidence.ts"
import type { Missing } from "../outcome/Missing.ts"
import type { RefusedReason } from "../outcome/RefusedReason.ts"
import type { TypedValue, Value } from "../outcome/Value.ts"
import type { Compiled } from "./Compiled.ts"
import type { InstanceEventName } from "./InstanceEventName.ts"
import type { PooledEnd } from "./PooledCall.ts"
import type { RunPolicy } from "./RunPolicy.ts"

/** One firing as it goes to the thread that runs it, and as it comes back: plain data, both ways. */
export interface FiringRequest {
  /**
   * `compile` stops when the module is compiled: what validating one needs. `reside` when there is an instance, which
   * stays until it fails or is told to go. `snapshot` fires, and reports the state that the guest returned in.
   */
  readonly goal: "fire" | "compile" | "reside" | "snapshot"
  /** The module as it was handed in. Shared memory, which crosses threads without being copied, or small. */
  readonly bytes: Uint8Array
  /** Whether it is compiled so that a pool can use its instances again. */
  readonly forPool?: boolean | undefined
  /** What an earlier firing compiled of it. */
  readonly compiled: Compiled | undefined
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly timeoutMs: number
  readonly policy: RunPolicy
  readonly grants: Grants
  readonly declarations: ReadonlyArray<HostDeclaration>
  /** The cell through which the two sides see each other while the guest runs; see `FiringCell.ts`. */
  readonly cell: SharedArrayBuffer
}

export type FiringReport =
  | RefusedReport
  | CompiledReport
  | StartedReport
  | ReturnedReport
  | FailedReport
  | PooledEnd

export interface CompiledReport {
  readonly kind: "compiled"
  readonly compiled: Compiled
  readonly compileMicros: number
}

export interface RefusedReport {
  readonly kind: "refused"
  readonly reason: RefusedReason
  readonly compileMicros: number
  readonly compiled: Compiled | undefined
}

/** What is told of every instance that there was. */
export interface Ran {
  readonly steps: ReadonlyArray<Step>
  readonly compileMicros: number
  /** Time in guest code, its start function included. */
  readonly durationMicros: number
  readonly fuel: { readonly allocated: number; readonly used: number; readonly remaining: number }
  readonly memory: { readonly pages: number; readonly highWaterBytes: number }
  readonly nondeterminism: ReadonlyArray<string>
  /** Present when this firing compiled the module. */
  readonly compiled: Compiled | undefined
  readonly engine: string
  readonly versions: Readonly<Record<string, string>>
}

/** A resident guest has been made and answers calls. */
export interface StartedReport extends Ran {
  readonly kind: "started"
}

export interface ReturnedReport extends Ran {
  readonly kind: "returned"
  readonly values: ReadonlyArray<Value>
  readonly typed: ReadonlyArray<TypedValue>
  /** The state that the guest returned in, where that was the goal. */
  readonly state?: Pick<Evidence, "memories" | "globals" | "tables" | "journal"> | undefined
}

export interface FailedReport extends Ran {
  readonly kind: "failed"
  readonly reason: CrashReason
  readonly evidence: Evidence
}

/** One event of the instance's life, and when. */
export interface Step {
  readonly event: InstanceEventName
  readonly atMicros: number
}

/** What went wrong, as the engine and the host's cell tell it; `explainFailure` makes a reason of it. */
export interface Failure {
  readonly cause: FailureCause
  /** The guest's frames, innermost first, in offsets of the metered module. */
  readonly frames: ReadonlyArray<RawFrame> | Missing
}

export type FailureCause =
  | { readonly kind: "fuel" | "deadline" | "cancelled" | "stack" | "objects" }
  | { readonly kind: "host"; readonly module: string; readonly name: string; readonly what: string }
  | { readonly kind: "trap"; readonly message: string }
  | {
      readonly kind: "exception"
      readonly tagIndex: number | undefined
      readonly payload: ReadonlyArray<string>
    }
  | { readonly kind: "engine"; readonly what: string }

export interface RawFrame {
  readonly funcIndex: number
  readonly meteredOffset: number
}
