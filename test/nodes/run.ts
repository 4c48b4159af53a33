import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { root } from "../tidy/sources.ts"
import { CACHE_DEFAULT, NODE_VERSIONS, obtainNode, versionsOf } from "./versions.ts"

/**
 * `npm run test:nodes [-- --cache DIR] [--only VERSION] [FILTER…]`: the tests on every supported Node, and the sums
 * of each.
 *
 * Vitest itself runs under each version, so that what the tests start is that version too. Tests of what a version's
 * V8 lacks are skipped by its features, never by its number; they are listed, so that a gate that lets nothing
 * through is seen. Fails where one test failed, or a version could not be run.
 */
const { values, positionals } = parseArgs({
  options: { cache: { type: "string", default: CACHE_DEFAULT }, only: { type: "string", default: "" } },
  allowPositionals: true
})

interface Sums {
  readonly passed: number
  readonly failed: number
  readonly skipped: ReadonlyArray<string>
}

const runOn = (executable: string, v8Options: ReadonlyArray<string>): Sums | undefined => {
  const scratch = mkdtempSync(join(tmpdir(), "munition-nodes-"))
  try {
    const output = join(scratch, "results.json")
    const vitest = join(root, "node_modules/vitest/vitest.mjs")
    const reporters = ["--reporter=dot", "--reporter=json", `--outputFile.json=${output}`]
    // Whoever runs three suites has other work too: what hangs is found all the same.
    const patience = ["--testTimeout=120000", "--hookTimeout=120000"]
    const execArgv = v8Options.map((option) => `--execArgv=${option}`)
    spawnSync(
      executable,
      [...v8Options, vitest, "run", ...reporters, ...patience, ...execArgv, ...positionals],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "inherit"],
        // What a test starts as `node` is this version too.
        env: { ...process.env, PATH: `${dirname(executable)}${delimiter}${process.env["PATH"] ?? ""}` }
      }
    )
    return sumsOf(JSON.parse(readFileSync(output, "utf8")))
  } catch (cause) {
    process.stderr.write(`no results: ${cause instanceof Error ? cause.message : String(cause)}\n`)
    return undefined
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** What the JSON reporter writes, as far as it is read. */
interface Results {
  readonly testResults: ReadonlyArray<{
    readonly status: string
    readonly assertionResults: ReadonlyArray<{ readonly status: string; readonly fullName: string }>
  }>
}

const sumsOf = ({ testResults }: Results): Sums => {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const of = (...statuses: ReadonlyArray<string>) => tests.filter(({ status }) => statuses.includes(status))
  // A file that could not be loaded has no tests to fail.
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0)
  return {
    passed: of("passed").length,
    failed: of("failed").length + broken.length,
    skipped: of("skipped", "pending", "todo").map(({ fullName }) => fullName)
  }
}

const lines: Array<string> = []
const all: Array<Sums> = []
const asked = NODE_VERSIONS.filter(({ version }) => version.startsWith(values.only))
if (asked.length === 0) {
  const known = NODE_VERSIONS.map(({ version }) => version).join(", ")
  process.stderr.write(`--only: expected the beginning of one of ${known}, got ${values.only}\n`)
  process.exit(2)
}
for (const { version, v8Options } of asked) {
  const executable = obtainNode(version, values.cache)
  const { node, v8 } = versionsOf(executable)
  const title = `Node ${node}, V8 ${v8}${v8Options.map((option) => `, ${option}`).join("")}`
  process.stdout.write(`\n${title}\n`)
  const sums = runOn(executable, v8Options)
  if (sums === undefined) {
    process.exitCode = 1
    lines.push(`${title}: not run`)
    continue
  }
  all.push(sums)
  if (sums.failed > 0 || sums.passed === 0) process.exitCode = 1
  lines.push(
    `${title}: ${sums.passed} passed, ${sums.failed} failed, ${sums.skipped.length} skipped`,
    ...sums.skipped.map((name) => `  skipped: ${name}`)
  )
}
process.stdout.write(`\n${lines.join("\n")}\n`)
const total = (count: (sums: Sums) => number) => all.reduce((sum, one) => sum + count(one), 0)
process.stdout.write(
  `${total((s) => s.passed)} passed, ${total((s) => s.failed)} failed, ${total((s) => s.skipped.length)} skipped\n`
)
