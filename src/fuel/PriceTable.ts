import { type Mnemonic, OPCODES } from "../wasm/Opcodes.ts"
import { WEIGHTED_ROWS, WEIGHTED_RULES } from "./weightedPrices.ts"

/**
 * What each instruction costs, in units of fuel: data, so that the price of a run can be read and argued about.
 *
 * A table is total. It is built from rules over the opcode table, and an instruction that no rule names makes
 * {@link makePriceTable} fail: nothing is free by being new. The table's `id` is part of the key under which
 * compiled modules are cached, because the prices are in the compiled code.
 */
export interface PriceTable {
  readonly id: string
  /** Units by row of the opcode table, 0 to {@link PRICE_MAX}. */
  readonly instruction: Uint16Array
  /** Entering a function. */
  readonly entry: number
  /** Bulk memory operations, on top of the instruction, a byte. */
  readonly bulkByte: number
  /** Bulk table operations and `table.grow`, on top of the instruction, an element. */
  readonly bulkElement: number
  /** Bulk array operations and making an array, on top of the instruction, an element. */
  readonly arrayElement: number
  /** `memory.grow`, on top of the instruction, a page. */
  readonly grownPage: number
}

/** The most that one instruction, entry, byte, element or page may cost: 65,536 of them fit the counter. */
export const PRICE_MAX = 10_000

/** Whoever loops runs one of these or enters a function, so none of them is ever free. */
const NEVER_FREE: ReadonlySet<Mnemonic> = new Set<Mnemonic>([
  "br",
  "br_if",
  "br_table",
  "br_on_null",
  "br_on_non_null",
  "br_on_cast",
  "br_on_cast_fail",
  "throw",
  "throw_ref",
  "rethrow"
])

export interface PriceRules {
  readonly id: string
  readonly entry: number
  readonly bulkByte: number
  readonly bulkElement: number
  /** As `bulkElement` without it. */
  readonly arrayElement?: number
  readonly grownPage: number
  /** Units of an instruction, `undefined` where the rules do not know it. */
  readonly price: (mnemonic: Mnemonic) => number | undefined
}

/**
 * A total table from rules.
 *
 * *Returns* the table, or the names of what has no price or one outside 0 to {@link PRICE_MAX}: mnemonics and
 * fields of the rules. What a loop cannot do without, and entering a function, cost at least 1: a round of a loop
 * that charges nothing is never looked at.
 */
export const makePriceTable = (rules: PriceRules): PriceTable | ReadonlyArray<string> => {
  const others = { ...rules, arrayElement: rules.arrayElement ?? rules.bulkElement }
  const prices = OPCODES.map((row) => ({ row, price: rules.price(row.mnemonic) }))
  const bad: ReadonlyArray<string> = [
    ...prices
      .filter(({ row, price }) => !isPrice(price, NEVER_FREE.has(row.mnemonic) ? 1 : 0))
      .map(({ row }) => row.mnemonic),
    ...OTHER_PRICES.filter(([name, least]) => !isPrice(others[name], least)).map(([name]) => name)
  ]
  if (bad.length > 0) return bad
  return {
    id: rules.id,
    instruction: Uint16Array.from(prices, ({ price }) => price ?? PRICE_MAX),
    entry: rules.entry,
    bulkByte: rules.bulkByte,
    bulkElement: rules.bulkElement,
    arrayElement: others.arrayElement,
    grownPage: rules.grownPage
  }
}

const isPrice = (price: number | undefined, least: number): boolean =>
  Number.isInteger(price) && Number(price) >= least && Number(price) <= PRICE_MAX

/** The prices that are no instruction's, and the least that each may be. */
const OTHER_PRICES = [
  ["entry", 1],
  ["bulkByte", 0],
  ["bulkElement", 0],
  ["arrayElement", 0],
  ["grownPage", 0]
] as const

const FREE: ReadonlySet<Mnemonic> = new Set<Mnemonic>([
  "nop",
  "drop",
  "block",
  "loop",
  "unreachable",
  "return",
  "else",
  "end"
])

/**
 * The numbers that Wasmtime reports for a call that returns: one a function entry and an instruction, nothing
 * for the eight that only shape the code, one more for each byte or element that a bulk operation touches and for
 * each page or element that is grown.
 *
 * *Source*: Wasmtime 49, its default operator costs.
 */
export const WASMTIME_PRICES: PriceTable = total(
  makePriceTable({
    id: "wasmtime-49",
    entry: 1,
    bulkByte: 1,
    bulkElement: 1,
    grownPage: 1,
    price: (mnemonic) => (FREE.has(mnemonic) ? 0 : 1)
  })
)

const WEIGHTS: ReadonlyMap<string, number> = new Map(
  WEIGHTED_ROWS.flatMap(([, units, ...lines]) =>
    lines.flatMap((line) => line.split(", ")).map((mnemonic) => [mnemonic, units] as const)
  )
)

/**
 * Prices by what was measured: a unit is about a quarter of the time of an `i32.add`, whatever it pays for.
 *
 * An instruction that the measured table does not name has no price, and there is then no table.
 */
export const WEIGHTED_PRICES: PriceTable = total(
  makePriceTable({ id: "weighted", ...WEIGHTED_RULES, price: (mnemonic) => WEIGHTS.get(mnemonic) })
)

/** The tables that a policy can ask for. */
export const PRICE_TABLES = {
  wasmtime: WASMTIME_PRICES,
  weighted: WEIGHTED_PRICES
} as const satisfies Readonly<Record<string, PriceTable>>
export type PriceTableName = keyof typeof PRICE_TABLES
export const PRICE_TABLE_NAMES = ["wasmtime", "weighted"] as const satisfies ReadonlyArray<PriceTableName>

export const isPriceTableName = (name: unknown): name is PriceTableName =>
  PRICE_TABLE_NAMES.some((one) => one === name)

function total(table: PriceTable | ReadonlyArray<string>): PriceTable {
  // The rules above price every mnemonic, so the other half of the type cannot be here; the tests hold it.
  return table as PriceTable
}
