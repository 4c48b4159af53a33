import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { type Engine, plainEngine } from "./Engine.ts"
import type { KnownFailures } from "./KnownFailures.ts"
import { readScript } from "./readScript.ts"
import type { Command } from "./Script.ts"
import { ScriptRunner } from "./ScriptRunner.ts"
import { Sums } from "./Sums.ts"

/** A run over a directory of scripts. */
export interface SuiteOptions {
  readonly directory: string
  readonly known: KnownFailures
  /** Per cent of the core suite's assertions that may be skipped, those about the text format apart. */
  readonly skippedMax: number
  /** Made anew for every script. */
  readonly engines: () => ReadonlyArray<Engine>
  readonly print: (line: string) => void
  /** Prints each assertion that is skipped, and not only how many for which reason. */
  readonly verbose: boolean
}

/** *Returns* whether all is well: nothing fails but what is known to, and not too much is skipped. */
export const runSuite = (options: SuiteOptions): boolean => {
  const { directory, known, print } = options
  const files = scriptsIn(directory)
  if (files.length === 0) {
    print(`${directory}: no .wast file there`)
    return false
  }
  const [core, proposals] = [new Sums(), new Sums()]
  let surprises = 0
  for (const file of files) {
    const { sums, passedThoughKnown } = runFile(file, options)
    surprises += passedThoughKnown
    ;(file.split("/").includes("proposals") ? proposals : core).include(sums)
  }
  const missing = known.missing(new Set(files))
  for (const place of missing) print(`ERROR ${place}: known to fail, but no command begins there`)
  print("")
  printSums("core suite", core, print)
  printSums("proposals", proposals, print)
  const tooMany = core.skippedPercent > options.skippedMax
  if (tooMany)
    print(
      `ERROR skipped ${core.skippedPercent.toFixed(2)} % of the core suite, at most ${options.skippedMax} % may be`
    )
  const failed = core.failed + proposals.failed + surprises + missing.length + (tooMany ? 1 : 0)
  print(`${core.passed + proposals.passed} passed, ${failed} failed`)
  return failed === 0
}

/** *Returns* what is wrong with a text that is no script. */
const tryReadScript = (text: string): ReadonlyArray<Command> | string => {
  try {
    return readScript(text)
  } catch (cause) {
    return String(cause)
  }
}

const scriptsIn = (directory: string): ReadonlyArray<string> =>
  !existsSync(directory)
    ? []
    : readdirSync(directory, { recursive: true, encoding: "utf8" })
        .map((name) => name.replaceAll("\\", "/"))
        .filter((name) => name.endsWith(".wast") && statSync(join(directory, name)).isFile())
        .sort()

const runFile = (
  file: string,
  options: SuiteOptions
): { readonly sums: Sums; readonly passedThoughKnown: number } => {
  const { directory, known, print } = options
  const sums = new Sums()
  sums.files = 1
  const runner = new ScriptRunner(plainEngine(), options.engines())
  const lines: Array<string> = []
  let passedThoughKnown = 0
  const commands = tryReadScript(readFileSync(resolve(directory, file), "utf8"))
  if (typeof commands === "string") {
    sums.failed++
    lines.push(`FAIL  ${file}: ${commands}`)
  } else
    for (const command of commands) {
      const verdict = runner.run(command)
      const { line, result } = verdict
      const reason = known.reason(file, line)
      sums.add(verdict, reason !== undefined)
      if (reason !== undefined && result.kind !== "failed") {
        passedThoughKnown++
        lines.push(
          `ERROR ${file}:${line}: known to fail, but it ${result.kind === "passed" ? "passed" : "was skipped"}: ${reason}`
        )
      }
      if (result.kind === "failed")
        lines.push(`${reason === undefined ? "FAIL " : "known"} ${file}:${line}: ${result.why}`)
      if (result.kind === "skipped" && options.verbose)
        lines.push(`skip  ${file}:${line}: ${result.skip.why}: ${result.skip.detail}`)
    }
  sums.modules = runner.modules
  print(`${sums.failed + passedThoughKnown === 0 ? "ok   " : "FAIL "} ${file}: ${sums.show()}`)
  for (const line of lines) print(line)
  for (const [why, count] of sums.reasons) print(`      ${count} × ${why}`)
  return { sums, passedThoughKnown }
}

const printSums = (what: string, sums: Sums, print: (line: string) => void): void => {
  print(
    `${what}: ${sums.files} files, ${sums.modules} modules read, written and metered; ${sums.show()}; ` +
      `${sums.skippedPercent.toFixed(2)} % skipped`
  )
}
