import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  FUEL_LEVELS,
  makeFuelCeiling,
  makeFuelPolicy,
  parseFuel,
  parseTimeoutMs,
  TIMEOUT_MS_MAX
} from "../../src/fuel/FuelPolicy.ts"
import { BadArguments, LimitExceeded } from "../../src/outcome/RefusedReason.ts"

const MAX = 2 ** 53 - 1

describe("fuel", () => {
  it("is 100,000 and 5,000 ms when nothing is asked for", () => {
    expect(makeFuelPolicy({})).toEqual({ fuel: 100_000, timeoutMs: 5_000 })
  })

  it("has the five levels of the Elixir project", () => {
    expect(Object.keys(FUEL_LEVELS).map((name) => parseFuel(name))).toEqual([1e3, 1e4, 1e5, 1e6, 1e7])
  })

  it.each([0, 1, MAX - 1, MAX])("of %d is taken as it is", (fuel) => {
    expect(parseFuel(fuel)).toBe(fuel)
    expect(parseFuel(String(fuel))).toBe(fuel)
  })

  it.each([
    -1,
    0.5,
    MAX + 1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "",
    " 1",
    "-1",
    "1.5",
    "1e-3",
    "0x10",
    "9007199254740992",
    "9007199254740991.4",
    "9.0071992547409914e15",
    "1e99",
    "1_",
    "_1",
    "Heavy",
    "toString",
    "__proto__",
    "9".repeat(100_000)
  ])("written %j is no fuel", (written) => {
    expect(parseFuel(written)).toBeInstanceOf(BadArguments)
  })

  it("above the operator's ceiling is refused with the ceiling and the value, at it and below it is not", () => {
    expect(parseFuel(5_000, 5_000)).toBe(5_000)
    expect(parseFuel(4_999, 5_000)).toBe(4_999)
    expect(parseFuel(5_001, 5_000)).toEqual(new LimitExceeded("fuel", 5_000, 5_001))
    expect(parseFuel("heavy", 9_999_999)).toEqual(new LimitExceeded("fuel", 9_999_999, 10_000_000))
    expect(parseFuel(MAX, MAX - 1)).toEqual(new LimitExceeded("fuel", MAX - 1, MAX))
  })

  it("names the parameter, the bound and what was written", () => {
    expect(parseFuel("lots")).toEqual(
      new BadArguments(
        "fuel",
        "an integer 0..9007199254740991 or one of trivial, simple, moderate, complex, heavy",
        '"lots"'
      )
    )
  })

  it("law: written as digits, as an exponent or with underscores, an amount reads back as itself", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (fuel) => {
        const digits = String(fuel)
        const grouped = digits.replace(/\B(?=(\d{3})+$)/g, "_")
        const exponent = fuel
          .toExponential(digits.length - 1 > 0 ? digits.length - 1 : undefined)
          .replace("+", "")
        return [digits, grouped, exponent].every((text) => parseFuel(text) === fuel)
      })
    )
  })

  it("law: what is accepted is a safe integer within the ceiling, whatever was written", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.string(), fc.integer()), fc.maxSafeNat(), (written, ceiling) => {
        const fuel = parseFuel(written, ceiling)
        return typeof fuel !== "number" || (Number.isSafeInteger(fuel) && fuel >= 0 && fuel <= ceiling)
      })
    )
  })
})

describe("a timeout", () => {
  it.each([
    ["300", 300],
    ["300ms", 300],
    ["2s", 2_000],
    ["1.5e3", 1_500],
    ["3m", 180_000],
    [1, 1],
    [TIMEOUT_MS_MAX, TIMEOUT_MS_MAX]
  ])("written %j is %d ms", (written, expected) => {
    expect(parseTimeoutMs(written)).toBe(expected)
  })

  it.each([0, -1, 1.5, Number.NaN, "0", "ms", "s", "", "5h", "2 s", "1\n2s"])("of %j is none", (written) => {
    expect(parseTimeoutMs(written)).toBeInstanceOf(BadArguments)
  })

  it("that no timer of Node holds is above the limit", () => {
    expect(parseTimeoutMs(TIMEOUT_MS_MAX + 1)).toEqual(
      new LimitExceeded("timeout", TIMEOUT_MS_MAX, TIMEOUT_MS_MAX + 1)
    )
    expect(parseTimeoutMs("1001", 1_000)).toBeInstanceOf(LimitExceeded)
  })
})

describe("an operator's ceiling", () => {
  it("lowers a default that is above it", () => {
    expect(makeFuelPolicy({}, { fuelMax: 10, timeoutMsMax: 20 })).toEqual({ fuel: 10, timeoutMs: 20 })
  })

  it("holds for both amounts of a policy", () => {
    expect(makeFuelPolicy({ fuel: 11 }, { fuelMax: 10 })).toBeInstanceOf(LimitExceeded)
    expect(makeFuelPolicy({ timeout: 21 }, { timeoutMsMax: 20 })).toBeInstanceOf(LimitExceeded)
  })

  it.each([Number.NaN, -1, 0.5, MAX + 1])("of %d fuel is itself refused", (fuelMax) => {
    expect(makeFuelCeiling({ fuelMax })).toBeInstanceOf(BadArguments)
    expect(makeFuelPolicy({}, { fuelMax })).toBeInstanceOf(BadArguments)
  })

  it.each([0, TIMEOUT_MS_MAX + 1])("of %d ms is itself refused", (timeoutMsMax) => {
    expect(makeFuelCeiling({ timeoutMsMax })).toBeInstanceOf(BadArguments)
  })
})
