import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { makePriceTable, type PriceTable, WASMTIME_PRICES } from "../../../src/fuel/PriceTable.ts"
import { kernelRates } from "./kernelRates.ts"
import type { Proposal } from "./propose.ts"
import { writeTable } from "./writeTable.ts"

/**
 * `npm run prices -- [--write] [--timed]`: times each class of instructions against `i32.add`, proposes the weighted
 * table, and shows how well fuel under it tells the time: nanoseconds per unit in each kernel of the bench.
 *
 * The timing runs in a process of its own, under flags that the kernels must not be run under. `--write` makes the
 * proposal the table that ships.
 */
const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, timed: { type: "boolean", default: false } }
})
const print = (line: string) => void process.stdout.write(`${line}\n`)

const measured = (): Proposal => {
  const script = join(import.meta.dirname, "proposeMain.ts")
  const { stdout, status } = spawnSync(process.execPath, [script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26
  })
  if (status !== 0) throw new Error(`timing ended with status ${status}`)
  // The cast: the script writes this.
  return JSON.parse(stdout) as Proposal
}

const tableOf = (proposal: Proposal): PriceTable => {
  const units = new Map<string, number>(
    proposal.rows.flatMap((row) => row.mnemonics.map((mnemonic) => [mnemonic, row.units] as const))
  )
  const table = makePriceTable({ ...proposal, id: "proposed", price: (mnemonic) => units.get(mnemonic) })
  if ("instruction" in table) return table
  throw new Error(`no price, or none that is allowed: ${table.join(", ")}`)
}

const proposal = measured()
if (values.timed)
  for (const { name, dependentNs, independentNs, units } of proposal.timed)
    print(
      `${name.slice(0, 50).padEnd(52)}${dependentNs.toFixed(3).padStart(11)}${independentNs.toFixed(3).padStart(11)}${units.toFixed(1).padStart(11)}`
    )
for (const { name, units } of proposal.rows) print(`${name.padEnd(28)}${String(units).padStart(7)}`)
for (const name of ["entry", "bulkByte", "bulkElement", "arrayElement", "grownPage"] as const)
  print(`${name.padEnd(28)}${String(proposal[name]).padStart(7)}`)

const rates = kernelRates([WASMTIME_PRICES, tableOf(proposal)])
print(`\n${"ns per unit of fuel".padEnd(20)}${"wasmtime".padStart(10)}${"weighted".padStart(10)}`)
const show = (ns: ReadonlyArray<number>) => ns.map((one) => one.toFixed(4).padStart(10)).join("")
for (const { kernel, nsPerUnit } of rates) print(`${kernel.padEnd(20)}${show(nsPerUnit)}`)
const over = (choose: (all: ReadonlyArray<number>) => number) =>
  [0, 1].map((i) => choose(rates.map(({ nsPerUnit }) => nsPerUnit[i] ?? Number.NaN)))
print(`${"min".padEnd(20)}${show(over((all) => Math.min(...all)))}`)
print(`${"max".padEnd(20)}${show(over((all) => Math.max(...all)))}`)
print(`${"factor".padEnd(20)}${show(over((all) => Math.max(...all) / Math.min(...all)))}`)
if (values.write) writeTable(proposal)
