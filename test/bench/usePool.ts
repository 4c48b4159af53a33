import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { type InstanceManagerOptions, Munition, type Pool, type PoolOptions } from "../../src/index.ts"

/** Makes a pool under a layer of its own, for as long as `use` takes. */
export const usePool = async <A>(
  wasm: Uint8Array,
  options: PoolOptions,
  layer: InstanceManagerOptions,
  use: (pool: Pool) => Promise<A>
): Promise<A> => {
  const runtime = ManagedRuntime.make(Munition.layer(layer))
  const scope = Scope.makeUnsafe()
  try {
    return await use(await runtime.runPromise(Scope.provide(Munition.makePool(wasm, options), scope)))
  } finally {
    await runtime.runPromise(Scope.close(scope, Exit.void))
    await runtime.dispose()
  }
}

/** One fiber that fires one after the other. */
export const fireInTurn = (
  pool: Pool,
  functionName: string,
  count: number,
  argsOf: (i: number) => ReadonlyArray<number>
): Promise<void> =>
  Effect.runPromise(
    Effect.gen(function* () {
      for (let i = 0; i < count; i++) yield* pool.fire(functionName, argsOf(i))
    })
  )

/** So many fibers, each of which fires one after the other. */
export const fireInFlight = (
  pool: Pool,
  functionName: string,
  count: number,
  inFlight: number
): Promise<void> => {
  const one = Effect.gen(function* () {
    for (let i = 0; i < count / inFlight; i++) yield* pool.fire(functionName)
  })
  const all = Array.from({ length: inFlight }, () => one)
  return Effect.runPromise(Effect.forEach(all, (each) => each, { concurrency: "unbounded", discard: true }))
}

/** Batches of so many calls, so many of them at once. *Throws* where a firing did not return, or not `expected`. */
export const fireBatches = (
  pool: Pool,
  functionName: string,
  count: number,
  {
    size,
    inFlight,
    expected
  }: { readonly size: number; readonly inFlight: number; readonly expected: number }
): Promise<void> => {
  const calls = Array.from({ length: size }, () => ({ functionName }))
  const batch = Effect.map(pool.fireAll(calls), (outcomes) => {
    for (const outcome of outcomes)
      if (outcome._tag !== "Returned" || outcome.values[0] !== expected)
        throw new Error(`${functionName}: expected ${expected}, got ${JSON.stringify(outcome)}`)
  })
  const batches = Array.from({ length: Math.ceil(count / size) }, () => batch)
  return Effect.runPromise(Effect.forEach(batches, (each) => each, { concurrency: inFlight, discard: true }))
}

/** How instances of a pool are made fresh, for a line of the table. */
export const freshnessOf = async (pool: Pool): Promise<string> => {
  const { freshness } = await Effect.runPromise(pool.load)
  return freshness.way === "restore" ? "restored in place" : `${freshness.way}: ${freshness.why}`
}
