import { describe, expect, it } from "vitest"
import {
  PLACEMENT_DEFAULT,
  PLACEMENT_EXACT,
  PLACEMENT_RULES,
  type Placement
} from "../../src/fuel/meter/Placement.ts"
import { makePriceTable, WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { OP } from "../../src/wasm/Opcodes.ts"
import { MeteredInstance, type MeteredOptions } from "../fuel/meter/runMetered.ts"
import { body, exported, module, repeat, section, uleb } from "../guests/assemble.ts"
import { engineHas } from "../guests/features.ts"
import type { Firing } from "../guests/Header.ts"
import { readGuests } from "../guests/readGuests.ts"

/**
 * Control flow in which a charge is easily put in the wrong place: what a firing is charged was counted by hand, and
 * is the same under every rule of placement, every size of slice and every policy for NaNs.
 */
const RULES: ReadonlyArray<readonly [string, Placement]> = [
  ["as shipped", PLACEMENT_DEFAULT],
  ["exact", PLACEMENT_EXACT],
  ...PLACEMENT_RULES.map((rule: keyof Placement): readonly [string, Placement] => [
    `without ${rule}`,
    { ...PLACEMENT_DEFAULT, [rule]: false }
  ])
]

const VARIANTS: ReadonlyArray<readonly [string, MeteredOptions]> = RULES.flatMap(([name, placement]) => [
  [name, { placement }] as const,
  [`${name}, canonical NaNs`, { placement, nan: "canonical" }] as const,
  ...[0, 1, 7, 100].map((sliceMax) => [`${name}, slices of ${sliceMax}`, { placement, sliceMax }] as const)
])

/** Stands for the guest's random numbers, at no price. */
const IMPORTS = { env: { get_random_u32: () => 4 } }
/** Units up to which a firing is tried with every smaller amount of fuel. */
const LESS_MAX = 120
/** What the host's own price adds to a firing through the public API. */
const HOST_PRICE = 250

/** Charged for a firing: its start function, then the call. */
const chargedFor = (wasm: Uint8Array, { functionName, args }: Firing, options: MeteredOptions) => {
  let calls = 0
  const imports = { env: { get_random_u32: () => ++calls } }
  const guest = new MeteredInstance(wasm, { imports, fuel: 1e9, ...options })
  const { start } = guest.made.plan.exports
  const before = start === undefined ? 0 : guest.call(start).charged
  const run = guest.call(functionName, ...args.map(Number))
  return { units: before + run.charged + calls * HOST_PRICE, trap: run.trap, stop: run.stop }
}

const guests = readGuests().filter(({ header }) => header.path.startsWith("placement/"))

describe("a guest with its fuel counted by hand", () => {
  it("is there for every shape", () => {
    expect(guests.length).toBeGreaterThan(15)
    for (const { header } of guests.filter(({ header }) => !header.path.includes("fuzz-")))
      expect([header.path, header.firings.some(({ expected }) => expected.fuelUsed !== undefined)]).toEqual([
        header.path,
        true
      ])
  })

  it("tells a meter that charges every entry twice from one that does not", () => {
    const dear = makePriceTable({
      ...WASMTIME_PRICES,
      entry: 2,
      price: (mnemonic) => WASMTIME_PRICES.instruction[OP[mnemonic]]
    })
    if (!("instruction" in dear)) throw new Error(`no such table: ${dear}`)
    for (const { header, wasm } of guests) {
      if (header.needs.some((feature) => !engineHas(feature))) continue
      for (const firing of header.firings) {
        const units = firing.expected.fuelUsed?.min
        if (units !== undefined && firing.expected.ending.outcome === "returned")
          expect(chargedFor(wasm(), firing, { prices: dear }).units).toBeGreaterThan(units)
      }
    }
  })

  for (const { header, wasm } of guests) {
    const lacks = header.needs.filter((feature) => !engineHas(feature))
    // V8 of Node 24 has no exnref.
    it.skipIf(lacks.length > 0)(`${header.path} costs that however it is metered`, () => {
      const bytes = wasm()
      // A firing of many rounds in slices of nothing would be a call of the host a round.
      const few = (firing: Firing) => (firing.expected.fuelUsed?.max ?? 0) < 10_000
      for (const [name, options] of VARIANTS)
        for (const firing of header.firings) {
          const { ending, fuelUsed } = firing.expected
          if (fuelUsed === undefined || ending.outcome !== "returned") continue
          if (options.sliceMax !== undefined && !few(firing)) continue
          const call = [name, firing.functionName, ...firing.args]
          expect([...call, chargedFor(bytes, firing, options)]).toEqual([
            ...call,
            { units: fuelUsed.min, trap: undefined, stop: undefined }
          ])
        }
    })
    // As above.
    it.skipIf(lacks.length > 0)(`${header.path} does not return for less`, () => {
      const bytes = wasm()
      for (const firing of header.firings) {
        const units = firing.expected.fuelUsed?.min ?? 0
        if (firing.expected.ending.outcome !== "returned" || units > LESS_MAX) continue
        for (const [name, placement] of RULES)
          for (let fuel = 0; fuel < units; fuel++) {
            const {
              units: charged,
              stop,
              trap
            } = chargedFor(bytes, firing, { placement, fuel, sliceMax: 20 })
            const call = [name, firing.functionName, ...firing.args, fuel]
            // Either it was stopped, or it managed to return and the account says that it owes.
            expect([...call, charged > fuel, trap]).toEqual([...call, true, stop && "unreachable"])
          }
      }
    })
  }
})

describe("code too long to be a file", () => {
  const I32 = 0x7f
  const END = 0x0b
  /** `f`, of one i32 parameter, without results. */
  const f = (...code: ReadonlyArray<ReadonlyArray<number> | Uint8Array>) =>
    module(
      section(1, 1, [0x60, 1, I32, 0]),
      section(3, 1, [0]),
      section(7, 1, exported("f", 0)),
      section(10, 1, body([[1, I32]], ...code, [END]))
    )
  const costs = (wasm: Uint8Array, arg: number, units: number) => {
    for (const [name, options] of VARIANTS) {
      const guest = new MeteredInstance(wasm, { imports: IMPORTS, ...options })
      const { trap, charged } = guest.call("f", arg)
      expect([name, arg, trap, charged]).toEqual([name, arg, undefined, units])
    }
  }

  it("in a thousand blocks costs what stands behind the one that br_table leaves", () => {
    const depth = 1000
    const wasm = f(
      repeat(depth, [0x02, 0x40]),
      // local.get 0, br_table 0 1 … 999
      [0x20, 0, 0x0e, ...uleb(depth - 1), ...Array.from({ length: depth }, (_, i) => uleb(i)).flat()],
      // Behind each block: i32.const 1, drop
      repeat(depth, [END, 0x41, 1, 0x1a])
    )
    for (const target of [0, 1, 2, 500, 998, 999, 5000])
      costs(wasm, target, 1 + 2 + (depth - Math.min(target, depth - 1)))
  })

  it("in two hundred loops, each in the one before, costs every round of each", () => {
    const depth = 200
    const wasm = f(
      repeat(depth, [0x03, 0x40]),
      // local 1 counts how often the innermost loop was entered
      [0x20, 1, 0x41, 1, 0x6a, 0x21, 1],
      // Behind the innermost: again while local 1 is less than the argument, to the loop that it names
      [0x20, 1, 0x20, 0, 0x49, 0x0d, ...uleb(depth - 1)],
      repeat(depth, [0x41, 1, 0x1a, END])
    )
    // A round 4 and 4; at the end a constant behind each.
    for (const rounds of [1, 2, 50]) costs(wasm, rounds, 1 + 8 * rounds + depth)
  })

  it("without a branch costs its instructions, and less by those behind an early return", () => {
    const half = 20_000
    const wasm = f(
      repeat(half, [0x41, 1, 0x1a]),
      // local.get 0, if, return, end
      [0x20, 0, 0x04, 0x40, 0x0f, END],
      repeat(half, [0x41, 1, 0x1a])
    )
    costs(wasm, 1, 1 + half + 2)
    costs(wasm, 0, 1 + half + 2 + half)
  })

  it("of a thousand arms with one join costs the arms that were taken", () => {
    const arms = 1000
    // local.get 0, if, (i32.const 1, drop) twice, else, i32.const 1, drop, end
    const wasm = f(
      repeat(arms, [0x20, 0, 0x04, 0x40, 0x41, 1, 0x1a, 0x41, 1, 0x1a, 0x05, 0x41, 1, 0x1a, END])
    )
    costs(wasm, 1, 1 + arms * 4)
    costs(wasm, 0, 1 + arms * 3)
  })
})
