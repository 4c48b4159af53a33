import { describe, expect, it } from "vitest"
import type { Measured, SubjectResult, Times } from "./measure.ts"
import { geometricMean, median, minimum } from "./statistics.ts"
import { meansOf, ratiosOf, worthOfRules } from "./summary.ts"
import { FLOOR, METERED, PLAIN } from "./variants.ts"

const times = (minMs: number, medianMs = minMs): Times => ({ minMs, medianMs, cpuMs: minMs })

const measured = (variant: string, steady: Times, first = steady, without?: string): Measured => ({
  variant,
  without,
  bytes: variant === PLAIN ? 100 : 150,
  fuel: undefined,
  steady,
  first,
  meter: times(0)
})

const result = (name: string, variants: ReadonlyArray<Measured>): SubjectResult => ({
  name,
  kind: "other",
  answer: "1",
  variants
})

describe("what is made of times", () => {
  it("is the least, the middle one, and a mean in which twice and half cancel out", () => {
    expect(minimum([3, 1, 2])).toBe(1)
    expect(median([9, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 9])).toBe(3)
    expect(geometricMean([2, 0.5])).toBeCloseTo(1)
    expect(geometricMean([1, 4])).toBeCloseTo(2)
  })

  it("is a ratio to plain, and for the floor's sake one to the floor", () => {
    const one = result("a", [
      measured(PLAIN, times(10, 20)),
      measured(FLOOR, times(11, 22)),
      measured(METERED, times(12, 30), times(13))
    ])
    expect(ratiosOf(one)).toMatchObject({ floor: 1.1, metered: 1.2, size: 1.5, canonical: undefined })
    expect(ratiosOf(one).overFloor).toBeCloseTo(12 / 11)
    expect(ratiosOf(one, "medianMs").metered).toBe(1.5)
  })

  it("leaves out of a mean what could not be measured", () => {
    const without = result("a", [measured(PLAIN, times(10)), measured(METERED, times(40))])
    const whole = result("b", [
      measured(PLAIN, times(10)),
      measured(FLOOR, times(20)),
      measured(METERED, times(10))
    ])
    expect(meansOf([without, whole]).floor).toBeCloseTo(2)
    expect(meansOf([without, whole]).metered).toBeCloseTo(2)
  })

  it("values a rule by what it costs to be without it, and names who needs it most", () => {
    const of = (name: string, ms: number) =>
      result(name, [measured(METERED, times(10)), measured("without x", times(ms), times(10), "x")])
    const [worth] = worthOfRules([of("a", 20), of("b", 5)])
    expect(worth).toMatchObject({
      rule: "x",
      most: { name: "a", ratio: 2 },
      least: { name: "b", ratio: 0.5 }
    })
    expect(worth?.steady).toBeCloseTo(1)
    expect(worth?.first).toBeCloseTo(1)
  })
})
