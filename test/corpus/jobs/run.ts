import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Load } from "./Job.ts"
import type { JobReport } from "./JobReport.ts"
import { JOBS } from "./jobs.ts"
import { swapWebAssembly } from "./swapWebAssembly.ts"
import { virtualSources } from "./virtualSources.ts"

/**
 * `node run.ts DIR JOB [--plain] [--real]`: does one job in this process and prints one object, a `JobReport`.
 *
 * Metered, unless `--plain`; with virtual time, chance and place, unless `--real`, which is there to show that the
 * comparison would see a difference. A process does one job: the meter stays under it for good.
 */
const [directory, name] = process.argv.slice(2)
const job = JOBS.find((one) => one.name === name)
if (directory === undefined || job === undefined) {
  process.stderr.write(`usage: node run.ts DIR ${JOBS.map((one) => one.name).join("|")} [--plain] [--real]\n`)
  process.exit(2)
}
const path = (file: string) => join(resolve(directory), "node_modules", file)
const load: Load = {
  module: (file) => import(pathToFileURL(path(file)).href),
  bytes: (file) => new Uint8Array(readFileSync(path(file))),
  path
}

const now = performance.now.bind(performance)
const metered = process.argv.includes("--plain") ? undefined : swapWebAssembly()
if (!process.argv.includes("--real")) virtualSources()

const started = now()
const answer = await job.run(load)
const totalMs = now() - started

const text = Buffer.from(answer).toString("latin1")
if (!text.includes(job.sign)) throw new Error(`no ${job.sign} in the answer: ${text.slice(0, 200)}`)

const report: JobReport = {
  job: job.name,
  answerHash: createHash("sha256").update(answer).digest("hex"),
  answerBytes: Buffer.byteLength(answer),
  excerpt: text.slice(0, 200),
  totalMs,
  metered: metered && {
    fuel: metered.fuel(),
    instances: metered.instances,
    moduleBytes: metered.moduleBytes,
    meteredBytes: metered.meteredBytes,
    meterMs: metered.meterMs
  }
}
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))
