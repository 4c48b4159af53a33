import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Effect from "effect/Effect"
import { makeScenario } from "./makeScenario.ts"
import { makeTree } from "./makeTree.ts"
import { runScenario } from "./runScenario.ts"
import { runTree, sortDynamic } from "./runTree.ts"

/**
 * Random scenarios on Erlang's own supervisor and on ours: `node test/otp/record.ts --into DIR --first N --count N`.
 *
 * Takes Debian's `erlang-base`. Trees are recorded with `otp_tree.escript`, side by side: a thousand take a minute.
 * With `--escript FILE` flat scenarios are recorded with that one, which waits by the clock for each alone. Each
 * scenario and its trace stay in the directory, and those that ours plays in another way are named.
 */
const { values } = parseArgs({
  options: {
    into: { type: "string", default: "recorded" },
    first: { type: "string", default: "0" },
    count: { type: "string", default: "20" },
    escript: { type: "string" }
  }
})
const { escript, into } = values
const trees = escript === undefined
const run = trees ? runTree : runScenario

mkdirSync(into, { recursive: true })
const scenarios = Array.from({ length: Number(values.count) }, (_, i) => {
  const seed = Number(values.first) + i
  const scenario = trees ? makeTree(seed) : makeScenario(seed)
  const path = join(into, `random-${seed}`)
  writeFileSync(`${path}.${trees ? "tree" : "otp"}`, scenario)
  return { path, scenario }
})
if (trees) {
  const recorder = join(import.meta.dirname, "otp_tree.escript")
  const paths = scenarios.map(({ path }) => `${path}.tree`)
  const { status } = spawnSync("escript", [recorder, ...paths], { stdio: "inherit" })
  if (status !== 0) process.exit(1)
} else {
  for (const { path } of scenarios)
    writeFileSync(`${path}.trace`, execFileSync("escript", [escript, `${path}.otp`], { timeout: 60_000 }))
}
let differing = 0
for (const { path, scenario } of scenarios) {
  const trace = readFileSync(`${path}.trace`, "utf8").trimEnd().split("\n")
  const ours = await Effect.runPromise(run(scenario))
  if (sortDynamic(scenario, ours).join("\n") === sortDynamic(scenario, trace).join("\n")) continue
  differing += 1
  process.stdout.write(`${path} differs\n`)
}
process.stdout.write(`${scenarios.length} compared, ${differing} differ\n`)
process.exitCode = differing === 0 ? 0 : 1
