import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { describe, expect, it, vi } from "vitest"
import type { AuditLogState } from "../../src/audit/AuditLog.ts"
import type { AuditLogEvent } from "../../src/audit/AuditLogEvent.ts"
import type { AuditLogOptions } from "../../src/audit/AuditLogOptions.ts"
import { makeScratch, read, verify } from "./logs.ts"

/**
 * What happens to a real process that writes a log: it is killed in the middle of writing, and it meets the end of
 * the room that it may fill.
 */
const inScratch = makeScratch()

interface Reported extends AuditLogState {
  readonly ended?: true
  readonly recorded: number
}

interface Writer {
  readonly child: ChildProcess
  /** Waits until the writer reports what is asked for. */
  readonly until: (is: (reported: Reported) => boolean) => Promise<Reported>
}

const writer = (file: string, options: Omit<AuditLogOptions, "file">, kilobytesMax?: number): Writer => {
  const script = [join(import.meta.dirname, "writer.ts"), file, JSON.stringify(options)]
  const child =
    kilobytesMax === undefined
      ? spawn(process.execPath, script, { stdio: ["ignore", "pipe", "inherit"] })
      : spawn("bash", ["-c", `ulimit -S -f ${kilobytesMax}; exec "$0" "$@"`, process.execPath, ...script], {
          stdio: ["ignore", "pipe", "inherit"]
        })
  const lines = createInterface({ input: child.stdout })
  const until: Writer["until"] = (is) =>
    new Promise((resolve, reject) => {
      const listen = (line: string) => {
        const reported: Reported = JSON.parse(line)
        if (!is(reported)) return
        lines.off("line", listen)
        resolve(reported)
      }
      lines.on("line", listen)
      child.once("exit", (status, signal) => reject(new Error(`the writer ended: ${status} ${signal}`)))
    })
  return { child, until }
}

const end = async ({ child }: Writer, signal: NodeJS.Signals): Promise<void> => {
  const ended = once(child, "exit")
  child.kill(signal)
  await ended
}

const filesOf = (file: string): ReadonlyArray<string> =>
  readdirSync(dirname(file))
    .filter((name) => name.startsWith(basename(file)))
    .map((name) => join(dirname(file), name))

/** The numbers of the events that are there, and of those that a gap tells of, process by process. */
const recordedIn = (events: ReadonlyArray<AuditLogEvent>) => {
  const processes: Array<{ readonly kept: Array<number>; lost: number }> = []
  for (const event of events) {
    if (event._tag === "Opened") processes.push({ kept: [], lost: 0 })
    const own = processes.at(-1)
    if (own === undefined) continue
    // What a gap stands for is exactly what is missing at its place.
    if (event._tag === "Step") expect(Number(event.why)).toBe(own.kept.length + own.lost)
    if (event._tag === "Step") own.kept.push(Number(event.why))
    if (event._tag === "Gap") own.lost += event.last - event.first + 1
  }
  return processes
}

/** Processes are started here one after the other, on a machine that may have much else to do. */
vi.setConfig({ testTimeout: 90_000 })

describe("a process that is killed while it writes a log", () => {
  it("leaves one that holds up to a point, and that the next process goes on with", async () => {
    const file = inScratch("killed")
    for (let run = 1; run <= 2; run++) {
      const one = writer(file, { flushMs: 0, bytesMax: 65_536, filesMax: 500 })
      const { head } = await one.until(({ head }) => head.sequence > 500 * run)
      await end(one, "SIGKILL")
      const left = await verify(filesOf(file), head)
      // Cut off in the middle of a line, or not; never anything else.
      expect(["holds", "truncated"]).toContain(left.how)
    }
    const last = writer(file, { bytesMax: 65_536, filesMax: 500 })
    await last.until(({ recorded }) => recorded > 100)
    await end(last, "SIGTERM")
    expect(await verify(filesOf(file))).toMatchObject({
      how: "holds",
      first: 1,
      opened: 3,
      unclosed: 2,
      end: "closed"
    })
    expect(
      recordedIn(await read(...filesOf(file))).every(({ kept, lost }) => kept.length > 0 && lost === 0)
    ).toBe(true)
    expect(readdirSync(dirname(file)).filter((name) => name.includes("lock"))).toEqual([])
  })
})

describe("a process that may not write more than so much", () => {
  it("goes on, counts what it loses, and says so in the log when it may write again", async (ctx) => {
    if (spawnSync("prlimit", ["--version"]).error !== undefined)
      ctx.skip("no prlimit to give room again with")
    const file = inScratch("full")
    const one = writer(file, { retryMs: 5, bufferBytesMax: 65_536 }, 64)
    const full = await one.until(({ failing, lost }) => failing !== undefined && lost > 500)
    expect(full.failing).toContain("EFBIG")
    execFileSync("prlimit", ["--pid", String(one.child.pid), "--fsize=unlimited"])
    await one.until(({ failing, head }) => failing === undefined && head.sequence > full.recorded)
    await end(one, "SIGTERM")

    const holds = await verify([file])
    // A machine that is busy may lose some more before the writer has had its turn.
    expect(holds).toMatchObject({
      how: "holds",
      end: "closed",
      gaps: expect.arrayContaining([expect.objectContaining({ why: expect.stringContaining("EFBIG") })])
    })
    const [own] = recordedIn(await read(file))
    expect("lost" in holds && holds.lost).toBe(own?.lost)
    expect(own?.lost).toBeGreaterThan(500)
  })

  it("leaves a log without its end when it never may again, which the next process goes on with", async () => {
    const file = inScratch("never")
    const one = writer(file, { retryMs: 5, bufferBytesMax: 65_536, endMs: 1_000 }, 64)
    await one.until(({ failing }) => failing !== undefined)
    await end(one, "SIGTERM")
    const left = await verify([file])
    expect(["holds", "truncated"]).toContain(left.how)
    const next = writer(file, {})
    await next.until(({ recorded }) => recorded > 100)
    await end(next, "SIGTERM")
    expect(await verify([file])).toMatchObject({ how: "holds", opened: 2, unclosed: 1, end: "closed" })
  })
})

describe("a process whose disk does not answer", () => {
  it("is not held up for ever when it ends", async (ctx) => {
    // A terminal that nobody reads takes 4 kB; then a write to it does not come back.
    if (!existsSync("/dev/ptmx")) ctx.skip("no terminal to be had")
    const one = writer("/dev/ptmx", { endMs: 100 })
    await one.until(({ recorded }) => recorded > 1_000)
    const ended = one.until((reported) => reported.ended === true)
    one.child.kill("SIGTERM")
    await ended
    await end(one, "SIGKILL")
  })
})
