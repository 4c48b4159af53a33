import { writeFileSync } from "node:fs"
import { availableParallelism, cpus, loadavg } from "node:os"
import { RUN_POLICY_MAX } from "../../src/runtime/RunPolicy.ts"
import { firingRates } from "./firingRates.ts"
import { measure, type Rounds, type SubjectResult } from "./measure.ts"
import { type BenchOptions, chosen, readOptions } from "./readOptions.ts"
import { peerTable, ratesTable, rulesTable, subjectsTable } from "./report.ts"
import { builtIn } from "./Subject.ts"
import { readSuite } from "./suite.ts"
import { meansOf, worthOfRules } from "./summary.ts"
import { makeVariants } from "./variants.ts"
import { measurePeer, type PeerResult } from "./wasmtime.ts"

/**
 * `npm run bench`: what metering costs, what each of its rules is worth, and what a firing costs.
 *
 * All variants of a subject run in one process, in turn; what is printed are minima and their ratios, because a
 * shared machine only ever adds time. Medians, and means of processor time, are beside them for when it is busy.
 * `--json` keeps everything. A subject that gives a wrong answer, or other fuel in one variant than in another, is
 * said at the end, and the status is then 1.
 */
const main = async (options: BenchOptions): Promise<void> => {
  const subjects = chosen(
    options.suite === undefined ? builtIn() : await readSuite(options.suite),
    options.names
  )
  const limits = options.suite === undefined ? {} : { memoryPagesMax: RUN_POLICY_MAX.memoryPagesMax }
  const variants = makeVariants(limits).filter(({ without }) => options.rules || without === undefined)
  // A first run takes longer and differs less from one to the next.
  const rounds: Rounds = { steady: options.rounds, first: Math.ceil(options.rounds / 4) }
  const { node, v8 } = process.versions
  const cpu = cpus()[0]?.model ?? "unknown processor"
  const [load = 0] = loadavg()
  say(`Node ${node}, V8 ${v8}, ${cpu}; ${rounds.steady} steady rounds, ${rounds.first} first`)
  const others = load > 1 ? ": others are at work" : ""
  say(`load ${load.toFixed(1)} on ${availableParallelism()} processors${others}\n`)
  const results: Array<SubjectResult> = []
  const peers: Array<PeerResult> = []
  const failures: Array<string> = []
  for (const [i, subject] of subjects.entries()) {
    progress(`${i + 1}/${subjects.length} ${subject.name}`)
    try {
      const result = measure(subject, variants, rounds)
      results.push(result)
      const peer = options.wasmtime && measurePeer(options.wasmtime, result, rounds.steady)
      if (peer) peers.push(peer)
    } catch (error) {
      // One that fails is no reason to throw away what the others took.
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
  progress("")
  const rates = options.suite === undefined ? await firingRates() : []
  if (options.json !== undefined) {
    const means = {
      minima: meansOf(results),
      medians: meansOf(results, "medianMs"),
      processor: meansOf(results, "cpuMs")
    }
    const rules = worthOfRules(results)
    const everything = { node, v8, cpu, load, rounds, means, results, rules, peers, rates }
    writeFileSync(options.json, `${JSON.stringify(everything, undefined, 1)}\n`)
  }
  say(`${subjectsTable(results)}\n`)
  if (options.rules) say(`${rulesTable(results)}\n`)
  if (peers.length > 0) say(`${peerTable(peers)}\n`)
  if (rates.length > 0) say(ratesTable(rates))
  if (failures.length > 0) throw new Error(`\nnot measured:\n${failures.join("\n")}`)
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

/** On a terminal, on one line, beside the output. */
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

try {
  await main(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
