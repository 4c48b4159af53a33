import type * as Effect from "effect/Effect"
import type { Crash } from "../../src/outcome/Crash.ts"
import type { Refused } from "../../src/outcome/Refused.ts"
import type { Returned } from "../../src/outcome/Returned.ts"
import type { Value } from "../../src/outcome/Value.ts"
import type { Freshness } from "../../src/wasm/freshness.ts"
import type { FireOptions } from "../FireOptions.ts"
import type { Child } from "../otp/Child.ts"

/**
 * Firings of one module at the price of a call: what a firing sees is a new instance, what it costs is putting a used
 * one back.
 *
 * ```
 *   fire ─▶ room (bounded, by priority, for so long) ─▶ an instance that is as new ─┬─ returned ─▶ put back
 *                                                                                   └─ failed ───▶ let go
 * ```
 * Outcomes, fuel and memory are those of `Munition.fire`, to the unit. It is a child that a supervisor can start.
 */
export interface Pool extends Child {
  readonly name: string
  readonly fire: (
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: PoolCallOptions
  ) => Effect.Effect<Returned, Crash | Refused>
  /**
   * Makes many calls with as few messages as there are threads. *Succeeds* with an outcome for each, in their order.
   *
   * Interrupting it stops the calls that run; of those that had not begun nothing is told.
   */
  readonly fireAll: (
    calls: ReadonlyArray<PoolCall>,
    options?: Pick<PoolCallOptions, "priority">
  ) => Effect.Effect<ReadonlyArray<Outcome>>
  /**
   * From now on firings get another module; those that run, or have been given an instance, finish on the one that they
   * have. *Fails* where it cannot be used, and then everything stays as it was.
   */
  readonly replace: (wasm: Uint8Array) => Effect.Effect<void, Refused>
  readonly load: Effect.Effect<PoolLoad>
}

/** How one of many firings ended. */
export type Outcome = Returned | Crash | Refused

/** What a caller may say of one firing; what it does not say is as the pool's options say. */
export interface PoolCallOptions extends Pick<FireOptions, "fuel" | "timeout" | "priority"> {}

/** One of many calls that are made together. */
export interface PoolCall extends Pick<FireOptions, "fuel" | "timeout"> {
  readonly functionName: string
  readonly args?: ReadonlyArray<Value> | undefined
}

/** How a pool stands. */
export interface PoolLoad {
  readonly running: number
  readonly waiting: number
  /** How instances for the next firings are got, and why, where that is not by putting used ones back. */
  readonly freshness: Freshness
  /** SHA-256 of the module that new firings get, as hex. */
  readonly moduleHash: string
}
