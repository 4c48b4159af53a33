import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Refused } from "../../src/outcome/Refused.ts"
import type { InlineRack } from "../../src/runtime/makeInlineRack.ts"
import { ExitShutdown } from "../otp/ExitReason.ts"
import type { ThreadsPool } from "../Schedulers.ts"
import { requestOf } from "../validateModule.ts"
import type { Pool } from "./Pool.ts"
import type { CompiledModule, PoolHouse } from "./PoolHouse.ts"
import { PoolModule } from "./PoolModule.ts"
import type { PoolPlan } from "./PoolOptions.ts"
import { PoolProcess } from "./PoolProcess.ts"

/** Makes a pool that lives until the scope ends, or it is told to go. */
export const makePool = (
  wasm: Uint8Array,
  plan: PoolPlan,
  house: PoolHouse
): Effect.Effect<Pool, Refused, Scope.Scope> =>
  Effect.gen(function* () {
    const makeModule = (bytes: Uint8Array): Effect.Effect<PoolModule, Refused> =>
      Effect.flatMap(house.compile(bytes, plan), (module) => furnish(module, plan, house))
    const pool = new PoolProcess(plan, yield* makeModule(wasm), makeModule, (reason, functionName) =>
      house.concluder.refuse(reason, functionName === undefined ? {} : { functionName }, "firing")
    )
    yield* pool.trim
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(TRIM_MS), pool.trim)))
    yield* Effect.addFinalizer(() => pool.close(new ExitShutdown()))
    return pool
  })

const furnish = (module: CompiledModule, plan: PoolPlan, house: PoolHouse): Effect.Effect<PoolModule> => {
  const { bytes, compiled } = module
  const request = { ...requestOf(plan), bytes, compiled, functionName: "", args: [] }
  const bounds = { verifyEvery: plan.verifyEvery, idleMax: plan.max }
  const instances: Effect.Effect<InlineRack | ThreadsPool> = plan.inline
    ? Effect.flatMap(loadInlineRack, (makeInlineRack) => makeInlineRack(request, bounds))
    : Effect.sync(() => house.schedulers.openPool(request, bounds))
  return Effect.gen(function* () {
    const found = yield* instances
    const context = yield* Effect.context<never>()
    const why = whyNotTwice(plan, house)
    const freshness = why === undefined ? compiled.freshness : { way: "new" as const, why }
    return new PoolModule(module, plan, house, found, freshness, context)
  })
}

const whyNotTwice = ({ remotes, inline }: PoolPlan, { hasThreads }: PoolHouse): string | undefined => {
  if (!inline && !hasThreads) return "guests are isolated in processes"
  if (remotes.length > 0) return "its remote host functions answer one instance each"
  return undefined
}

const loadInlineRack = Effect.map(
  Effect.promise(() => import("../../src/runtime/makeInlineRack.ts")),
  ({ makeInlineRack }) => makeInlineRack
)

/** How often instances that were not needed are let go. */
const TRIM_MS = 1_000
