import { expect } from "vitest"
import { METER_VERSION } from "../../src/fuel/meter/MeteredModule.ts"
import { makePriceTable, PRICE_MAX } from "../../src/fuel/PriceTable.ts"
import { RUN_POLICY_DEFAULT, type RunPolicy } from "../../src/runtime/RunPolicy.ts"
import { moduleKey } from "../../supervisors/ModuleCache.ts"
import { MeteredInstance, metered } from "../fuel/meter/runMetered.ts"
import { type Attack, MADE, type Proof, proof } from "./Attack.ts"
import { branches, branchTable, callsOfLocals, divisions } from "./made.ts"

/** Attacks on what is paid: work that costs nothing, too little, or so much that the sum wraps. */

const FOR_EVER = { fuel: 9e11, timeout: 300 }

/** Loops that must end with the fuel, and with the deadline where there is fuel for months. */
const endless = (guest: string, names: ReadonlyArray<string>, fuel = 1e7): Proof =>
  proof(
    guest,
    `${names.join(", ")}: out of fuel with ${fuel} units, timed out with 900 thousand million`,
    async (shoot) => {
      for (const name of names) {
        const shot = await shoot(guest, name, [], { fuel, timeout: 20_000 })
        expect([name, shot.end, shot.fuelUsed, shot.fuelRemaining]).toEqual([name, "OutOfFuel", fuel, 0])
        expect([name, (await shoot(guest, name, [], FOR_EVER)).end]).toEqual([name, "TimedOut"])
      }
    }
  )

