import type { Evidence } from "../outcome/Evidence.ts"
import type { Value } from "../outcome/Value.ts"
import type { FailedReport, RefusedReport, ReturnedReport } from "./Firing.ts"
import type { InstanceEventName } from "./InstanceEventName.ts"

/**
 * The firings of a pool as they cross to a thread and back, many in one message.
 *
 * What all of them have in common was told when the pool was opened there, so a call is little more than its arguments,
 * and what came of one that returned little more than its values.
 */
export interface PooledCall {
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly timeoutMs: number
}

/** How a pool's instances are kept where they are. */
export interface PoolBounds {
  /** Of so many that were put back, one is compared with how it was; 0 for none. */
  readonly verifyEvery: number
  /** Instances that may be idle. */
  readonly idleMax: number
}

export type PooledReport = PooledReturn | FailedReport | RefusedReport

/** What a `ReturnedReport` says that another firing of the same pool might not. */
export interface PooledReturn {
  readonly kind: "returned"
  readonly values: ReadonlyArray<Value>
  readonly used: number
  readonly pages: number
  readonly highWaterBytes: number
  readonly durationMicros: number
  /** When each of {@link POOLED_STEPS} was taken. */
  readonly atMicros: ReadonlyArray<number>
}

/** Reports of calls one after the other, from the call number `first` on. */
export interface PooledPart {
  readonly first: number
  readonly reports: ReadonlyArray<PooledReport>
}

/** The last part. */
export interface PooledEnd extends PooledPart {
  readonly kind: "pooled"
  /** Why instances of the module are not to be used twice; calls without a report were not made. */
  readonly unfit: Unfit | undefined
}

/** That one cannot be put back is no defect; that it was put back and found to differ is one, and has evidence. */
export interface Unfit {
  readonly why: string
  readonly differs: Pick<Evidence, "memories" | "globals" | "tables"> | undefined
}

/** The life of a firing that returned. */
export const POOLED_STEPS = [
  "INSTANTIATED",
  "CALLED",
  "RETURNED",
  "CLEANED"
] as const satisfies ReadonlyArray<InstanceEventName>

export const shorten = (report: ReturnedReport): PooledReturn => ({
  kind: "returned",
  values: report.values,
  used: report.fuel.used,
  pages: report.memory.pages,
  highWaterBytes: report.memory.highWaterBytes,
  durationMicros: report.durationMicros,
  atMicros: report.steps.map(({ atMicros }) => atMicros)
})
