import { parseArgs } from "node:util"

/**
 * The command line of the bench of the pools:
 *
 *     npm run bench:pool -- [--row NAME]... [--rounds N] [--firings N] [--raw]
 *
 * What cannot be read is an error that names the option, what it takes and what was given.
 */
export interface PoolBenchOptions {
  /** In the order of the table; all where none was named. */
  readonly rows: ReadonlyArray<RowName>
  readonly rounds: number
  readonly firings: number
  /** One row, in this process, as JSON: what the table is made of. */
  readonly raw: boolean
}

export const ROW_NAMES = [
  "add",
  "threads",
  "writes",
  "extism",
  "isolated-vm",
  "million-inline",
  "million-threads"
] as const

export type RowName = (typeof ROW_NAMES)[number]

const ROUNDS_DEFAULT = 9
/** Fewer have no median worth the name. */
const ROUNDS_MIN = 5
const ROUNDS_MAX = 1_000
const FIRINGS_DEFAULT = 1_000_000
const FIRINGS_MAX = 1_000_000_000

export const readPoolOptions = (args: ReadonlyArray<string>): PoolBenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      row: { type: "string", multiple: true, default: [] },
      rounds: { type: "string", default: String(ROUNDS_DEFAULT) },
      firings: { type: "string", default: String(FIRINGS_DEFAULT) },
      raw: { type: "boolean", default: false }
    }
  })
  for (const name of values.row)
    if (!ROW_NAMES.some((one) => one === name))
      throw new Error(`--row: expected one of ${ROW_NAMES.join(", ")}; got ${name}`)
  const rows = values.row.length === 0 ? ROW_NAMES : ROW_NAMES.filter((name) => values.row.includes(name))
  if (values.raw && rows.length !== 1) throw new Error(`--raw: expected one --row, got ${rows.length}`)
  return {
    rows,
    rounds: readInteger("rounds", values.rounds, ROUNDS_MIN, ROUNDS_MAX),
    firings: readInteger("firings", values.firings, 5, FIRINGS_MAX),
    raw: values.raw
  }
}

const readInteger = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most)
    throw new Error(`--${name}: expected an integer ${least}..${most}, got ${text}`)
  return value
}
