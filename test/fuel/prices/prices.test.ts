import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { type PRICE_TABLES, WEIGHTED_PRICES } from "../../../src/fuel/PriceTable.ts"
import { WEIGHTED_ROWS } from "../../../src/fuel/weightedPrices.ts"
import { Munition } from "../../../src/index.ts"
import { policyKey, RUN_POLICY_DEFAULT } from "../../../src/runtime/RunPolicy.ts"
import { OP, OPCODES } from "../../../src/wasm/Opcodes.ts"
import { meterNaively } from "../../fuzz/meterNaively.ts"
import { lacksFor } from "../../guests/features.ts"
import { parseWat } from "../../guests/wat.ts"
import { decoded } from "../../wasm/modules.ts"
import { PRICED } from "../meter/priced.ts"
import { bytesOf, MeteredInstance } from "../meter/runMetered.ts"
import { CLASSES } from "./classes.ts"
import { classOf } from "./propose.ts"

const mnemonics = OPCODES.map(({ mnemonic }) => mnemonic)

describe("the weighted prices", () => {
  it("name every instruction once, and nothing else", () => {
    const named = WEIGHTED_ROWS.flatMap(([, , ...lines]) => lines.flatMap((line) => line.split(", ")))
    expect(named.toSorted()).toEqual(mnemonics.toSorted())
  })

  it("are of classes that claim every instruction, and are timed or say what they cost", () => {
    expect(mnemonics.filter((mnemonic) => classOf(mnemonic) === undefined)).toEqual([])
    expect(
      CLASSES.filter(({ name }) => !mnemonics.some((mnemonic) => classOf(mnemonic)?.name === name))
    ).toEqual([])
    expect(WEIGHTED_ROWS.map(([name]) => name)).toEqual(CLASSES.map(({ name }) => name))
  })

  it("are in the order that no processor changes", () => {
    const price = (mnemonic: keyof typeof OP) => WEIGHTED_PRICES.instruction[OP[mnemonic]] ?? 0
    expect(price("i32.add")).toBe(4)
    expect(price("i32.mul")).toBeGreaterThan(price("i32.add"))
    expect(price("i64.div_s")).toBeGreaterThan(price("i32.mul"))
    expect(price("f64.sqrt")).toBeGreaterThan(price("f64.div"))
    expect(price("call_indirect")).toBeGreaterThan(price("call"))
    expect(price("memory.grow")).toBeGreaterThan(price("call_indirect"))
    expect(price("throw")).toBeGreaterThan(price("memory.grow"))
    const free = OPCODES.filter(({ op }) => WEIGHTED_PRICES.instruction[op] === 0)
    expect(free.filter(({ layout }) => layout === "memarg")).toEqual([])
  })

  it("are charged as counting before every instruction charges them", () => {
    // The slow count knows no price of an element or a page but 1.
    // What the engine lacks is skipped one by one where the same rows are counted by hand.
    const rows = PRICED.filter(
      ({ title, wat }) => !/^(table|memory)\.(fill|copy|init|grow)/.test(title) && lacksFor(wat).length === 0
    )
    expect(rows.length).toBeGreaterThan(20)
    for (const { title, wat, args } of rows) {
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(meterNaively(decoded(bytesOf(wat)), WEIGHTED_PRICES))
      )
      // The cast: `f` and `units` are what the naive meter's modules export.
      const naive = exports as { f(...args: ReadonlyArray<number>): void; units: WebAssembly.Global }
      naive.f(...args)
      const { charged } = new MeteredInstance(wat, { prices: WEIGHTED_PRICES }).call("f", ...args)
      expect([title, charged]).toEqual([title, Number(naive.units.value)])
    }
  })

  it("charge a byte, an element and a page by their own prices", () => {
    const charged = (fields: string, body: string) =>
      new MeteredInstance(`(module ${fields} (func (export "f") ${body}))`, { prices: WEIGHTED_PRICES }).call(
        "f"
      ).charged
    const fill = (n: number) =>
      charged("(memory 1)", `(memory.fill (i32.const 0) (i32.const 1) (i32.const ${n}))`)
    expect(fill(500) - fill(100)).toBe(400 * WEIGHTED_PRICES.bulkByte)
    const table = (n: number) =>
      charged("(table 50 funcref)", `(table.fill 0 (i32.const 0) (ref.null func) (i32.const ${n}))`)
    expect(table(50) - table(10)).toBe(40 * WEIGHTED_PRICES.bulkElement)
    const grow = (n: number) => charged("(memory 1 20)", `(drop (memory.grow (i32.const ${n})))`)
    expect(grow(9) - grow(2)).toBe(7 * WEIGHTED_PRICES.grownPage)
  })
})

describe("a policy's prices", () => {
  const wasm = parseWat(
    "add",
    `(module (func (export "f") (result i32) (i32.add (i32.const 1) (i32.const 2))))`
  )
  const used = (prices: keyof typeof PRICE_TABLES) =>
    Munition.fire(wasm, "f", [], { prices, inline: true }).pipe(
      Effect.map(({ metadata }) => metadata.fuel.used)
    )

  it("decide what a firing is charged, one after the other in one layer", async () => {
    const both = Effect.all([used("wasmtime"), used("weighted"), used("wasmtime")])
    const { entry, instruction } = WEIGHTED_PRICES
    const weighted = entry + 2 * (instruction[OP["i32.const"]] ?? 0) + (instruction[OP["i32.add"]] ?? 0)
    expect(await Effect.runPromise(both.pipe(Effect.provide(Munition.layer())))).toEqual([4, weighted, 4])
  })

  it("are part of what a compiled module is cached under", () => {
    expect(policyKey({ ...RUN_POLICY_DEFAULT, prices: "weighted" })).not.toBe(policyKey(RUN_POLICY_DEFAULT))
  })

  it("are refused by name where there is no such table", async () => {
    // The cast: what a caller that no compiler has checked may write.
    const fired = Munition.fire(wasm, "f", [], { prices: "toString" as "weighted", inline: true })
    const refused = await Effect.runPromise(Effect.flip(fired).pipe(Effect.provide(Munition.layer())))
    expect(refused).toMatchObject({ reason: { _tag: "BadArguments", parameter: "prices" } })
  })
})
