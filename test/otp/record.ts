import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
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
 * Takes Debian's `erlang-base` and a machine with time to spare: the recorders wait by the clock. With
 * `--escript FILE` flat scenarios are recorded with that one, else trees with `otp_tree.escript`. Each scenario and
 * its trace go into the directory, and those that ours plays in another way are named.
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
const recorder = escript ?? join(import.meta.dirname, "otp_tree.escript")
const [make, run, extension] =
  escript === undefined
    ? ([makeTree, runTree, "tree"] as const)
    : ([makeScenario, runScenario, "otp"] as const)

mkdirSync(into, { recursive: true })
let differing = 0
for (let seed = Number(values.first); seed < Number(values.first) + Number(values.count); seed += 1) {
  const scenario = make(seed)
  const path = join(into, `random-${seed}.${extension}`)
  writeFileSync(path, scenario)
  const trace = execFileSync("escript", [recorder, path], { encoding: "utf8", timeout: 60_000 })
  writeFileSync(join(into, `random-${seed}.trace`), trace)
  const ours = await Effect.runPromise(run(scenario))
  const same =
    sortDynamic(scenario, ours).join("\n") === sortDynamic(scenario, trace.trimEnd().split("\n")).join("\n")
  if (same) continue
  differing += 1
  process.stdout.write(`${path} differs\n`)
}
process.stdout.write(`${values.count} compared, ${differing} differ\n`)
process.exitCode = differing === 0 ? 0 : 1
