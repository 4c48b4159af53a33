import { execFile } from "node:child_process"
import { availableParallelism, cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type RowName, readPoolOptions } from "./poolOptions.ts"
import { type Line, poolTable, type Row, type RowOptions, unmeasured } from "./poolRow.ts"

/**
 * `npm run bench:pool`: what a pooled firing costs, beside plain V8 and beside other sandboxes.
 *
 * Each row has a process of its own, so that none meets the code or the garbage of another, and what it compares runs
 * in turn within it. Peers are installed outside of the repository when they are first asked for. What was measured
 * stands beside what was asked, and no status depends on it: machines differ, and others work on them. A row that could
 * not be measured says why.
 */
const ROWS: { readonly [name in RowName]: () => Promise<Row> } = {
  add: async () => (await import("./poolAdd.ts")).measureAdd,
  threads: async () => (await import("./poolThreads.ts")).measureThreads,
  writes: async () => (await import("./poolWrites.ts")).measureWrites,
  extism: async () => (await import("./poolExtism.ts")).measureExtism,
  "isolated-vm": async () => (await import("./poolIsolatedVm.ts")).measureIsolatedVm,
  "million-inline": async () => (await import("./poolMillion.ts")).measureMillionInline,
  "million-threads": async () => (await import("./poolMillion.ts")).measureMillionOnThreads
}

const measureInProcess = async (
  name: RowName,
  { rounds, firings }: RowOptions
): Promise<ReadonlyArray<Line>> => {
  const args = ["--raw", "--row", name, "--rounds", String(rounds), "--firings", String(firings)]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--expose-gc",
      fileURLToPath(import.meta.url),
      ...args
    ])
    // Written by this very file.
    return JSON.parse(stdout) as ReadonlyArray<Line>
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.trim().split("\n").at(-1) : String(cause)
    return [unmeasured(name, "to be measured", `not measured: ${why}`)]
  }
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

try {
  const { rows, raw, ...options } = readPoolOptions(process.argv.slice(2))
  const [first] = rows
  if (raw && first !== undefined) say(JSON.stringify(await (await ROWS[first]())(options)))
  else {
    const { node, v8 } = process.versions
    const load = loadavg().map((one) => one.toFixed(1))
    say(`Node ${node}, V8 ${v8}, ${cpus()[0]?.model ?? "unknown processor"}`)
    say(`load ${load.join(" ")} on ${availableParallelism()} processors; ${options.rounds} rounds, medians`)
    say("µs are for one firing, processor time is that of all threads of the process\n")
    for (const name of rows) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${name}`)
      const lines = await measureInProcess(name, options)
      if (process.stderr.isTTY) process.stderr.write("\r\x1b[K")
      say(poolTable(lines))
    }
    say(`\nload at the end ${loadavg()[0]?.toFixed(1)}`)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
