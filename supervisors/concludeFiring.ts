import { ImpossibleEvent, Life } from "../actors/Life.ts"
import { Crash, type Forensics } from "../src/outcome/Crash.ts"
import { Cancelled, EngineLost, reviveCrashReason } from "../src/outcome/CrashReason.ts"
import type { Evidence } from "../src/outcome/Evidence.ts"
import type { LifecycleEvent } from "../src/outcome/Lifecycle.ts"
import { Missing } from "../src/outcome/Missing.ts"
import { type Metadata, Returned } from "../src/outcome/Returned.ts"
import type { FailedReport, ReturnedReport, Step } from "../src/runtime/Firing.ts"
import { POOLED_STEPS, type PooledReturn } from "../src/runtime/PooledCall.ts"
import type { WorkerLost } from "../src/runtime/WorkerLost.ts"
import { typedValues } from "../src/runtime/worker/readArguments.ts"
import type { FirePlan } from "./FireOptions.ts"

/**
 * The outcome of a firing, out of what its thread reported and what the statechart makes of it.
 *
 * Every life is walked on the chart's table: a report whose steps the chart does not have is a defect of ours,
 * and says so, rather than an outcome with a life that nobody can explain.
 */
export interface Identity {
  readonly functionName: string
  readonly argumentsDigest: string
  readonly moduleHash: string
}

export const concludeReturned = (report: ReturnedReport): Returned | ImpossibleEvent => {
  const lifecycle = walk(report.steps, "EngineLost")
  return lifecycle instanceof ImpossibleEvent
    ? lifecycle
    : new Returned(report.values, { ...metadataOf(report, lifecycle), typed: report.typed })
}

export const concludeFailed = (
  report: FailedReport,
  identity: Identity,
  plan: FirePlan
): Crash | ImpossibleEvent => {
  const reason = reviveCrashReason(report.reason)
  const lifecycle = walk(report.steps, reason._tag)
  if (lifecycle instanceof ImpossibleEvent) return lifecycle
  const forensics: Forensics = {
    ...report.evidence,
    ...identity,
    reason,
    lifecycle,
    engine: report.engine,
    versions: report.versions,
    nan: plan.policy.nan,
    prices: plan.policy.prices
  }
  return new Crash(reason, forensics, metadataOf(report, lifecycle))
}

/**
 * The outcome of a pool's firing that returned: its life is always the same but for the times, so it is walked once.
 *
 * @param types of the function's results
 */
export const concludePooled = (
  report: PooledReturn,
  allocated: number,
  types: ReadonlyArray<string>,
  nondeterminism: ReadonlyArray<string>
): Returned => {
  const { values, used, pages, highWaterBytes, durationMicros, atMicros } = report
  return new Returned(values, {
    fuel: { allocated, used, remaining: allocated - used },
    memory: { pages, highWaterBytes },
    durationMicros,
    compileMicros: 0,
    // Of each life's first event the time is none, and of the two steps within a state the first is told.
    lifecycle: POOLED_LIFE.map(({ state, event }, i) => ({
      state,
      event,
      atMicros: atMicros[TOLD[i] ?? -1] ?? 0
    })),
    typed: typedValues(types, values),
    nondeterminism
  })
}

/** The thread is gone and took everything with it; what is known is that it had been given so much. */
export const concludeLost = (
  lost: WorkerLost,
  identity: Identity,
  plan: FirePlan,
  versions: Readonly<Record<string, string>>,
  durationMicros: number
): Crash => {
  const why = `the thread died before capture: ${lost.cause}`
  const begun = lost.phase !== "compiling" && lost.phase !== "loading" && lost.phase !== "idle"
  // Before the guest ran nothing of it is lost with the thread, so what ended it is that it was cancelled.
  const reason = lost.cancelled && !begun ? new Cancelled("the caller") : new EngineLost(lost.cause)
  const life = new Life()
  if (begun) {
    life.step("INSTANTIATED", durationMicros)
    life.step("CALLED", durationMicros)
  }
  life.step(reason._tag, durationMicros)
  life.step("CAPTURED", durationMicros)
  life.step("CLEANED", durationMicros)
  const lifecycle = life.trace
  const fuel = { allocated: plan.fuel, used: plan.fuel, remaining: 0 }
  const evidence: Evidence = {
    memories: new Missing(why),
    globals: new Missing(why),
    tables: new Missing(why),
    // The most that it can have used: nobody is left to say how much it was.
    fuel: { ...fuel, exactness: "bound", why },
    stack: new Missing(why),
    journal: { entries: [], dropped: 0 }
  }
  const forensics: Forensics = {
    ...evidence,
    ...identity,
    reason,
    lifecycle,
    engine: "v8",
    versions,
    nan: plan.policy.nan,
    prices: plan.policy.prices
  }
  const metadata = {
    fuel,
    memory: { pages: 0, highWaterBytes: 0 },
    durationMicros,
    compileMicros: 0,
    lifecycle,
    typed: [],
    nondeterminism: []
  }
  return new Crash(reason, forensics, metadata)
}

/** Which of a pooled firing's steps enters each state of its life. */
const TOLD: ReadonlyArray<number> = [-1, 0, 1, 3]

/** The life that the steps describe, a failure by the tag of its reason. */
const walk = (
  steps: ReadonlyArray<Step>,
  failure: Parameters<Life["step"]>[0]
): ReadonlyArray<LifecycleEvent> | ImpossibleEvent => {
  const life = new Life()
  for (const { event, atMicros } of steps) {
    const state = life.step(event === "FAILED" ? failure : event, atMicros)
    if (state instanceof ImpossibleEvent) return state
  }
  return life.trace
}

const metadataOf = (
  report: ReturnedReport | FailedReport,
  lifecycle: ReadonlyArray<LifecycleEvent>
): Metadata => ({
  fuel: report.fuel,
  memory: report.memory,
  durationMicros: report.durationMicros,
  compileMicros: report.compileMicros,
  lifecycle,
  typed: [],
  nondeterminism: report.nondeterminism
})

const lifeOf = (steps: ReadonlyArray<Step>): ReadonlyArray<LifecycleEvent> => {
  const life = walk(steps, "EngineLost")
  return life instanceof ImpossibleEvent ? [] : life
}

const POOLED_LIFE = lifeOf(POOLED_STEPS.map((event) => ({ event, atMicros: 0 })))
