import * as Effect from "effect/Effect"
import { ImpossibleEvent } from "../actors/Life.ts"
import { Audit } from "../src/audit/Audit.ts"
import { type AuditTransition, refusalOf, stepsOf } from "../src/audit/AuditEvent.ts"
import { argumentsDigest } from "../src/forensics/digests.ts"
import { FuelMeter } from "../src/fuel/FuelMeter.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import { Refused } from "../src/outcome/Refused.ts"
import { LimitExceeded, type RefusedReason, reviveRefusedReason } from "../src/outcome/RefusedReason.ts"
import { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { Compiled } from "../src/runtime/Compiled.ts"
import type { FailedReport, FiringReport, Ran } from "../src/runtime/Firing.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import { readArguments, typedValues } from "../src/runtime/worker/readArguments.ts"
import { concludeFailed, concludeLost, concludeReturned, type Identity } from "./concludeFiring.ts"
import type { FirePlan } from "./FireOptions.ts"
import type { ModuleCache } from "./ModuleCache.ts"
import { ResidentLife } from "./ResidentLife.ts"
import { QueueFull } from "./Schedulers.ts"
import { type Counted, countEnded, countRefused } from "./Telemetry.ts"
import { refusalOfQueue } from "./validateModule.ts"

/** What is known of a firing before its report, and what its outcome needs. */
export interface Job {
  readonly bytes: Uint8Array
  readonly args: ReadonlyArray<Value>
  readonly plan: FirePlan
  readonly key: string
  readonly identity: Omit<Identity, "argumentsDigest">
  readonly compiled: Compiled | undefined
  readonly instanceId: string
  readonly counted: Counted
  readonly beganMs: number
}

const identified = ({ identity, args }: Job, compiled: Compiled | undefined): Identity => ({
  ...identity,
  argumentsDigest: digestOf(args, identity.functionName, compiled)
})

/** Of the arguments as the signature reads them, so that the text `20` and the number 20 are the same. */
const digestOf = (
  args: ReadonlyArray<Value>,
  functionName: string,
  compiled: Compiled | undefined
): string => {
  const signature = compiled?.exports.find(({ name }) => name === functionName)
  const read = signature === undefined ? args : readArguments(signature, args)
  return argumentsDigest(typedValues(signature?.params ?? [], "_tag" in read ? args : read))
}

const VERSIONS = { node: process.versions.node, v8: process.versions.v8 }

/** Makes outcomes of reports: audited, metered, and what was compiled kept. */
export interface Concluder {
  readonly refuse: (
    reason: RefusedReason,
    identity: Partial<Identity>,
    what?: Counted
  ) => Effect.Effect<never, Refused>
  readonly conclude: (
    job: Job,
    report: FiringReport | WorkerLost | QueueFull
  ) => Effect.Effect<Returned, Crash | Refused>
  /** Records a firing that returned. */
  readonly record: (
    job: Pick<Job, "instanceId" | "identity" | "counted">,
    ended: Returned | Crash
  ) => Effect.Effect<void>
  /** Meters one that returned, at once; `undefined` where its steps are kept as well, or it cannot be done at once. */
  readonly meterNow: ((identity: Job["identity"], used: number) => void) | undefined
  /** Keeps what was compiled. */
  readonly keep: (job: Job, report: Pick<Ran, "compiled">) => void
  /** Tells the audit of a step of somebody who is no instance. */
  readonly tell: (step: Omit<AuditTransition, "_tag">) => Effect.Effect<void>
  readonly meter: (identity: Job["identity"], used: number) => Effect.Effect<void>
  readonly lifeOf: (job: Job) => ResidentLife
  /** The crash that a report, or the loss of a thread, amounts to; nothing is recorded. */
  readonly crashOf: (job: Job, report: FailedReport | WorkerLost) => Crash | ImpossibleEvent
}

export const makeConcluder = (cache: ModuleCache): Effect.Effect<Concluder, never, Audit | FuelMeter> =>
  Effect.gen(function* () {
    const audit = yield* Audit
    const meter = yield* FuelMeter

    const refuse: Concluder["refuse"] = (reason, identity, what) =>
      audit
        .record(refusalOf(reason, identity))
        .pipe(Effect.andThen(countRefused(what, reason)), Effect.andThen(Effect.fail(new Refused(reason))))

    const keep: Concluder["keep"] = ({ key, bytes }, { compiled }) => {
      if (compiled !== undefined) cache.set(key, { compiled, bytes })
    }

    const crashOf: Concluder["crashOf"] = (job, report) =>
      report instanceof WorkerLost
        ? concludeLost(
            report,
            identified(job, job.compiled),
            job.plan,
            VERSIONS,
            Math.round((performance.now() - job.beganMs) * 1_000)
          )
        : concludeFailed(report, identified(job, report.compiled ?? job.compiled), job.plan)

    /** From a report to an outcome, audited and metered. */
    const conclude = (
      job: Job,
      report: FiringReport | WorkerLost | QueueFull
    ): Effect.Effect<Returned, Crash | Refused> =>
      Effect.suspend((): Effect.Effect<Returned, Crash | Refused> => {
        if (report instanceof QueueFull) return refuse(refusalOfQueue(report), job.identity, job.counted)
        if (report instanceof WorkerLost) {
          if (report.compileMs !== undefined)
            return refuse(
              new LimitExceeded("compileMsMax", job.plan.policy.compileMsMax, report.compileMs),
              job.identity,
              job.counted
            )
          return crashed(job, crashOf(job, report))
        }
        if (report.kind === "compiled" || report.kind === "started" || report.kind === "pooled")
          return Effect.die(new Error(`a firing was reported as ${report.kind}`))
        keep(job, report)
        if (report.kind === "refused")
          return refuse(reviveRefusedReason(report.reason), job.identity, job.counted)
        if (report.kind === "failed") return crashed(job, crashOf(job, report))
        const returned = concludeReturned(report)
        return returned instanceof Returned
          ? Effect.as(record(job, returned), returned)
          : Effect.die(returned)
      })

    const crashed = (job: Job, crash: Crash | ImpossibleEvent): Effect.Effect<never, Crash> =>
      crash instanceof ImpossibleEvent
        ? Effect.die(crash)
        : Effect.andThen(Effect.andThen(record(job, crash), job.plan.onCrash(crash)), Effect.fail(crash))

    const record: Concluder["record"] = ({ counted, instanceId, identity }, ended) =>
      Effect.gen(function* () {
        const { metadata } = ended
        yield* countEnded(counted, ended)
        if (audit.isSilent !== true)
          for (const step of stepsOf(instanceId, metadata.lifecycle)) yield* audit.record(step)
        yield* meter.record(identity, metadata.fuel.used)
      })

    return {
      refuse,
      conclude,
      record,
      meterNow: audit.isSilent === true ? meter.recordNow : undefined,
      crashOf,
      keep,
      tell: (step) => audit.record({ _tag: "Transition", ...step }),
      meter: (identity, used) => meter.record(identity, used),
      lifeOf: (job) => new ResidentLife(job.instanceId, job.beganMs, audit)
    }
  })
