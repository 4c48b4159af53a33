import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe } from "vitest"
import { FUEL_METER_NAME_LENGTH_MAX, FuelMeter } from "../../src/fuel/FuelMeter.ts"

const key = (functionName: string, moduleHash = "ab") => ({ moduleHash, functionName })

describe("the fuel meter", () => {
  it.effect("keeps count, mean, minimum, maximum and last of each function apart", () =>
    Effect.gen(function* () {
      const meter = yield* FuelMeter
      for (const fuel of [5, 1, 9]) yield* meter.record(key("f"), fuel)
      yield* meter.record(key("f", "cd"), 7)
      expect(yield* meter.consumption(key("f"))).toEqual({
        moduleHash: "ab",
        functionName: "f",
        count: 3,
        mean: 5,
        minimum: 1,
        maximum: 9,
        last: 9
      })
      expect((yield* meter.all).functions.map((c) => [c.moduleHash, c.count])).toEqual([
        ["ab", 3],
        ["cd", 1]
      ])
    }).pipe(Effect.provide(FuelMeter.layer))
  )

  it.effect("says undefined, not 0, of a function that never fired", () =>
    Effect.gen(function* () {
      const meter = yield* FuelMeter
      expect(yield* meter.consumption(key("f"))).toBeUndefined()
    }).pipe(Effect.provide(FuelMeter.layer))
  )

  it.effect("forgets one function, or all", () =>
    Effect.gen(function* () {
      const meter = yield* FuelMeter
      yield* meter.record(key("f"), 1)
      yield* meter.record(key("g"), 1)
      yield* meter.reset(key("f"))
      expect((yield* meter.all).functions.map((c) => c.functionName)).toEqual(["g"])
      yield* meter.reset()
      expect(yield* meter.all).toEqual({ functions: [], evicted: 0 })
    }).pipe(Effect.provide(FuelMeter.layer))
  )

  it.effect("lets the function fired longest ago make room, and says how many did", () =>
    Effect.gen(function* () {
      const meter = yield* FuelMeter
      for (const name of ["a", "b", "a", "c"]) yield* meter.record(key(name), 1)
      const { functions, evicted } = yield* meter.all
      expect([functions.map((c) => c.functionName), evicted]).toEqual([["a", "c"], 1])
    }).pipe(Effect.provide(FuelMeter.layerOf(2)))
  )

  it.effect("keeps of a very long name the beginning and the length", () =>
    Effect.gen(function* () {
      const meter = yield* FuelMeter
      yield* meter.record(key("x".repeat(100_000)), 1)
      const kept = yield* meter.consumption(key("x".repeat(100_000)))
      expect(kept?.functionName.length).toBeLessThan(FUEL_METER_NAME_LENGTH_MAX + 30)
      expect(kept?.functionName).toContain("100000")
      yield* meter.record(key("x".repeat(99_999)), 1)
      expect((yield* meter.all).functions).toHaveLength(2)
    }).pipe(Effect.provide(FuelMeter.layer))
  )

  it.effect("law: minimum <= mean <= maximum and last is the last, up to 2^53 - 1", () =>
    Effect.gen(function* () {
      const meter = yield* FuelMeter
      const large = fc.oneof(fc.maxSafeNat(), fc.constant(Number.MAX_SAFE_INTEGER))
      for (const amounts of fc.sample(fc.array(large, { minLength: 1, maxLength: 50 }), {
        numRuns: 200,
        seed: 1
      })) {
        yield* meter.reset()
        for (const fuel of amounts) yield* meter.record(key("f"), fuel)
        const kept = yield* meter.consumption(key("f"))
        expect(kept).toMatchObject({
          count: amounts.length,
          minimum: Math.min(...amounts),
          maximum: Math.max(...amounts),
          last: amounts.at(-1)
        })
        expect(kept?.mean).toBeGreaterThanOrEqual(Math.min(...amounts))
        expect(kept?.mean).toBeLessThanOrEqual(Math.max(...amounts))
      }
    }).pipe(Effect.provide(FuelMeter.layer))
  )
})
