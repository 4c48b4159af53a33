import { mkdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { Worker } from "node:worker_threads"
import type { Failure, FuzzWork } from "./fuzzWorker.ts"
import { corpusOf, jobOf } from "./jobs.ts"

/**
 * `node test/fuzz/fuzz.ts [--minutes N] [--seed S] [--corpus DIR]… [--out DIR]`: holds the laws of the meter
 * against random modules and mutants of real ones, for as long as it is told.
 *
 * Prints a line a minute. What fails is made smaller and written, module and message, to files named after its
 * seed; beginning with that seed finds it again. A job that does not come back within {@link HANG_MS} counts as
 * failed, and the next goes on in a new worker. Fails if anything did.
 */
const HANG_MS = 60_000
const FAILURES_MAX = 50

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string" },
    corpus: { type: "string", multiple: true, default: [] },
    out: { type: "string", default: join(tmpdir(), "munition-fuzz") }
  }
})
const minutes = Number(values.minutes)
const firstSeed = values.seed === undefined ? Date.now() % 0x3fffffff : Number(values.seed)
if (!(minutes > 0) || !Number.isSafeInteger(firstSeed)) {
  process.stderr.write(
    "usage: node test/fuzz/fuzz.ts [--minutes N] [--seed INTEGER] [--corpus DIR]... [--out DIR]\n"
  )
  process.exit(2)
}
const directories = ["test-wasm", ...values.corpus]
const out = resolve(values.out)
const endsAt = performance.now() + minutes * 60_000
let failures = 0
let doneBefore = 0

print(`seed ${firstSeed}, ${minutes} minutes, ${corpusOf(directories).length} modules to mutate`)
let running = start(firstSeed)
let seen = { mark: "", at: performance.now() }
let lineAt = performance.now() + 60_000

const watching = setInterval(() => {
  const now = performance.now()
  const mark = running.at.join()
  if (mark !== seen.mark) seen = { mark, at: now }
  else if (now - seen.at > HANG_MS) hang()
  if (now >= lineAt) {
    lineAt += 60_000
    print(`${doneBefore + (running.at[1] ?? 0)} jobs, at seed ${running.at[0]}, ${failures} failed`)
  }
  if (now >= endsAt || failures >= FAILURES_MAX) finish()
}, 500)

function start(seed: number): { readonly worker: Worker; readonly at: Int32Array } {
  const at = new Int32Array(new SharedArrayBuffer(12))
  const work: FuzzWork = { seed, corpus: directories, at }
  const worker = new Worker(new URL("./fuzzWorker.ts", import.meta.url), { workerData: work })
  worker.on("message", report)
  worker.on("error", (cause) => {
    report({ seed: at[0] ?? seed, kind: "worker", message: String(cause), bytes: new Uint8Array(0) })
    restart()
  })
  return { worker, at }
}

function hang(): void {
  const seed = running.at[0] ?? firstSeed
  const job = jobOf(seed, corpusOf(directories))
  report({ seed, kind: job.kind, message: `no answer for ${HANG_MS} ms`, bytes: job.bytesOf(job.numbers) })
  // Not waited for: a loop of bulk operations does not end.
  running.worker.terminate()
  restart()
}

function restart(): void {
  doneBefore += running.at[1] ?? 0
  running = start((running.at[0] ?? firstSeed) + 1)
  seen = { mark: "", at: performance.now() }
}

function report({ seed, kind, message, bytes }: Failure): void {
  failures++
  mkdirSync(out, { recursive: true })
  const file = join(out, `${kind}-${seed}`)
  writeFileSync(`${file}.wasm`, bytes)
  writeFileSync(`${file}.txt`, `--seed ${seed}\n${message}\n`)
  print(`seed ${seed}, ${kind}, ${bytes.length} bytes, ${file}.wasm\n${message}`)
}

function finish(): void {
  clearInterval(watching)
  print(`${doneBefore + (running.at[1] ?? 0)} jobs from seed ${firstSeed}, ${failures} failed`)
  const exit = () => process.exit(failures > 0 ? 1 : 0)
  // Not waited for long: a loop of bulk operations does not end.
  setTimeout(exit, 2000)
  running.worker.terminate().then(exit, exit)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
