import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { RUN_MAX } from "../../../src/fuel/meter/FunctionAnalysis.ts"
import { UNCHECKED_MAX } from "../../../src/fuel/meter/LookState.ts"
import type { MeteredModule } from "../../../src/fuel/meter/MeteredModule.ts"
import { PLACEMENT_DEFAULT } from "../../../src/fuel/meter/Placement.ts"
import { makePriceTable, type PriceTable, WASMTIME_PRICES } from "../../../src/fuel/PriceTable.ts"
import { decodeInstructions } from "../../../src/wasm/Instruction.ts"
import type { Code } from "../../../src/wasm/Module.ts"
import { OP } from "../../../src/wasm/Opcodes.ts"
import { bodiesOf } from "../../../src/wasm/sectionOf.ts"
import { generateModule } from "../../fuzz/generateModule.ts"
import { engineHas } from "../../guests/features.ts"
import { decoded } from "../../wasm/modules.ts"
import { MeteredInstance, metered } from "./runMetered.ts"
import { uncheckedMax } from "./uncheckedMax.ts"

/** How much can be charged before somebody looks. */

const pricedAt = (price: number): PriceTable => {
  const table = makePriceTable({
    id: `all ${price}`,
    entry: price,
    bulkByte: 1,
    bulkElement: 1,
    grownPage: 1,
    price: () => price
  })
  if (!("instruction" in table)) throw table
  return table
}

/** The most over the guest's functions; `change` may spoil the code first. */
const worst = (
  { bytes, plan }: MeteredModule,
  change = (code: ReturnType<typeof decodeInstructions>) => code
) =>
  Math.max(
    0,
    ...bodiesOf(decoded(bytes))
      .slice(0, plan.bodyOffsets.length)
      .map(({ code }) => uncheckedMax(change(decodeInstructions(code)), plan.layout.fuelGlobal))
  )

const firstCode = ({ bytes }: MeteredModule): Code => {
  const [body] = bodiesOf(decoded(bytes))
  return body?.code ?? { bytes, start: 0, end: 0 }
}

const tape = fc.array(fc.nat(0xffff), { minLength: 100, maxLength: 500, size: "max" })

describe("between two looks at the counter", () => {
  it("a function charges no more than UNCHECKED_MAX on any path", () => {
    fc.assert(
      fc.property(tape, fc.constantFrom(1, 30, 200, 1000), (numbers, price) => {
        expect(worst(metered(generateModule(numbers), { prices: pricedAt(price) }))).toBeLessThanOrEqual(
          UNCHECKED_MAX
        )
      }),
      { numRuns: 80 }
    )
  })

  it("and the checker of that sees a look that was left out", () => {
    const bytes = generateModule(Array.from({ length: 400 }, (_, i) => (i * 7919) % 65_521))
    const made = metered(bytes, { prices: pricedAt(1000) })
    expect(worst(made)).toBeLessThanOrEqual(UNCHECKED_MAX)
    // Every comparison of the counter turned into another instruction: no pattern of a look is left.
    expect(
      worst(made, (code) =>
        code.map((one) => (one.op === OP["i32.lt_s"] ? { ...one, op: OP["i32.gt_s"] } : one))
      )
    ).toBeGreaterThan(UNCHECKED_MAX)
  })

  it("there is one in every loop that goes round, and none where nothing can go far", () => {
    const looks = (body: string) => {
      const made = metered(`(module (func (export "f") ${body}))`, {
        placement: { ...PLACEMENT_DEFAULT, refillOutsideLoops: false }
      })
      expect(worst(made)).toBeLessThanOrEqual(UNCHECKED_MAX)
      return decodeInstructions(firstCode(made)).filter(({ op }) => op === OP["i32.lt_s"]).length
    }
    expect(looks("loop end loop loop br 0 end end")).toBe(1)
    expect(looks("loop loop i32.const 1 br_if 0 end i32.const 1 br_if 0 end")).toBe(1)
    expect(looks("loop i32.const 1 if loop i32.const 1 br_if 0 end end i32.const 1 br_if 0 end")).toBe(2)
  })
})

describe("a long straight line", () => {
  const line = (count: number) => `(module (func (export "f") ${"i32.const 1 drop ".repeat(count)}))`

  it("is charged in parts that a counter of 32 bits holds, at the highest price", () => {
    const wat = line(5000)
    const prices = pricedAt(1000)
    const guest = new MeteredInstance(wat, { prices, fuel: 1e9 })
    expect(guest.call("f").charged).toBe(1000 * (1 + 2 * 5000 + 1))
    expect(guest.call("f").slices).toBeGreaterThan(8)
    const charges = decodeInstructions(firstCode(guest.made))
      .filter(({ op }, i, all) => op === OP["i32.const"] && all[i + 1]?.op === OP["i32.sub"])
      .map(({ a }) => a)
    expect(Math.max(...charges)).toBeLessThanOrEqual(RUN_MAX + 1000)
  })

  it("stops before what is not paid", () => {
    const guest = new MeteredInstance(line(5000), { prices: pricedAt(1000), fuel: 10_000 })
    expect(guest.call("f")).toMatchObject({ stop: "fuel" })
    expect(guest.call("f").charged).toBeLessThanOrEqual(10_000 + RUN_MAX + 1000)
  })
})

describe("unwinding", () => {
  it("is stopped although no frame on the way has an entry or a loop before it", () => {
    // 4,000 frames, and behind each call a tail of 200,000 instructions.
    const guest = new MeteredInstance(
      `(module (func $f (export "f") (param i32)
        local.get 0 if local.get 0 i32.const 1 i32.sub call $f end
        ${"i32.const 1 drop ".repeat(100_000)}))`,
      { fuel: 500_000, slotsMax: 110_000, prices: WASMTIME_PRICES }
    )
    const run = guest.call("f", 4000)
    expect(run).toMatchObject({ stop: "fuel", trap: "unreachable" })
    expect(run.charged).toBeLessThan(500_000 + RUN_MAX)
  })

  // V8 of Node 24 has no exnref.
  it.skipIf(!engineHas("exnref"))(
    "by exceptions leaves nothing unpaid: handlers in every frame cost what they run",
    () => {
      const guest = new MeteredInstance(
        `(module (tag $t)
        (func $f (export "f") (param i32)
          block $b try_table (catch_all $b)
            local.get 0 if local.get 0 i32.const 1 i32.sub call $f else throw $t end
          end end
          ${"i32.const 1 drop ".repeat(5000)}
          local.get 0 i32.const 1 i32.and if throw $t end))`,
        { fuel: 100_000, slotsMax: 110_000 }
      )
      expect(guest.call("f", 2000)).toMatchObject({ stop: "fuel" })
    }
  )
})
