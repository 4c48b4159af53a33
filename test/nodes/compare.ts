import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { CACHE_DEFAULT, NODE_VERSIONS, obtainNode, versionsOf } from "./versions.ts"

/**
 * `node test/nodes/compare.ts [--cache DIR] [DIRECTORY]`: the same firings on every supported Node, and whether each
 * ended the same, with the same fuel, the same values and the same memory.
 *
 * One process a version. What a version's V8 does not take is left out there, and counted. Fails where two versions
 * differ, or one did not come to its end.
 */
const { values, positionals } = parseArgs({
  options: { cache: { type: "string", default: CACHE_DEFAULT } },
  allowPositionals: true
})

/** By name of the firing, what was printed for it. */
type Results = ReadonlyMap<string, unknown>

const fireAll = (
  executable: string,
  v8Options: ReadonlyArray<string>
): Promise<{ readonly results: Results; readonly whole: boolean }> =>
  new Promise((resolve, reject) => {
    const results = new Map<string, unknown>()
    const script = join(import.meta.dirname, "fireAll.ts")
    const child = spawn(executable, [...v8Options, script, ...positionals], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    createInterface({ input: child.stdout }).on("line", (line) => {
      // The cast: what `fireAll.ts` prints.
      const { name, result } = JSON.parse(line) as { name: string; result: unknown }
      results.set(name, result)
    })
    child.on("error", reject)
    child.on("close", (status) => resolve({ results, whole: status === 0 }))
  })

const isFired = (result: unknown): boolean => typeof result === "object" && result !== null

const runs: Array<{ readonly title: string; readonly results: Results }> = []
for (const { version, v8Options } of NODE_VERSIONS) {
  const executable = obtainNode(version, values.cache)
  const { node, v8 } = versionsOf(executable)
  const started = performance.now()
  const { results, whole } = await fireAll(executable, v8Options)
  const fired = [...results.values()].filter(isFired)
  // The cast: `Fired`, as it was printed.
  const ends = Map.groupBy(fired as ReadonlyArray<{ end: string }>, ({ end }) => end)
  const counts = [...ends].map(([end, those]) => `${those.length} ${end}`).join(", ")
  process.stdout.write(
    `Node ${node}, V8 ${v8}: ${fired.length} firings (${counts}), ${results.size - fired.length} left out, ` +
      `${Math.round((performance.now() - started) / 1000)} s${whole ? "" : ", and it did not come to its end"}\n`
  )
  if (!whole) process.exitCode = 1
  for (const [name, result] of results)
    if (!isFired(result)) process.stdout.write(`  left out: ${name}: ${String(result)}\n`)
  runs.push({ title: `Node ${node}`, results })
}

const names = new Set(runs.flatMap(({ results }) => [...results.keys()]))
let compared = 0
let different = 0
for (const name of names) {
  const seen = runs.flatMap(({ title, results }) => {
    const result = results.get(name)
    return isFired(result) ? [{ title, result: JSON.stringify(result) }] : []
  })
  if (seen.length < 2) continue
  compared++
  if (new Set(seen.map(({ result }) => result)).size === 1) continue
  different++
  process.stdout.write(`differs: ${name}\n`)
  for (const { title, result } of seen) process.stdout.write(`  ${title}: ${result}\n`)
}
process.stdout.write(`${compared} firings compared, ${different} differ\n`)
if (different > 0 || compared === 0) process.exitCode = 1
