import { PRICE_MAX } from "../../../src/fuel/PriceTable.ts"
import { type Mnemonic, OPCODES } from "../../../src/wasm/Opcodes.ts"
import { geometricMean } from "../../bench/statistics.ts"
import { BULK, CLASSES, type PriceClass } from "./classes.ts"
import { measureAll, type Timed } from "./measure.ts"
import { ARRAY_ELEMENTS, ARRAY_PROBES, OBJECT_PROBES } from "./objectProbes.ts"
import { binary, timable } from "./Probe.ts"

/**
 * From measured times to a table of prices: each class by what it takes against `i32.add`, which is 4 units.
 *
 * What a thing takes is the geometric mean of waiting for the one before it and of not waiting: code does both. A
 * quarter of an addition is small enough that a byte of a bulk operation is about one, the least there is.
 */
export const UNITS_PER_ADD = 4

export interface Proposal {
  readonly rows: ReadonlyArray<ProposedRow>
  readonly entry: number
  readonly bulkByte: number
  readonly bulkElement: number
  readonly arrayElement: number
  readonly grownPage: number
  /** What was timed, for whoever wants to see it. */
  readonly timed: ReadonlyArray<Timed & { readonly units: number }>
}

export interface ProposedRow {
  readonly name: string
  readonly units: number
  readonly mnemonics: ReadonlyArray<Mnemonic>
}

export const propose = (): Proposal => {
  const probesOf = (one: PriceClass) => [
    ...(one.probes ?? []).map(timable),
    ...(OBJECT_PROBES[one.name] ?? [])
  ]
  const bulks = BULK.flatMap(({ short, long }) => [timable(short), timable(long)])
  const timed = measureAll([
    timable(binary("i32.add", "i")),
    ...CLASSES.flatMap(probesOf),
    ...bulks,
    ...ARRAY_PROBES.flat()
  ])
  const [add] = timed
  const scale = add === undefined ? Number.NaN : UNITS_PER_ADD / nsOf(add)
  const byName = new Map(timed.map((one) => [one.name, one]))
  const unitsOfName = (name: string, chains?: PriceClass["chains"]): number => {
    const one = byName.get(name)
    return one === undefined ? Number.NaN : nsOf(one, chains) * scale
  }
  const units = new Map<string, number>()
  for (const one of CLASSES) {
    const minus = (one.minus ?? []).reduce((sum, name) => sum + (units.get(name) ?? 0), 0)
    const measured = probesOf(one).map(({ name }) => Math.max(1, unitsOfName(name, one.chains) - minus))
    units.set(
      one.name,
      one.fixed ?? priceOf(one.over === "typical" ? geometricMean(measured) : Math.max(...measured))
    )
  }
  /** Units that one of so many more takes. */
  const slope = (short: string, long: string, count: number): number =>
    (unitsOfName(long) - unitsOfName(short)) / count
  const slopes = (price: "bulkByte" | "bulkElement"): ReadonlyArray<number> =>
    BULK.filter((one) => one.price === price).map(({ short, long, units: n }) =>
      slope(short.name, long.name, n)
    )
  const call = units.get("call") ?? Number.NaN
  return {
    rows: CLASSES.map(({ name }) => ({
      name,
      units: units.get(name) ?? Number.NaN,
      mnemonics: OPCODES.map(({ mnemonic }) => mnemonic).filter(
        (mnemonic) => classOf(mnemonic)?.name === name
      )
    })),
    entry: call,
    bulkByte: priceOf(geometricMean(slopes("bulkByte"))),
    bulkElement: priceOf(Math.max(...slopes("bulkElement"))),
    arrayElement: priceOf(
      Math.max(...ARRAY_PROBES.map(([short, long]) => slope(short.name, long.name, ARRAY_ELEMENTS)))
    ),
    // A page that is grown is touched, 16 times 4 KiB for the first time, which takes longer than any price can say.
    grownPage: PRICE_MAX,
    timed: timed.map((one) => ({ ...one, units: unitsOfName(one.name) }))
  }
}

/** The class of an instruction, `undefined` where none claims it: it then has no price, and is refused. */
export const classOf = (mnemonic: string): PriceClass | undefined =>
  CLASSES.find(({ of }) => of.test(mnemonic))

const nsOf = ({ dependentNs, independentNs }: Timed, chains?: PriceClass["chains"]): number =>
  chains === "dependent"
    ? dependentNs
    : chains === "independent"
      ? independentNs
      : Math.sqrt(dependentNs * independentNs)

/** A price that a person can remember: two digits. */
const priceOf = (units: number): number => {
  const least = Math.min(Math.max(Math.round(units), 1), PRICE_MAX)
  return least < 100 ? least : Number(least.toPrecision(2))
}
