import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import type { FireOptions, ValidateOptions } from "../supervisors/FireOptions.ts"
import type { InstanceManagerOptions } from "../supervisors/InstanceManager.ts"
import { outcomeOf } from "../supervisors/pool/outcomeOf.ts"
import type { PoolCall, PoolCallOptions, PoolLoad } from "../supervisors/pool/Pool.ts"
import type { PoolOptions } from "../supervisors/pool/PoolOptions.ts"
import { Munition } from "./index.ts"
import type { Crash } from "./outcome/Crash.ts"
import type { Refused } from "./outcome/Refused.ts"
import type { Returned } from "./outcome/Returned.ts"
import type { Value } from "./outcome/Value.ts"
import type { ModuleSummary } from "./runtime/ModuleSummary.ts"

/**
 * Munition for those who do not use Effect: the same firings, as Promises of tagged values.
 *
 * A guest's fault is never a rejection: `outcome._tag` is `Returned`, `Crash` or `Refused`. A promise is rejected
 * for two reasons only: a defect of ours, and a signal that was aborted before there was anything to report.
 */
export type Outcome = Returned | Crash | Refused

/** The options of a firing; a signal stands where Effect has interruption. */
export type PromiseFireOptions = Omit<FireOptions, "onCrash"> & {
  /** Aborting stops the guest; the outcome is then a `Crash` whose reason is `Cancelled`. */
  readonly signal?: AbortSignal | undefined
}

/** Threads that guests run on, with what fires on them. */
export interface MunitionRuntime extends AsyncDisposable {
  /** Runs one function of a module in an instance of its own. */
  readonly fire: (
    wasm: Uint8Array,
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: PromiseFireOptions
  ) => Promise<Outcome>
  /** Checks a module without running it. */
  readonly validate: (wasm: Uint8Array, options?: ValidateOptions) => Promise<ModuleSummary | Refused>
  /** Makes a pool of instances of one module, each of which a firing finds as new. */
  readonly makePool: (wasm: Uint8Array, options?: PoolOptions) => Promise<PromisePool | Refused>
  /** Stops the guests that run and ends the threads. */
  readonly close: () => Promise<void>
}

/** A pool, for those who do not use Effect. */
export interface PromisePool extends AsyncDisposable {
  readonly _tag: "Pool"
  readonly fire: (
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: PoolCallOptions
  ) => Promise<Outcome>
  /** Makes many calls with few messages. *Resolves* to an outcome for each, in their order. */
  readonly fireAll: (calls: ReadonlyArray<PoolCall>) => Promise<ReadonlyArray<Outcome>>
  /** Gives new firings another module; *resolves* to why not, and then everything is as it was. */
  readonly replace: (wasm: Uint8Array) => Promise<Refused | undefined>
  readonly load: () => Promise<PoolLoad>
  /** Lets what runs finish, and its instances go. */
  readonly close: () => Promise<void>
}

/**
 * A runtime of one's own: its threads end when it is closed, or where `await using` leaves it.
 *
 *     const munition = makeMunition({ threadsMax: 2 })
 *     const outcome = await munition.fire(wasm, "add", [1, 2])
 *     await munition.close()
 *     outcome._tag === "Returned" && outcome.values // => [3]
 */
export const makeMunition = (options: InstanceManagerOptions = {}): MunitionRuntime => {
  const runtime = ManagedRuntime.make(Munition.layer(options))
  const close = () => runtime.dispose()
  return {
    fire: async (wasm, functionName, args = [], { signal, ...asked } = {}) => {
      let cancelled: Crash | undefined
      const onCrash = (crash: Crash) =>
        Effect.sync(() => {
          cancelled = crash
        })
      const firing = Munition.fire(wasm, functionName, args, { ...asked, onCrash })
      const exit = await runtime.runPromiseExit(firing, signal === undefined ? undefined : { signal })
      if (Exit.isSuccess(exit)) return exit.value
      const failure = Cause.findErrorOption(exit.cause)
      if (failure._tag === "Some") return failure.value
      // Read anew: the callback has run by now, which the checker cannot see.
      const crash = cancelled as Crash | undefined
      if (Cause.hasInterruptsOnly(exit.cause) && crash !== undefined) return crash
      throw signal?.aborted === true ? signal.reason : Cause.squash(exit.cause)
    },
    validate: async (wasm, asked = {}) => {
      const exit = await runtime.runPromiseExit(Munition.validate(wasm, asked))
      if (Exit.isSuccess(exit)) return exit.value
      const failure = Cause.findErrorOption(exit.cause)
      if (failure._tag === "Some") return failure.value
      throw Cause.squash(exit.cause)
    },
    makePool: async (wasm, asked) => {
      const scope = await runtime.runPromise(Scope.make())
      const made = await runtime.runPromise(
        Effect.result(Scope.provide(Munition.makePool(wasm, asked), scope))
      )
      if (made._tag === "Failure") return made.failure
      const pool = made.success
      const close = () => runtime.runPromise(Scope.close(scope, Exit.void))
      return {
        _tag: "Pool",
        fire: (functionName, args, options) =>
          runtime.runPromise(outcomeOf(pool.fire(functionName, args, options))),
        fireAll: (calls) => runtime.runPromise(pool.fireAll(calls)),
        replace: (other) =>
          runtime.runPromise(
            Effect.match(pool.replace(other), {
              onFailure: (refused): Refused | undefined => refused,
              onSuccess: () => undefined
            })
          ),
        load: () => runtime.runPromise(pool.load),
        close,
        [Symbol.asyncDispose]: close
      }
    },
    close,
    [Symbol.asyncDispose]: close
  }
}

let shared: MunitionRuntime | undefined
const theShared = (): MunitionRuntime => {
  shared ??= makeMunition()
  return shared
}

/** Fires on a runtime that the whole process shares; its threads do not keep the process alive. */
export const fire: MunitionRuntime["fire"] = (wasm, functionName, args, options) =>
  theShared().fire(wasm, functionName, args, options)

/** Validates on the shared runtime. */
export const validate: MunitionRuntime["validate"] = (wasm, options) => theShared().validate(wasm, options)
