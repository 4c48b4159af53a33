import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Munition } from "../../src/index.ts"
import { root } from "../tidy/sources.ts"

/**
 * How many firings of an addition there are in a second: what a firing costs beside the guest's own work, here,
 * in a thread, and where nothing that was compiled before can be used.
 */
export interface FiringRate {
  readonly how: string
  readonly perSecond: number
}

const measured = Effect.gen(function* () {
  const wasm = new Uint8Array(readFileSync(join(root, "test-wasm/rust/sampler.wasm")))
  const rates: Array<FiringRate> = []
  for (const [how, inline, fresh] of [
    ["inline, compiled before", true, false],
    ["in a thread, compiled before", false, false],
    ["in a thread, a policy of its own each time", false, true]
  ] as const) {
    const count = fresh ? 100 : 1_000
    yield* Munition.fire(wasm, "add", [1, 2], { inline })
    const began = performance.now()
    for (let i = 0; i < count; i++)
      yield* Munition.fire(wasm, "add", [1, 2], { inline, ...(fresh ? { objectBytesMax: 1_000 + i } : {}) })
    rates.push({ how, perSecond: Math.round((count * 1_000) / (performance.now() - began)) })
  }
  return rates
})

export const firingRates = (): Promise<ReadonlyArray<FiringRate>> =>
  Effect.runPromise(measured.pipe(Effect.provide(Munition.layer({ threadsMax: 1 }))))
