import { resolve } from "node:path"
import { type Flag, type JobReport, reportJob } from "./JobReport.ts"
import { JOBS } from "./jobs.ts"
import { DEFAULT_DIRECTORY, missingPackages } from "./packages.ts"

/**
 * `node test/corpus/jobs/table.ts [DIR] [JOB…]`: does every job three times plain and three times metered and prints a
 * line each, the best time of three for both.
 *
 * The times are of a whole job from loading the package, which for most is little work on a large module: the
 * ratio is a bound on what a user of one short run feels, not what the meter costs a loop.
 */
const [given, ...names] = process.argv.slice(2)
const directory = resolve(given ?? DEFAULT_DIRECTORY)
const missing = missingPackages(directory)
if (missing.length > 0) {
  process.stderr.write(`not in ${directory}: ${missing.join(", ")}; node test/corpus/jobs/install.ts DIR\n`)
  process.exit(2)
}

print(["job", "answer", "fuel", "3 runs", "plain ms", "metered ms", "of that metering", "ratio", "MB"])
for (const { name } of JOBS.filter((job) => names.length === 0 || names.includes(job.name))) {
  try {
    print(await row(name))
  } catch (cause) {
    process.exitCode = 1
    print([name, `FAILED: ${String(cause).slice(0, 2000)}`])
  }
}

async function row(name: string): Promise<ReadonlyArray<string>> {
  const plain = await thrice(name, "--plain")
  const reports = await thrice(name)
  const fuels = new Set(reports.map((report) => report.metered?.fuel))
  const answers = new Set([...plain, ...reports].map((report) => report.answerHash))
  if (fuels.size > 1 || answers.size > 1) process.exitCode = 1
  const plainMs = Math.min(...plain.map((report) => report.totalMs))
  const best = reports.reduce((least, report) => (report.totalMs < least.totalMs ? report : least))
  return [
    name,
    answers.size === 1 ? "equal" : "DIFFERS",
    [...fuels].join(" "),
    fuels.size === 1 ? "equal" : "DIFFER",
    plainMs.toFixed(0),
    best.totalMs.toFixed(0),
    (best.metered?.meterMs ?? 0).toFixed(0),
    (best.totalMs / plainMs).toFixed(2),
    ((best.metered?.moduleBytes ?? 0) / 1e6).toFixed(1)
  ]
}

async function thrice(name: string, ...flags: ReadonlyArray<Flag>): Promise<ReadonlyArray<JobReport>> {
  const reports: Array<JobReport> = []
  while (reports.length < 3) reports.push(await reportJob(directory, name, ...flags))
  return reports
}

function print(cells: ReadonlyArray<string>): void {
  const widths = [14, 8, 13, 7, 9, 11, 17, 6, 6]
  process.stdout.write(`${cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join(" ")}\n`)
}