export const PAYING: ReadonlyArray<Attack> = [
  {
    row: 1,
    name: "the cost before an `if`, charged in its arm only",
    mustNotBeObtained: "instructions before an `if` for nothing, by not taking its arm",
    proofs: [
      proof(
        "attacks/if-not-taken.wat",
        "taken and not taken differ by the arm's own seven units",
        async (shoot, guest) => {
          const [taken, not] = [await shoot(guest, "once", [1]), await shoot(guest, "once", [0])]
          expect([taken.end, not.end]).toEqual(["returned", "returned"])
          expect(taken.fuelUsed - not.fuelUsed).toBe(7)
          expect((await shoot(guest, "spin", [], { fuel: 1e6 })).end).toBe("OutOfFuel")
        }
      ),
      proof("fuel/if-arms.wat", "the arm of five constants costs eight more", async (shoot, guest) => {
        const [then, other] = [await shoot(guest, "main", [1]), await shoot(guest, "main", [0])]
        expect(other.fuelUsed - then.fuelUsed).toBe(8)
      })
    ]
  },
  {
    row: 2,
    name: "a charge at the end of a block that traps before",
    mustNotBeObtained: "the instructions before a trap for nothing",
    proofs: [
      proof(
        "fuel/paid-before-trap.wat",
        "what ran before the trap is in the fuel used, and without the fuel for it there is no trap",
        async (shoot, guest) => {
          const trapped = await shoot(guest, "main")
          expect(trapped.end).toBe("Trapped integer divide by zero")
          // Entry, ten constants, two operands and the division.
          expect(trapped.fuelUsed).toBeGreaterThanOrEqual(14)
          expect((await shoot(guest, "main", [], { fuel: 13 })).end).toBe("OutOfFuel")
        }
      )
    ]
  },
  {
    row: 4,
    name: "branchy code that costs less than its metering",
    mustNotBeObtained: "branches for nothing, or a metered module out of proportion to the guest's",
    proofs: [
      proof(
        MADE,
        "a round of 10,000 branches costs two units a branch, and the code grows at most threefold",
        async (shoot) => {
          const wasm = branches(10_000)
          expect(metered(wasm).bytes.length / wasm.length).toBeLessThan(3)
          const rounds = 3
          const enough = 1 + rounds * (2 * 10_000 + 1)
          const shot = await shoot(wasm, "main", [], { fuel: enough })
          expect([shot.end, shot.fuelUsed]).toEqual(["OutOfFuel", enough])
        }
      ),
      endless("fuel/free-instructions.wat", ["nops", "blocks"]),
      proof(MADE, "no price table makes a branch, a throw or an entry free", () => {
        const rules = { id: "free", entry: 1, bulkByte: 0, bulkElement: 0, grownPage: 0, price: () => 0 }
        expect(makePriceTable(rules)).toEqual(expect.arrayContaining(["br", "br_if", "br_table", "throw"]))
        expect(makePriceTable({ ...rules, entry: 0, price: () => 1 })).toEqual(["entry"])
      })
    ]
  },
  {
    row: 5,
    name: "a compiled module from the cache, with old prices or bounds",
    mustNotBeObtained: "a firing under prices, a meter or bounds other than its own",
    proofs: [
      proof(MADE, "the key names the meter's version and every bound that is in the code", () => {
        const keyOf = (changed: Partial<RunPolicy>) =>
          moduleKey("hash", { ...RUN_POLICY_DEFAULT, ...changed })
        const key = keyOf({})
        expect(key.split(" ").slice(0, 2)).toEqual(["hash", String(METER_VERSION)])
        const changedValue = (value: unknown) =>
          typeof value === "number" ? value - 1 : Array.isArray(value) ? ["threads"] : "canonical"
        const sameKey = Object.entries(RUN_POLICY_DEFAULT)
          .filter(([name, value]) => keyOf({ [name]: changedValue(value) }) === key)
          .map(([name]) => name)
        // How long the compiler may take, what a dump takes, and what is run again: none of it is in the code.
        expect(sameKey.sort()).toEqual([
          "captureBytesMax",
          "compileMsMax",
          "exactFuelMax",
          "exactModuleBytesMax"
        ])
      }),
      proof(
        "memory/grow-to-limit.wat",
        "the same module under a lower bound, fired next, has the lower bound",
        async (shoot, guest) => {
          const grown = async (memoryPagesMax: number) =>
            (await shoot(guest, "grow", [9], { memoryPagesMax })).values
          expect([await grown(10), await grown(9), await grown(10)]).toEqual([
            [1, 10],
            [-1, 1],
            [1, 10]
          ])
        }
      )
    ]
  },
  {
    row: 6,
    name: "bulk operations at a flat price",
    mustNotBeObtained: "bytes or elements moved for nothing, or a loop of them that no deadline ends",
    proofs: [
      endless("fuel/memory-fill.wat", ["fill"]),
      endless("fuel/memory-copy.wat", ["copy", "init"]),
      endless("fuel/table-bulk.wat", ["fill", "copy", "init"]),
      endless("attacks/bulk-wide.wat", ["fill", "across", "init"]),
      endless("gc/array-bulk.wat", ["fill", "copy"]),
      proof("fuel/memory-fill.wat", "a thousand bytes cost a thousand units more", async (shoot, guest) => {
        const used = async (bytes: number) => (await shoot(guest, "fill_once", [bytes])).fuelUsed
        expect((await used(1000)) - (await used(0))).toBe(1000)
      })
    ]
  },
  {
    row: 7,
    name: "a loop of memory.grow",
    mustNotBeObtained:
      "growth by nothing, or in vain, for ever: it takes a thousand times as long as an addition",
    proofs: [endless("fuel/grow-loops.wat", ["memory_by_zero", "memory_in_vain", "table_by_zero"], 1e6)]
  },
  {
    row: 8,
    name: "one byte written in every page",
    mustNotBeObtained: "page faults past the deadline, or more pages than the policy allows",
    proofs: [
      endless("fuel/first-touch.wat", ["touch"]),
      proof("memory/grow-to-limit.wat", "growth stops at the policy's pages", async (shoot, guest) => {
        const shot = await shoot(guest, "grow", [65_535], { memoryPagesMax: 10 })
        expect([shot.values, shot.pages]).toEqual([[-1, 1], 1])
      })
    ]
  },
  {
    row: 9,
    name: "a function of fifty thousand locals",
    mustNotBeObtained: "the zeroing of more locals than the policy allows for the price of an entry",
    proofs: [
      proof("bombs/locals-50000", "it is refused", async (shoot, guest) => {
        expect((await shoot(guest, "main")).end).toBe("refused LimitExceeded localsMax")
      }),
      proof(
        MADE,
        "at the bound a loop of such calls still ends with its deadline, above it is none",
        async (shoot) => {
          const { localsMax } = RUN_POLICY_DEFAULT
          expect((await shoot(callsOfLocals(localsMax), "main", [], FOR_EVER)).end).toBe("TimedOut")
          expect((await shoot(callsOfLocals(localsMax + 1), "main")).end).toBe(
            "refused LimitExceeded localsMax"
          )
        }
      )
    ]
  },
  {
    row: 18,
    name: "a br_table of 65,520 targets",
    mustNotBeObtained: "a loop through it for nothing, or a table larger than the engine's bound",
    proofs: [
      proof("bombs/br-table-65520", "it ends with its fuel", async (shoot, guest) => {
        expect((await shoot(guest, "main", [], { fuel: 1e6 })).end).toBe("OutOfFuel")
      }),
      endless("fuel/br-table.wat", ["last"]),
      proof(MADE, "one of 65,521 targets is refused", async (shoot) => {
        expect((await shoot(branchTable(65_520), "main")).end).toBe("returned")
        expect((await shoot(branchTable(65_521), "main")).end).toBe("refused Malformed")
      })
    ]
  },
  {
    row: 19,
    name: "a cost that overflows 32 bits",
    mustNotBeObtained:
      "a straight run whose price wraps to something small, or a module that is no longer valid",
    proofs: [
      proof("bombs/straight-line-2000000", "two million instructions cost so much", async (shoot, guest) => {
        const shot = await shoot(guest, "main", [], { fuel: 1e7, timeout: 20_000 }, ["inline"])
        expect([shot.end, shot.fuelUsed]).toEqual(["returned", 2_000_001])
      }),
      proof(MADE, "a megabyte of divisions is charged to the unit", async (shoot) => {
        const count = 2 ** 20 / 6
        const units = 1 + 3 * Math.ceil(count)
        const wasm = divisions(Math.ceil(count))
        const shot = await shoot(wasm, "main", [], { fuel: 1e7 })
        expect([shot.end, shot.fuelUsed]).toEqual(["returned", units])
        expect((await shoot(wasm, "main", [], { fuel: units - 1 })).end).toBe("OutOfFuel")
      }),
      proof(
        MADE,
        "at the highest price there is, the run costs 22 thousand million units, and is stopped",
        () => {
          const prices = makePriceTable({
            id: "heavy",
            entry: PRICE_MAX,
            bulkByte: PRICE_MAX,
            bulkElement: PRICE_MAX,
            grownPage: PRICE_MAX,
            price: () => PRICE_MAX
          })
          if (!("instruction" in prices)) throw new Error(`no such table: ${prices}`)
          const count = 550_000
          const wasm = divisions(count)
          // The entry, four instructions a division, and the last `end`: here it has a price too.
          const units = PRICE_MAX * (2 + 4 * count)
          expect(units).toBeGreaterThan(2 ** 31)
          expect(new MeteredInstance(wasm, { prices, fuel: 1e11 }).call("main")).toMatchObject({
            trap: undefined,
            charged: units
          })
          const stopped = new MeteredInstance(wasm, { prices, fuel: 1e7 }).call("main")
          expect([stopped.stop, stopped.charged < 2e7]).toEqual(["fuel", true])
        }
      ),
      proof(MADE, "no price above the highest is taken", () => {
        const rules = { id: "x", entry: 1, bulkByte: 2 ** 31, bulkElement: 1, grownPage: 1 }
        expect(makePriceTable({ ...rules, price: () => 1 })).toEqual(["bulkByte"])
      })
    ]
  },
  {
    row: 22,
    name: "dear instructions at the price of cheap ones",
    mustNotBeObtained: "division, roots or indirect calls past the deadline",
    proofs: [endless("attacks/dear-instructions.wat", ["divide", "root", "indirect"])]
  }
]
