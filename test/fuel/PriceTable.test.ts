import { describe, expect, it } from "vitest"
import { makePriceTable, PRICE_MAX, type PriceRules, WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { OP, OPCODES } from "../../src/wasm/Opcodes.ts"

const RULES: PriceRules = {
  id: "test",
  entry: 1,
  bulkByte: 1,
  bulkElement: 1,
  grownPage: 1,
  price: () => 1
}

describe("makePriceTable", () => {
  it("prices every instruction", () => {
    const table = makePriceTable({ ...RULES, price: () => 7 })
    expect(table).toMatchObject({ id: "test", instruction: Uint16Array.from(OPCODES, () => 7) })
  })

  it("names the instructions that have no price", () => {
    expect(makePriceTable({ ...RULES, price: (m) => (m.startsWith("array.") ? undefined : 1) })).toEqual(
      OPCODES.map(({ mnemonic }) => mnemonic).filter((mnemonic) => mnemonic.startsWith("array."))
    )
  })

  it("refuses prices that are no integer from 0 to PRICE_MAX", () => {
    for (const price of [-1, 0.5, PRICE_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(makePriceTable({ ...RULES, price: (m) => (m === "i32.add" ? price : 1) })).toEqual(["i32.add"])
    expect(makePriceTable({ ...RULES, price: () => PRICE_MAX })).toMatchObject({ id: "test" })
    expect(makePriceTable({ ...RULES, bulkByte: PRICE_MAX + 1, grownPage: -1 })).toEqual([
      "bulkByte",
      "grownPage"
    ])
  })

  it("refuses a loop that costs nothing", () => {
    const free = makePriceTable({ ...RULES, entry: 0, price: () => 0 })
    expect(free).toEqual([
      "throw",
      "rethrow",
      "throw_ref",
      "br",
      "br_if",
      "br_table",
      "br_on_null",
      "br_on_non_null",
      "br_on_cast",
      "br_on_cast_fail",
      "entry"
    ])
  })
})

describe("WASMTIME_PRICES", () => {
  it("makes the eight that only shape the code free, and all else 1", () => {
    const free = OPCODES.filter(({ op }) => WASMTIME_PRICES.instruction[op] === 0)
    expect(free.map(({ mnemonic }) => mnemonic).toSorted()).toEqual([
      "block",
      "drop",
      "else",
      "end",
      "loop",
      "nop",
      "return",
      "unreachable"
    ])
    expect(WASMTIME_PRICES.instruction[OP["i32.add"]]).toBe(1)
    expect(WASMTIME_PRICES).toMatchObject({ entry: 1, bulkByte: 1, bulkElement: 1, grownPage: 1 })
  })
})
