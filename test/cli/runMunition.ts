import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { root } from "../tidy/sources.ts"

/** What a shell would see of one run of the command. */
export interface Ran {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export const sampler = "test-wasm/rust/sampler.wasm"

/** The launcher, from the sources: what a build would run, without one. */
export const launcher = join(root, "src/cli/munition.ts")

/** A directory of this test file's own; also the home of what it runs, whose cache stays out of the real one. */
export const scratch = mkdtempSync(join(tmpdir(), "munition-cli-"))

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

export const inScratch = (name: string): string => join(scratch, name)

/** Runs the command in a process of its own, from the top of the house; `during` may act on it meanwhile. */
export const munition = (args: ReadonlyArray<string>, { env = {}, during }: RunOptions = {}): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...args], {
      cwd: root,
      env: { PATH: process.env["PATH"], HOME: scratch, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 30_000
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
      during?.stderr?.(stderr, (signal) => child.kill(signal))
    })
    child.on("error", reject)
    child.on("close", (status, signal) => resolve({ status, signal, stdout, stderr }))
  })

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly during?: {
    /** Told of all of standard error so far, whenever there is more. */
    readonly stderr?: (soFar: string, kill: (signal: NodeJS.Signals) => void) => void
  }
}

/** The one object on standard output; anything more or less is an error. */
export const jsonOf = (ran: Ran): unknown => JSON.parse(ran.stdout)
