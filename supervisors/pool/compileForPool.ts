import * as Effect from "effect/Effect"
import type { Refused } from "../../src/outcome/Refused.ts"
import type { Concluder } from "../Concluder.ts"
import { checkCall } from "../checkCall.ts"
import { identifyModule } from "../identifyModule.ts"
import { type ModuleCache, moduleKey } from "../ModuleCache.ts"
import type { Schedulers } from "../Schedulers.ts"
import { compileModule } from "../validateModule.ts"
import type { CompiledModule } from "./PoolHouse.ts"
import type { PoolPlan } from "./PoolOptions.ts"

/** Compiles a module so that its instances can be used again, or finds it compiled so. */
export const compileForPool = (
  wasm: Uint8Array,
  plan: PoolPlan,
  schedulers: Schedulers,
  cache: ModuleCache,
  { refuse }: Pick<Concluder, "refuse">
): Effect.Effect<CompiledModule, Refused> =>
  Effect.suspend(() => {
    const wrong = checkCall(wasm, "", [])
    if (wrong !== undefined) return refuse(wrong, {})
    return Effect.flatMap(identifyModule(wasm), (module) => {
      const { hash } = module
      const key = moduleKey(hash, plan.policy, "pool")
      const known = cache.get(key)
      if (known !== undefined) return Effect.succeed({ hash, key, ...known })
      return compileModule(schedulers, cache, module, plan, "pool").pipe(
        Effect.catch((reason) => refuse(reason, { moduleHash: hash })),
        Effect.map((made) => ({ hash, key, ...made }))
      )
    })
  })
