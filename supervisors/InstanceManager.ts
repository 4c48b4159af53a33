import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { Audit } from "../src/audit/Audit.ts"
import type { FuelMeter } from "../src/fuel/FuelMeter.ts"
import type { FuelCeiling } from "../src/fuel/FuelPolicy.ts"
import { logToEffect } from "../src/host/logToEffect.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import type { Refused } from "../src/outcome/Refused.ts"
import { BadArguments, type RefusedReason } from "../src/outcome/RefusedReason.ts"
import type { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { FiringReport, FiringRequest } from "../src/runtime/Firing.ts"
import type { FiringCaller } from "../src/runtime/GuestWorker.ts"
import type { ModuleSummary } from "../src/runtime/ModuleSummary.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { CapturedState, Snapshot } from "../src/snapshot/Snapshot.ts"
import { type Job, makeConcluder } from "./Concluder.ts"
import { checkCall, checkOptions } from "./checkCall.ts"
import { type FireOptions, type FirePlan, planFiring, type ValidateOptions } from "./FireOptions.ts"
import { identifyModule } from "./identifyModule.ts"
import { ModuleCache, moduleKey } from "./ModuleCache.ts"
import { makeResident } from "./makeResident.ts"
import { compileForPool } from "./pool/compileForPool.ts"
import { makePool } from "./pool/makePool.ts"
import type { Pool } from "./pool/Pool.ts"
import type { PoolHouse } from "./pool/PoolHouse.ts"
import { type PoolOptions, planPool } from "./pool/PoolOptions.ts"
import { planResident, type Resident, type ResidentOptions } from "./Resident.ts"
import { makeSchedulers, type QueueFull } from "./Schedulers.ts"
import type { SchedulersOptions } from "./SchedulersOptions.ts"
import type { SnapshotOptions } from "./snapshotModule.ts"
import { type Counted, showLoad, traceModule, withGuestSpan } from "./Telemetry.ts"
import { requestOf, validateModule } from "./validateModule.ts"

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
    /** Makes an instance that stays and answers calls until its scope ends, it is told to go, or it fails. */
    readonly reside: (
      wasm: Uint8Array,
      options?: ResidentOptions
    ) => Effect.Effect<Resident, Crash | Refused, Scope.Scope>
    /** Makes a pool of instances of one module, each of which a firing finds as new. */
    readonly makePool: (wasm: Uint8Array, options?: PoolOptions) => Effect.Effect<Pool, Refused, Scope.Scope>
    readonly validate: (wasm: Uint8Array, options?: ValidateOptions) => Effect.Effect<ModuleSummary, Refused>
    /** Fires an initialiser and writes the module that starts where it ended. */
    readonly snapshot: (
      wasm: Uint8Array,
      functionName: string,
      options?: SnapshotOptions
    ) => Effect.Effect<Snapshot, Crash | Refused>
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
    const schedulers = yield* makeSchedulers(options)
    const cache = new ModuleCache()
    const concluder = yield* makeConcluder(cache)
    const { refuse, conclude } = concluder
    yield* showLoad(schedulers.load)
    let fired = 0

    const run = (
      job: Job,
      goal: FiringRequest["goal"]
    ): Effect.Effect<FiringReport, WorkerLost | QueueFull> => {
      const { bytes, compiled, plan } = job
      const request: Omit<FiringRequest, "cell"> = {
        ...requestOf(plan),
        goal,
        bytes,
        compiled,
        functionName: job.identity.functionName,
        args: job.args
      }
      let end: FiringReport | WorkerLost | undefined
      const caller: FiringCaller = {
        remotes: plan.remotes,
        onLog: (log) => logToEffect(log, { instance: job.instanceId, function: job.identity.functionName }),
        onCancelled: (report) => Effect.asVoid(Effect.exit(conclude(job, report))),
        onEnd: (told) => {
          end = told
        }
      }
      // Of what had not begun, and would have been given to another scheduler, there is nothing to tell.
      const interrupted = Effect.suspend(() =>
        end === undefined || (end instanceof WorkerLost && end.repeatable)
          ? Effect.void
          : caller.onCancelled(end)
      )
      return plan.inline
        ? Effect.flatMap(loadInline, (fireInline) => fireInline(request, caller.onLog))
        : Effect.onInterrupt(schedulers.fire(request, caller, plan.priority), () => interrupted)
    }

    const fireFor = (
      goal: "fire" | "snapshot",
      wasm: Uint8Array,
      functionName: string,
      args: ReadonlyArray<Value>,
      asked: FireOptions,
      onReport?: (report: FiringReport | WorkerLost | QueueFull) => void
    ): Effect.Effect<Returned, Crash | Refused> =>
      Effect.suspend(() => {
        const wrong = checkCall(wasm, functionName, args)
        if (wrong !== undefined) return refuse(wrong, {}, "firing")
        const plan = planFiring(asked, options.ceiling)
        if ("_tag" in plan) return refuse(plan, { functionName }, "firing")
        if (plan.inline && options.isolation === "process")
          return refuse(INLINE_ISOLATED, { functionName }, "firing")
        const warn = Effect.forEach(plan.grants.notices, (notice) => Effect.logWarning(notice), {
          discard: true
        })
        // What has come is concluded, whoever does not wait for it any more: neither its life nor its dump is cut off.
        return Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(
            restore(Effect.andThen(warn, jobOf(wasm, functionName, args, plan, "firing"))),
            (job) => restore(fireNew(job, goal, onReport))
          )
        )
      }).pipe(withGuestSpan("munition.fire", { functionName }))

    const fire = (
      wasm: Uint8Array,
      functionName: string,
      args: ReadonlyArray<Value>,
      asked: FireOptions = {}
    ): Effect.Effect<Returned, Crash | Refused> => fireFor("fire", wasm, functionName, args, asked)

    const snapshot = (
      wasm: Uint8Array,
      functionName: string,
      asked: SnapshotOptions = {}
    ): Effect.Effect<Snapshot, Crash | Refused> =>
      Effect.suspend(() => {
        const refuseIt = (reason: RefusedReason) => refuse(reason, { functionName })
        const wrong = checkCall(wasm, functionName, []) ?? checkOptions(asked)
        if (wrong !== undefined) return refuseIt(wrong)
        let state: CapturedState | undefined
        const firing = (bytes: Uint8Array) =>
          Effect.map(
            fireFor("snapshot", bytes, functionName, [], asked, (report) => {
              state = "state" in report ? report.state : undefined
            }),
            (returned) => ({ returned, state })
          )
        return Effect.flatMap(loadSnapshot, ({ snapshotModule }) =>
          snapshotModule(wasm, functionName, asked, firing, refuseIt)
        )
      })

    const reside = (
      wasm: Uint8Array,
      asked: ResidentOptions = {}
    ): Effect.Effect<Resident, Crash | Refused, Scope.Scope> =>
      Effect.suspend((): Effect.Effect<Resident, Crash | Refused, Scope.Scope> => {
        const plan = checkCall(wasm, "", []) ?? planResident(asked, options.ceiling)
        if ("_tag" in plan) return refuse(plan, {})
        const warn = Effect.forEach(plan.grants.notices, (notice) => Effect.logWarning(notice), {
          discard: true
        })
        return Effect.flatMap(Effect.andThen(warn, jobOf(wasm, "", [], plan, "resident")), (job) =>
          makeResident(job, plan, schedulers, concluder)
        )
      }).pipe(withGuestSpan("munition.reside"))

    const jobOf = (
      wasm: Uint8Array,
      functionName: string,
      args: ReadonlyArray<Value>,
      plan: FirePlan,
      counted: Counted
    ): Effect.Effect<Job> =>
      Effect.flatMap(identifyModule(wasm), ({ hash, bytes }) => {
        const key = moduleKey(hash, plan.policy)
        const known = cache.get(key) ?? { bytes: bytes(), compiled: undefined }
        fired += 1
        const identity = { functionName, moduleHash: hash }
        return Effect.as(traceModule(hash), {
          ...known,
          ...{ args, plan, key, identity, counted },
          instanceId: String(fired),
          beganMs: performance.now()
        })
      })

    const fireNew = (
      job: Job,
      goal: "fire" | "snapshot" = "fire",
      onReport: (report: FiringReport | WorkerLost | QueueFull) => void = () => {}
    ): Effect.Effect<Returned, Crash | Refused> =>
      Effect.uninterruptibleMask((restore) =>
        restore(run(job, goal)).pipe(
          Effect.catch((lost) => Effect.succeed(lost)),
          Effect.flatMap((report) => {
            onReport(report)
            return conclude(job, report)
          })
        )
      )

    const house: PoolHouse = {
      schedulers,
      concluder,
      hasThreads: options.isolation !== "process",
      fireNew,
      nextId: () => String(++fired),
      compile: (wasm, plan) => compileForPool(wasm, plan, schedulers, cache, concluder)
    }

    const pool = (wasm: Uint8Array, asked: PoolOptions = {}): Effect.Effect<Pool, Refused, Scope.Scope> =>
      Effect.suspend((): Effect.Effect<Pool, Refused, Scope.Scope> => {
        const plan = planPool(asked, options.ceiling)
        if ("_tag" in plan) return refuse(plan, {})
        if (plan.inline && options.isolation === "process") return refuse(INLINE_ISOLATED, {})
        return makePool(wasm, plan, house)
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
    return InstanceManager.of({ fire, reside, makePool: pool, validate, snapshot })
  })

const INLINE_ISOLATED = new BadArguments("inline", "false where guests are isolated in processes", "true")

/** Loaded when needed: it brings the binary format to this thread. */
const loadSnapshot = Effect.promise(() => import("./snapshotModule.ts"))

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
