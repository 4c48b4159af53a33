import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../tidy/sources.ts"

const SAMPLER = join(root, "test-wasm/rust/sampler.wasm")

/** How the example answered, or why there was no answer. */
export interface Answered {
  readonly status: number | "no answer"
  readonly body: unknown
}

/** The daemon of the example in a process of its own, with a folder of its own and two residents. */
export class DaemonProcess {
  readonly folder = mkdtempSync(join(tmpdir(), "munition-daemon-"))
  readonly log = join(this.folder, "audit.log")
  readonly exited: Promise<{ readonly status: number | null; readonly signal: NodeJS.Signals | null }>
  readonly #child: ChildProcess
  readonly #url: Promise<string>
  output = ""

  constructor() {
    const residents = join(this.folder, "residents")
    mkdirSync(residents)
    for (const name of ["counter", "ledger"]) copyFileSync(SAMPLER, join(residents, `${name}.wasm`))
    const env = { PORT: "0", RESIDENTS: residents, DUMPS: join(this.folder, "dumps"), AUDIT_LOG: this.log }
    this.#child = spawn(process.execPath, [...process.execArgv, join(root, "test/examples/daemon/main.ts")], {
      env: { ...process.env, NO_COLOR: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // The bound on everything: one that does not end in order ends with a signal, which no test expects.
      timeout: 60_000,
      killSignal: "SIGKILL"
    })
    this.exited = new Promise((resolve) =>
      this.#child.on("close", (status, signal) => resolve({ status, signal }))
    )
    this.#url = new Promise((resolve, reject) => {
      const read = (text: string) => {
        this.output += text
        const port = /Listening on \S*?:(\d+)/.exec(this.output)?.[1]
        if (port !== undefined) resolve(`http://localhost:${port}`)
      }
      this.#child.stdout?.setEncoding("utf8").on("data", read)
      this.#child.stderr?.setEncoding("utf8").on("data", read)
      this.#child.on("close", () => reject(new Error(`the daemon ended: ${this.output}`)))
    })
    // Whoever asks for it hears of it.
    this.#url.catch(() => {})
  }

  readonly fire = (path: string, body: Uint8Array<ArrayBuffer> = sampler, signal?: AbortSignal) =>
    this.#ask(`/fire/${path}`, { method: "POST", body, ...(signal === undefined ? {} : { signal }) })

  readonly call = (path: string) => this.#ask(`/residents/${path}`, { method: "POST" })

  /** The value of one series, as Prometheus would read it. */
  async metric(series: string): Promise<number | undefined> {
    const { body } = await this.#ask("/metrics", {})
    const line = String(body)
      .split("\n")
      .find((one) => one.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length))
  }

  /** Waits for what a metric says; the test's own bound ends it. */
  async until(series: ReadonlyArray<string>, value: number): Promise<void> {
    for (;;) {
      const values = await Promise.all(series.map((one) => this.metric(one)))
      if (values.reduce<number>((sum, one) => sum + (one ?? 0), 0) === value) return
    }
  }

  /** Waits until it takes no more requests. */
  async untilClosed(): Promise<void> {
    while ((await this.#ask("/metrics", {})).status !== "no answer");
  }

  readonly signal = (name: NodeJS.Signals) => this.#child.kill(name)

  get dumps(): ReadonlyArray<Uint8Array> {
    const folder = join(this.folder, "dumps")
    return readdirSync(folder).map((name) => readFileSync(join(folder, name)))
  }

  async remove(): Promise<void> {
    this.signal("SIGKILL")
    await this.exited
    rmSync(this.folder, { recursive: true })
  }

  async #ask(path: string, request: RequestInit): Promise<Answered> {
    const url = await this.#url
    try {
      const response = await fetch(url + path, request)
      const text = await response.text()
      const isJson = response.headers.get("content-type")?.includes("json") === true
      return { status: response.status, body: isJson ? JSON.parse(text) : text }
    } catch (error) {
      return { status: "no answer", body: String(error) }
    }
  }
}

export const sampler = new Uint8Array(readFileSync(SAMPLER))
