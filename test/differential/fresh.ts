import { globSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { readGuests } from "../guests/readGuests.ts"

import { compareModule } from "./freshModule.ts"

/**
 * `npm run fresh -- [FOLDER|FILE ...] [--calls N] [--seed S] [--seconds N]`: holds reused instances against new ones.
 *
 * Each module, those of the guests where none is given, gets random calls with random arguments and little fuel, for
 * so long at most; after each of them outcome, fuel and all state must be the same on both. Prints a line a module, and
 * ends with 1 where anything differed.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    calls: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "20" }
  }
})
const [calls, seed, seconds] = [Number(values.calls), Number(values.seed), Number(values.seconds)]
if (!Number.isSafeInteger(calls) || !Number.isSafeInteger(seed) || !(seconds > 0)) {
  process.stderr.write(
    "usage: node test/differential/fresh.ts [FOLDER|FILE ...] [--calls N] [--seed S] [--seconds N]\n"
  )
  process.exit(2)
}

const given = positionals.flatMap((path) =>
  statSync(path).isDirectory()
    ? globSync("**/*.wasm", { cwd: path })
        .toSorted()
        .map((name) => join(path, name))
    : [path]
)
const guests = new Map(readGuests().map(({ header, wasm }) => [header.path, wasm]))
const modules: ReadonlyArray<readonly [string, () => Uint8Array]> =
  given.length > 0
    ? given.map((path) => [path, () => new Uint8Array(readFileSync(path))] as const)
    : [...guests]

const total = { modules: 0, compared: 0, calls: 0, reused: 0, differences: 0 }
for (const [index, [name, wasm]] of modules.entries()) {
  const compared = compareModule(wasm(), { calls, seed: seed + index, msMax: seconds * 1_000 })
  const { way, differences } = compared
  total.modules++
  total.compared += compared.calls > 0 ? 1 : 0
  total.calls += compared.calls
  total.reused += compared.reused
  total.differences += differences.length
  process.stdout.write(
    `${name}: ${way}, ${compared.calls} calls, ${compared.reused} reused, ${differences.length} differences\n`
  )
  for (const difference of differences) process.stdout.write(`  ${difference}\n`)
}
process.stdout.write(`${JSON.stringify(total)}\n`)
if (total.differences > 0) process.exitCode = 1
