import { spawn } from "node:child_process"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** What one run of one job has to say. */
export interface JobReport {
  readonly job: string
  /** SHA-256 of the whole answer, as hex. */
  readonly answerHash: string
  readonly answerBytes: number
  /** The first 200 bytes, each as one character. */
  readonly excerpt: string
  /** From loading the package to the answer, metering and compilation included. */
  readonly totalMs: number
  /** Absent where the run was plain. */
  readonly metered: MeteredReport | undefined
}

export interface MeteredReport {
  /** Units charged by all instances together. */
  readonly fuel: number
  readonly instances: number
  /** Bytes of all modules as they were handed in, and with the meter. */
  readonly moduleBytes: number
  readonly meteredBytes: number
  /** Of `totalMs`, what reading and rewriting the modules took. */
  readonly meterMs: number
}

export type Flag = "--plain" | "--real"

/**
 * Does a job in a process of its own, bounded to two minutes.
 *
 * *Fails* with what it wrote to standard error if it ends without a report.
 */
export const reportJob = (
  directory: string,
  job: string,
  ...flags: ReadonlyArray<Flag>
): Promise<JobReport> =>
  new Promise((resolve, reject) => {
    // The name under which it is started is input to a job in Go, and its path no part of the job.
    const child = spawn(process.execPath, [RUN, directory, job, ...flags], {
      argv0: "node",
      timeout: TIMEOUT_MS,
      stdio: ["ignore", "pipe", "pipe"]
    })
    const written = { stdout: "", stderr: "" }
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      written.stdout += text
      const [report] = REPORT_LINE.exec(written.stdout) ?? []
      if (report === undefined) return
      resolve(JSON.parse(report))
      // What V8 still compiles in the background would hold up its exit: 5 s of work for lightningcss.
      child.kill("SIGKILL")
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text))
    child.on("error", reject)
    child.on("close", (status, signal) =>
      reject(new Error(`${job} ${flags.join(" ")} ended with ${status ?? signal}: ${written.stderr}`))
    )
  })

/** Packages may write lines too. */
const REPORT_LINE = /^\{"job":.*\}$(?=\n)/m
const TIMEOUT_MS = 120_000
const RUN = join(dirname(fileURLToPath(import.meta.url)), "run.ts")
