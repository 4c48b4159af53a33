import { describe, expect, it } from "vitest"
import { parseWat } from "../guests/wat.ts"
import { measure } from "./measure.ts"
import type { Outcome, Subject } from "./Subject.ts"
import { FLOOR, FLOOR_FUEL, METERED, PLAIN, type Variant } from "./variants.ts"

const wasm = parseWat("empty", "(module)")

/** A variant that changes nothing: what differs is what its subject says. */
const variant = (name: string, without?: string): Variant => ({
  name,
  without,
  build: (bytes) => ({
    bytes,
    attach: () => ({ start: () => undefined, open: () => undefined, charged: () => undefined })
  })
})

/** Loaded once for each variant and once for each first run; outcomes by the number of the load. */
const subject = (answer: string | undefined, outcomes: (load: number) => Outcome): Subject => {
  let loads = 0
  return {
    name: "test",
    kind: "other",
    wasm,
    answer,
    load: () => {
      const outcome = outcomes(loads++)
      return () => outcome
    }
  }
}

const ONCE = { steady: 1, first: 1 }

describe("measuring", () => {
  it("gives every variant its times and units, in the order of the variants", () => {
    const { variants, answer } = measure(
      subject(undefined, () => ({ answer: "7", fuel: 5 })),
      [variant(PLAIN), variant(FLOOR), variant(METERED)],
      { steady: 3, first: 2 }
    )
    expect(answer).toBe("7")
    expect(variants.map((v) => [v.variant, v.fuel, v.bytes])).toEqual([
      [PLAIN, 5, wasm.length],
      [FLOOR, 5, wasm.length],
      [METERED, 5, wasm.length]
    ])
    for (const { steady, first, meter } of variants)
      for (const { minMs, medianMs } of [steady, first, meter]) expect(minMs).toBeLessThanOrEqual(medianMs)
  })

  it("shows V8 no bytes twice", () => {
    const seen: Array<string> = []
    const { load, ...rest } = subject("1", () => ({ answer: "1", fuel: undefined }))
    const watching: Subject = {
      ...rest,
      load: (module, attach) => {
        seen.push(
          ...WebAssembly.Module.customSections(module, "b").map((s) => Buffer.from(s).toString("hex"))
        )
        return load(module, attach)
      }
    }
    measure(watching, [variant(PLAIN), variant(METERED)], { steady: 1, first: 3 })
    expect(seen).toHaveLength(8)
    expect(new Set(seen).size).toBe(8)
  })

  it("takes no wrong answer, whichever variant gives it", () => {
    const wrong = (at: number) =>
      subject("1", (load) => ({ answer: load === at ? "2" : "1", fuel: undefined }))
    const two = [variant(PLAIN), variant(METERED)]
    expect(() => measure(wrong(1), two, ONCE)).toThrow("test, metered: expected the answer 1, got 2")
    expect(() => measure(wrong(2), two, ONCE)).toThrow("test, plain: expected the answer 1, got 2")
    expect(() => measure(wrong(9), two, ONCE)).not.toThrow()
  })

  it("takes no fuel that depends on the rules", () => {
    const uneven = subject("1", (load) => ({ answer: "1", fuel: load === 1 ? 11 : 10 }))
    expect(() => measure(uneven, [variant(METERED), variant("without x", "x")], ONCE)).toThrow(
      "test, without x: expected 10 units of fuel, got 11"
    )
  })

  it("says whose run failed", () => {
    const failing = subject("1", () => {
      throw new Error("unreachable")
    })
    expect(() => measure(failing, [variant(PLAIN)], ONCE)).toThrow("test, plain: unreachable")
  })

  it("leaves out the floor where a run needs more than the floor has", () => {
    const names = (fuel: number) =>
      measure(
        subject("1", () => ({ answer: "1", fuel })),
        [variant(FLOOR), variant(METERED)],
        ONCE
      ).variants.map((v) => v.variant)
    expect(names(FLOOR_FUEL)).toEqual([FLOOR, METERED])
    expect(names(FLOOR_FUEL + 1)).toEqual([METERED])
  })
})
