import type * as Effect from "effect/Effect"
import type { Crash } from "../../src/outcome/Crash.ts"
import type { Refused } from "../../src/outcome/Refused.ts"
import type { Returned } from "../../src/outcome/Returned.ts"
import type { Compiled } from "../../src/runtime/Compiled.ts"
import type { Concluder, Job } from "../Concluder.ts"
import type { Schedulers } from "../Schedulers.ts"
import type { PoolPlan } from "./PoolOptions.ts"

/** What a pool has of the instance manager that made it. */
export interface PoolHouse {
  readonly schedulers: Schedulers
  readonly concluder: Concluder
  /** Checks, meters and compiles a module, or finds it compiled. */
  readonly compile: (wasm: Uint8Array, plan: PoolPlan) => Effect.Effect<CompiledModule, Refused>
  /** The number of the next instance. */
  readonly nextId: () => string
  /** Fires it on an instance of its own. */
  readonly fireNew: (job: Job) => Effect.Effect<Returned, Crash | Refused>
  /** Whether there are threads that pools can be on: a process is given none. */
  readonly hasThreads: boolean
}

export interface CompiledModule {
  readonly hash: string
  readonly key: string
  readonly bytes: Uint8Array
  readonly compiled: Compiled
}
