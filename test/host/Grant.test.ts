import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { CAPABILITIES, CAPABILITY_NAMES } from "../../src/host/Capability.ts"
import {
  GRANT_NOTATIONS,
  GRANTS_MAX,
  type Grant,
  type Grants,
  parseGrant,
  resolveGrants,
  showGrant
} from "../../src/host/Grant.ts"
import { importsOf } from "../../src/host/importsOf.ts"
import { BadArguments, LimitExceeded } from "../../src/outcome/RefusedReason.ts"

const resolved = (
  asked: ReadonlyArray<string | Grant>,
  declared: ReadonlyArray<{ capability: string }> = []
) => {
  const grants = resolveGrants(asked, declared)
  expect(grants).not.toHaveProperty("_tag")
  return grants as Grants
}

describe("the table of capabilities", () => {
  it("has one row for each name, with a description and a risk", () => {
    expect(CAPABILITIES.map(({ name }) => name)).toEqual(CAPABILITY_NAMES)
    expect(CAPABILITIES.filter(({ description }) => description === "")).toEqual([])
  })

  it("says which imports each allows", () => {
    expect(Object.fromEntries(CAPABILITY_NAMES.map((name) => [name, importsOf(name)]))).toEqual({
      time: ["env.get_time_ms"],
      random: ["env.get_random_u32", "env.get_random_u64"],
      log: ["env.log_debug", "env.log_info", "env.log_warn", "env.log_error"],
      filesystem_read: [],
      filesystem_write: [],
      network: []
    })
  })
})

describe("a grant", () => {
  it.each<[string, Grant]>([
    ["time", { capability: "time", source: "real" }],
    ["time:virtual", { capability: "time", source: "virtual" }],
    ["random:real", { capability: "random", source: "real" }],
    ["random:virtual", { capability: "random", source: "virtual", seed: 0n }],
    ["random:virtual=0xff", { capability: "random", source: "virtual", seed: 255n }],
    ["log", { capability: "log" }],
    ["host:kv.read-1", { capability: "host:kv.read-1" }]
  ])("written %s is read", (text, grant) => {
    expect(parseGrant(text)).toEqual(grant)
  })

  it.each([
    "",
    "Time",
    "time=3",
    "time:virtual=3",
    "time:fast",
    "random:real=1",
    "random:virtual=",
    "random:virtual=-1",
    "random:virtual=18446744073709551616",
    "log:virtual",
    "host:",
    "host:a b",
    `host:${"x".repeat(65)}`,
    "host",
    "*",
    "__proto__",
    "toString",
    "time\n",
    "x".repeat(1_000_000)
  ])("written %.20j is refused", (text) => {
    expect(parseGrant(text)).toBeInstanceOf(BadArguments)
  })

  it("with an unknown name is told the nearest known ones", () => {
    expect(parseGrant("tiem")).toMatchObject({ parameter: "capabilities", got: '"tiem"' })
    expect(parseGrant("tiem")).toMatchObject({ expected: expect.stringContaining("perhaps time") })
    expect(parseGrant("filesystem-reed")).toMatchObject({
      expected: expect.stringContaining("filesystem_read")
    })
    expect(parseGrant("qqqqqqqqqqqqqqqq")).toMatchObject({
      expected: expect.stringContaining("one of time,")
    })
  })

  it("shows a control character in a refusal as an escape", () => {
    expect(parseGrant("\u001b[2J")).toMatchObject({ got: '"\\u{1b}[2J"' })
  })

  it("law: shown and read again is itself", () => {
    const grant: fc.Arbitrary<Grant> = fc.oneof(
      fc
        .constantFrom("real" as const, "virtual" as const)
        .map((source) => ({ capability: "time" as const, source })),
      fc.constant({ capability: "random" as const, source: "real" as const }),
      fc
        .bigInt({ min: 0n, max: 2n ** 64n - 1n })
        .map((seed) => ({ capability: "random" as const, source: "virtual" as const, seed })),
      fc
        .constantFrom("log", "filesystem_read", "filesystem_write", "network")
        .map((capability) => ({ capability }) as Grant),
      fc
        .stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/)
        .map((name) => ({ capability: `host:${name}` as const }))
    )
    fc.assert(
      fc.property(grant, (one) => {
        expect(parseGrant(showGrant(one))).toEqual(one)
      })
    )
  })

  it("law: any text is either refused or reads back from what it is shown as", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...GRANT_NOTATIONS)), (text) => {
        const grant = parseGrant(text)
        if (!(grant instanceof BadArguments)) expect(parseGrant(showGrant(grant))).toEqual(grant)
      })
    )
  })
})

describe("the grants of a firing", () => {
  it("are none by default", () => {
    expect(resolved([])).toEqual({ granted: [], notices: [] })
  })

  it("take both notations, and a repeated one once", () => {
    expect(resolved(["log", { capability: "log" }, "time:virtual"]).granted.map(showGrant)).toEqual([
      "log",
      "time:virtual"
    ])
  })

  it("with filesystem_write have filesystem_read, and not the other way", () => {
    expect(resolved(["filesystem_write"]).granted.map(showGrant)).toContain("filesystem_read")
    expect(resolved(["filesystem_read"]).granted.map(showGrant)).not.toContain("filesystem_write")
  })

  it("that contradict each other are refused", () => {
    expect(resolveGrants(["time", "time:virtual"])).toMatchObject({ got: '"time and time:virtual"' })
    expect(resolveGrants(["random:virtual=1", "random:virtual=2"])).toBeInstanceOf(BadArguments)
  })

  it("say what nothing in this version uses, unless a declared host function does", () => {
    expect(resolved(["network", "time", "log"]).notices).toEqual([
      "capability network was granted, but nothing in this version uses it"
    ])
    expect(resolved(["network"], [{ capability: "network" }]).notices).toEqual([])
  })

  it("name a host capability only when a function was declared under it", () => {
    expect(resolveGrants(["host:kv_raed"], [{ capability: "host:kv_read" }])).toMatchObject({
      expected: expect.stringContaining("host:kv_read")
    })
    expect(resolved(["host:kv"], [{ capability: "host:kv" }]).granted).toEqual([{ capability: "host:kv" }])
  })

  it("are at most 256", () => {
    expect(resolveGrants(Array.from({ length: GRANTS_MAX }, () => "log"))).not.toHaveProperty("_tag")
    expect(resolveGrants(Array.from({ length: GRANTS_MAX + 1 }, () => "log"))).toEqual(
      new LimitExceeded("capabilities", GRANTS_MAX, GRANTS_MAX + 1)
    )
  })

  it("of the wrong shape, from a caller without types, are refused", () => {
    for (const wrong of [null, undefined, 1, {}, { capability: 1 }]) {
      // What a JavaScript caller could pass.
      expect(resolveGrants([wrong as unknown as Grant])).toBeInstanceOf(BadArguments)
    }
  })
})
