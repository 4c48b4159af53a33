import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ImpossibleEvent } from "../actors/Life.ts"
import { Audit } from "../src/audit/Audit.ts"
import { refusalOf, stepsOf } from "../src/audit/AuditEvent.ts"
import { argumentsDigest } from "../src/forensics/digests.ts"
import { FuelMeter } from "../src/fuel/FuelMeter.ts"
import type { FuelCeiling } from "../src/fuel/FuelPolicy.ts"
import { logToEffect } from "../src/host/logToEffect.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import { Refused } from "../src/outcome/Refused.ts"
import { LimitExceeded, type RefusedReason, reviveRefusedReason } from "../src/outcome/RefusedReason.ts"
import { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { Compiled } from "../src/runtime/Compiled.ts"
import type { FiringReport, FiringRequest } from "../src/runtime/Firing.ts"
import type { FiringCaller } from "../src/runtime/GuestWorker.ts"
import type { ModuleSummary } from "../src/runtime/ModuleSummary.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import { readArguments, typedValues } from "../src/runtime/worker/readArguments.ts"
import { checkCall } from "./checkCall.ts"
import { concludeFailed, concludeLost, concludeReturned, type Identity } from "./concludeFiring.ts"
import { type FireOptions, type FirePlan, planFiring, type ValidateOptions } from "./FireOptions.ts"
import { identifyModule } from "./identifyModule.ts"
import { ModuleCache, moduleKey } from "./ModuleCache.ts"
import { makeSchedulers, QueueFull, type SchedulersOptions } from "./Schedulers.ts"
import { refusalOfQueue, requestOf, validateModule } from "./validateModule.ts"

/**
 * Fires guests: finds a thread, follows the instance through its life, and sees to it that whatever happens
 * there is one outcome, one trace in the audit and, for a failure, one dump's worth of evidence.
 *
 * Interrupting a firing stops its guest within a slice; its evidence then goes to `onCrash`, since the fiber
 * that would have received it is gone.
 */
export class InstanceManager extends Context.Service<
  InstanceManager,
  {
    readonly fire: (
      wasm: Uint8Array,
      functionName: string,
      args: ReadonlyArray<Value>,
      options?: FireOptions
    ) => Effect.Effect<Returned, Crash | Refused>
    readonly validate: (wasm: Uint8Array, options?: ValidateOptions) => Effect.Effect<ModuleSummary, Refused>
  }
>()("munition/supervisors/InstanceManager") {
  static readonly layer = (
    options: InstanceManagerOptions = {}
  ): Layer.Layer<InstanceManager, never, Audit | FuelMeter> =>
    Layer.effect(InstanceManager, makeManager(options))
}

/** What an operator decides for all firings. */
export interface InstanceManagerOptions extends SchedulersOptions {
  /** The operator's ceiling on what any firing may ask for. */
  readonly ceiling?: Partial<FuelCeiling> | undefined
}

const makeManager = (options: InstanceManagerOptions) =>
  Effect.gen(function* () {
    const audit = yield* Audit
    const meter = yield* FuelMeter
    const schedulers = yield* makeSchedulers(options)
    const cache = new ModuleCache()
    let fired = 0

    const refuse = (reason: RefusedReason, identity: Partial<Identity>) =>
      Effect.andThen(audit.record(refusalOf(reason, identity)), Effect.fail(new Refused(reason)))

    /** From a report to an outcome, audited and metered. */
    const conclude = (
      job: Job,
      report: FiringReport | WorkerLost | QueueFull
    ): Effect.Effect<Returned, Crash | Refused> =>
      Effect.suspend((): Effect.Effect<Returned, Crash | Refused> => {
        if (report instanceof QueueFull) return refuse(refusalOfQueue(report), job.identity)
        if (report instanceof WorkerLost) {
          if (report.compileMs !== undefined)
            return refuse(
              new LimitExceeded("compileMsMax", job.plan.policy.compileMsMax, report.compileMs),
              job.identity
            )
          const elapsed = Math.round((performance.now() - job.beganMs) * 1_000)
          return crashed(
            job,
            concludeLost(report, identified(job, job.compiled), job.plan, VERSIONS, elapsed)
          )
        }
        if (report.compiled !== undefined) cache.set(job.key, { compiled: report.compiled, bytes: job.bytes })
        if (report.kind === "compiled" || report.kind === "started")
          return Effect.die(new Error(`a firing was reported as ${report.kind}`))
        if (report.kind === "refused") return refuse(reviveRefusedReason(report.reason), job.identity)
        if (report.kind === "failed") {
          const compiled = report.compiled ?? job.compiled
          return crashed(job, concludeFailed(report, identified(job, compiled), job.plan))
        }
        const returned = concludeReturned(report)
        return returned instanceof Returned
          ? Effect.as(record(job, returned), returned)
          : Effect.die(returned)
      })

    const crashed = (job: Job, crash: Crash | ImpossibleEvent): Effect.Effect<never, Crash> =>
      crash instanceof ImpossibleEvent
        ? Effect.die(crash)
        : Effect.andThen(Effect.andThen(record(job, crash), job.plan.onCrash(crash)), Effect.fail(crash))

    const record = (job: Job, { metadata }: Returned | Crash): Effect.Effect<void> =>
      Effect.gen(function* () {
        for (const step of stepsOf(job.instanceId, metadata.lifecycle)) yield* audit.record(step)
        yield* meter.record(job.identity, metadata.fuel.used)
      })

    const run = (job: Job): Effect.Effect<FiringReport, WorkerLost | QueueFull> => {
      const { bytes, compiled, plan } = job
      const request: Omit<FiringRequest, "cell"> = {
        ...requestOf(plan),
        goal: "fire",
        bytes,
        compiled,
        functionName: job.identity.functionName,
        args: job.args
      }
      const caller: FiringCaller = {
        remotes: plan.remotes,
        onLog: (log) => logToEffect(log, { instance: job.instanceId, function: job.identity.functionName }),
        onCancelled: (report) => Effect.asVoid(Effect.exit(conclude(job, report)))
      }
      return plan.inline
        ? Effect.flatMap(loadInline, (fireInline) => fireInline(request, caller.onLog))
        : schedulers.fire(request, caller, plan.priority)
    }

    const fire = (
      wasm: Uint8Array,
      functionName: string,
      args: ReadonlyArray<Value>,
      asked: FireOptions = {}
    ): Effect.Effect<Returned, Crash | Refused> =>
      Effect.suspend(() => {
        const wrong = checkCall(wasm, functionName, args)
        if (wrong !== undefined) return refuse(wrong, {})
        const plan = planFiring(asked, options.ceiling)
        if ("_tag" in plan) return refuse(plan, { functionName })
        const warn = Effect.forEach(plan.grants.notices, (notice) => Effect.logWarning(notice), {
          discard: true
        })
        return Effect.flatMap(Effect.andThen(warn, identifyModule(wasm)), ({ hash, bytes }) => {
          const key = moduleKey(hash, plan.policy)
          const identity = { functionName, moduleHash: hash }
          const cached = cache.get(key)
          const known = cached ?? { bytes: bytes(), compiled: undefined }
          fired += 1
          const job: Job = {
            ...known,
            args,
            plan,
            key,
            identity,
            instanceId: String(fired),
            beganMs: performance.now()
          }
          return run(job).pipe(
            Effect.catch((lost) => Effect.succeed(lost)),
            Effect.flatMap((report) => conclude(job, report))
          )
        })
      })

    const validate = (wasm: Uint8Array, asked: ValidateOptions = {}): Effect.Effect<ModuleSummary, Refused> =>
      Effect.suspend(() => {
        const plan = checkCall(wasm, "", []) ?? planFiring(asked, options.ceiling)
        if ("_tag" in plan) return refuse(plan, {})
        return Effect.flatMap(identifyModule(wasm), (module) =>
          Effect.catch(validateModule(schedulers, cache, module, plan, asked), (reason) =>
            refuse(reason, { moduleHash: module.hash })
          )
        )
      })
    return InstanceManager.of({ fire, validate })
  })

/** Loaded when first needed: it brings the meter and the engine, half of all that is loaded, to this thread. */
const loadInline = Effect.suspend(() =>
  inline === undefined
    ? Effect.map(
        Effect.promise(() => import("../src/runtime/fireInline.ts")),
        ({ fireInline }) => {
          inline = fireInline
          return fireInline
        }
      )
    : Effect.succeed(inline)
)
let inline: typeof import("../src/runtime/fireInline.ts")["fireInline"] | undefined

interface Job {
  readonly bytes: Uint8Array
  readonly args: ReadonlyArray<Value>
  readonly plan: FirePlan
  readonly key: string
  readonly identity: Omit<Identity, "argumentsDigest">
  readonly compiled: Compiled | undefined
  readonly instanceId: string
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
