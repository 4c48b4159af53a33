import * as Effect from "effect/Effect"
import {
  LimitExceeded,
  type RefusedReason,
  reviveRefusedReason,
  Unsupported
} from "../src/outcome/RefusedReason.ts"
import type { FiringRequest } from "../src/runtime/Firing.ts"
import type { FiringCaller } from "../src/runtime/GuestWorker.ts"
import { checkExpectations, type ModuleSummary, summarize } from "../src/runtime/ModuleSummary.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { FirePlan, ValidateOptions } from "./FireOptions.ts"
import type { IdentifiedModule } from "./identifyModule.ts"
import { type CachedModule, type ModuleCache, moduleKey } from "./ModuleCache.ts"
import { QueueFull, type Schedulers } from "./Schedulers.ts"

/**
 * Compiles a module on a guest thread, as a firing would, and compares it with what the caller expects of it.
 *
 * What was compiled is kept: a module that was validated fires without compiling.
 */
export const validateModule = (
  schedulers: Schedulers,
  cache: ModuleCache,
  module: IdentifiedModule,
  plan: FirePlan,
  expected: ValidateOptions
): Effect.Effect<ModuleSummary, RefusedReason> =>
  Effect.flatMap(compileModule(schedulers, cache, module, plan), ({ compiled, bytes }) => {
    const summary = summarize(compiled, module.hash, bytes.length, plan.declarations)
    const unmet = checkExpectations(summary, expected)
    return unmet === undefined ? Effect.succeed(summary) : Effect.fail(unmet)
  })

/** Compiles a module on a guest thread, and keeps it. */
export const compileModule = (
  schedulers: Schedulers,
  cache: ModuleCache,
  { hash, bytes }: IdentifiedModule,
  plan: FirePlan,
  build: "one" | "pool" = "one"
): Effect.Effect<CachedModule, RefusedReason> => {
  const wasm = bytes()
  const request = {
    ...requestOf(plan),
    goal: "compile" as const,
    forPool: build === "pool",
    bytes: wasm,
    compiled: undefined,
    functionName: "",
    args: []
  }
  return schedulers.fire(request, NOBODY).pipe(
    Effect.catch((lost) => Effect.succeed(lost)),
    Effect.flatMap((report): Effect.Effect<CachedModule, RefusedReason> => {
      if (report instanceof QueueFull) return Effect.fail(refusalOfQueue(report))
      if (report instanceof WorkerLost) return Effect.fail(refusalOfLoss(report, plan))
      if (report.kind === "refused") return Effect.fail(reviveRefusedReason(report.reason))
      if (report.kind !== "compiled")
        return Effect.die(new Error(`a compilation was reported as ${report.kind}`))
      const known = { compiled: report.compiled, bytes: wasm }
      cache.set(moduleKey(hash, plan.policy, build), known)
      return Effect.succeed(known)
    })
  )
}

/** The part of a request that follows from the options alone. */
export const requestOf = (
  plan: FirePlan
): Pick<FiringRequest, "fuel" | "timeoutMs" | "policy" | "grants" | "declarations"> => ({
  fuel: plan.fuel,
  timeoutMs: plan.timeoutMs,
  policy: plan.policy,
  grants: plan.grants,
  declarations: plan.declarations
})

/** Whoever compiles runs no guest: there are no logs, no questions and no evidence. */
const NOBODY: FiringCaller = { remotes: [], onLog: () => Effect.void, onCancelled: () => Effect.void }

/** Nothing was begun, and nothing is known of the module. */
export const refusalOfQueue = ({ bound, waiting }: QueueFull): LimitExceeded =>
  new LimitExceeded("waitingMax", bound, waiting + 1)

/** A thread that died over a module has told that it cannot be fired here, and sometimes why. */
const refusalOfLoss = ({ compileMs, cause }: WorkerLost, { policy }: FirePlan): RefusedReason =>
  compileMs === undefined
    ? new Unsupported("the module", `the engine was lost while compiling it: ${cause}`)
    : new LimitExceeded("compileMsMax", policy.compileMsMax, compileMs)
