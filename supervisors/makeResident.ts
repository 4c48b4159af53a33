import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { logToEffect } from "../src/host/logToEffect.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import type { Refused } from "../src/outcome/Refused.ts"
import { LimitExceeded } from "../src/outcome/RefusedReason.ts"
import type { FiringCaller } from "../src/runtime/GuestWorker.ts"
import type { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { Concluder, Job } from "./Concluder.ts"
import { ExitShutdown } from "./otp/ExitReason.ts"
import type { Resident, ResidentPlan } from "./Resident.ts"
import { ResidentProcess } from "./ResidentProcess.ts"
import { ResidentsFull, type Schedulers } from "./Schedulers.ts"
import { requestOf } from "./validateModule.ts"

/** Makes a guest that stays until the scope ends; what it has on its thread is in a scope of its own. */
export const makeResident = (
  job: Job,
  plan: ResidentPlan,
  schedulers: Schedulers,
  concluder: Concluder
): Effect.Effect<Resident, Crash | Refused, Scope.Scope> =>
  // Only the wait for the guest can be interrupted: a start that failed is told of to its end.
  Effect.uninterruptibleMask((restore) => making(job, plan, schedulers, concluder, restore))

const making = (
  job: Job,
  plan: ResidentPlan,
  schedulers: Schedulers,
  concluder: Concluder,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
): Effect.Effect<Resident, Crash | Refused, Scope.Scope> =>
  Effect.gen(function* () {
    const life = concluder.lifeOf(job)
    const own = yield* Scope.make()
    const caller: FiringCaller = {
      remotes: plan.remotes,
      onLog: (log) => logToEffect(log, { instance: job.instanceId }),
      // What came of a start that nobody waits for any more is told all the same.
      onCancelled: (end) =>
        "_tag" in end || end.kind !== "started"
          ? Effect.asVoid(Effect.exit(concluder.conclude(job, end)))
          : life.step("INSTANTIATED", "CLEANED")
    }
    const { bytes, compiled } = job
    const request = { ...requestOf(plan), bytes, compiled, functionName: "", args: [] }
    const made = yield* restore(schedulers.reside(request, caller)).pipe(
      Effect.provideService(Scope.Scope, own),
      Effect.catch((refused): Effect.Effect<WorkerLost | ResidentsFull> => Effect.succeed(refused)),
      Effect.onInterrupt(() => Scope.close(own, Exit.void))
    )
    if (!("report" in made) || made.report.kind !== "started") {
      yield* Scope.close(own, Exit.void)
      if (made instanceof ResidentsFull)
        return yield* concluder.refuse(
          new LimitExceeded("residentsMax", made.bound, made.bound + 1),
          job.identity
        )
      yield* concluder.conclude(job, "report" in made ? made.report : made)
      return yield* Effect.die(new Error("a resident guest returned from its start"))
    }
    concluder.keep(job, made.report)
    yield* life.step("INSTANTIATED")
    const known = made.report.compiled === undefined ? job : { ...job, compiled: made.report.compiled }
    const context = yield* Effect.context<never>()
    const process = new ResidentProcess(known, plan, made, own, concluder, life, context)
    yield* Effect.addFinalizer(() => Effect.uninterruptible(process.leave(new ExitShutdown())))
    return process
  })
