import { describe, expect, it } from "vitest"
import { WASMTIME_PRICES } from "../../../src/fuel/PriceTable.ts"
import { meterNaively } from "../../fuzz/meterNaively.ts"
import { lacksFor } from "../../guests/features.ts"
import { decoded } from "../../wasm/modules.ts"
import { LOST_BY_WASMTIME, PRICED } from "./priced.ts"
import { bytesOf, MeteredInstance } from "./runMetered.ts"

/** The rows that this engine can run; the others are seen to be skipped below. */
const runnable = PRICED.filter(({ wat }) => lacksFor(wat).length === 0)

describe("the prices of a run", () => {
  for (const { title, wat, args, units } of [...PRICED, ...LOST_BY_WASMTIME]) {
    // V8 of Node 24 has no exnref.
    it.skipIf(lacksFor(wat).length > 0)(title, () => {
      for (const nan of ["engine", "canonical"] as const) {
        const run = new MeteredInstance(wat, { nan }).call("f", ...args)
        expect(run.trap).toBeUndefined()
        expect(run.charged).toBe(units)
      }
    })
  }

  it("do not depend on the slices", () => {
    for (const { wat, args, units } of runnable) {
      for (const sliceMax of [0, 1, 2, 3, 50])
        expect(new MeteredInstance(wat, { sliceMax }).call("f", ...args).charged).toBe(units)
    }
  })

  it("are enough to return, and one unit less is not", () => {
    for (const { title, wat, args, units } of runnable) {
      const enough = new MeteredInstance(wat, { fuel: units }).call("f", ...args)
      expect([title, enough.stop, enough.charged]).toEqual([title, undefined, units])
      const less = new MeteredInstance(wat, { fuel: units - 1 }).call("f", ...args)
      expect(less.charged, title).toBeGreaterThan(units - 1)
    }
  })

  it("are those that counting before every instruction gives", () => {
    for (const { title, wat, args, units } of runnable) {
      const bytes = meterNaively(decoded(bytesOf(wat)), WASMTIME_PRICES)
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
      // The cast: `f` and `units` are what the naive meter's modules export.
      const naive = exports as { f(...args: ReadonlyArray<number>): void; units: WebAssembly.Global }
      naive.f(...args)
      expect([title, Number(naive.units.value)]).toEqual([title, units])
    }
  })
})
