import { parseArgs } from "node:util"
import { collectCases } from "./collectCases.ts"
import { findPython } from "./findPython.ts"
import { type Result, runCases } from "./runCases.ts"

/**
 * `npm run wasmtime -- [--random COUNT] [--seed SEED] [--list]`: the meter held against Wasmtime 49.
 *
 * Every guest, the functions counted by hand, the kernels of the bench and random modules run three times: plain on
 * Wasmtime with its own fuel, metered on Wasmtime, metered on V8. Values, traps, final memory and globals must be
 * the same in all three, and so must the fuel of what returns. Ends with status 1 for a difference that nobody can
 * explain, and with 2 where there is no Python with Wasmtime to ask.
 */
const { values } = parseArgs({
  options: {
    random: { type: "string", default: "500" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    list: { type: "boolean", default: false }
  }
})

const countOf = (name: string, text: string): number => {
  const count = Number(text)
  if (Number.isSafeInteger(count) && count >= 0) return count
  throw new Error(`--${name}: expected an integer from 0, got ${JSON.stringify(text)}`)
}

const print = (line: string) => void process.stdout.write(`${line}\n`)

const rowOf = (group: string, results: ReadonlyArray<Result>): ReadonlyArray<string | number> => [
  group,
  results.length,
  results.filter(({ sameFuel }) => sameFuel).length,
  results.filter(({ sameEngines }) => sameEngines).length,
  results.filter(({ explained }) => explained !== undefined).length,
  results.filter(({ excluded }) => excluded !== undefined).length,
  results.filter(({ wrong }) => wrong !== undefined).length
]

const showRow = (cells: ReadonlyArray<string | number>): string =>
  cells.map((cell, i) => (i === 0 ? String(cell).padEnd(18) : String(cell).padStart(13))).join("")

const main = (python: string): number => {
  const seed = countOf("seed", values.seed)
  const { results, stale } = runCases(python, collectCases({ count: countOf("random", values.random), seed }))
  for (const { id, wrong, explained, excluded } of results) {
    if (wrong !== undefined) print(`wrong     ${id}: ${wrong}`)
    else if (values.list && explained !== undefined) print(`explained ${id}: ${explained}`)
    else if (values.list && excluded !== undefined) print(`left out  ${id}: ${excluded}`)
  }
  for (const line of stale) print(`stale     ${line}`)
  print(showRow(["", "calls", "same fuel", "same engines", "explained", "left out", "wrong"]))
  const groups = [...new Set(results.map(({ group }) => group))]
  for (const group of groups)
    print(
      showRow(
        rowOf(
          group,
          results.filter((one) => one.group === group)
        )
      )
    )
  print(showRow(rowOf("all", results)))
  print(`seed ${seed}; on the list and not so: ${stale.length}`)
  return stale.length > 0 || results.some(({ wrong }) => wrong !== undefined) ? 1 : 0
}

const found = findPython()
if ("missing" in found) {
  process.stderr.write(`not compared with Wasmtime: ${found.missing}\n`)
  process.exitCode = 2
} else process.exitCode = main(found.python)
