import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { openSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"

const DAEMON = fileURLToPath(new URL("daemon.ts", import.meta.url))
const SECRET = "correct horse battery staple"

/** Of a process, as Linux shows it; nothing where it is no more. */
const textOf = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1")
  } catch {
    return ""
  }
}
const statOf = (pid: number): ReadonlyArray<string> =>
  textOf(pid, "stat")
    .replace(/^.*\) /s, "")
    .split(" ")
/** One that nobody has waited for yet has ended all the same. */
const runs = (pid: number): boolean => !["", "Z", "X"].includes(statOf(pid)[0] ?? "")
const childrenOf = (parent: number): ReadonlyArray<number> =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && runs(pid) && statOf(pid)[1] === String(parent))
const descriptorsOf = (pid: number): ReadonlyArray<string> =>
  readdirSync(`/proc/${pid}/fd`).map((fd) => `${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`)

// Linux alone shows processes as files.
describe.runIf(process.platform === "linux")("the children of a daemon", () => {
  let daemon: ChildProcess
  let children: ReadonlyArray<number> = []

  beforeAll(async () => {
    // One descriptor far above those that Node looks for when it starts.
    const inherited = openSync(DAEMON, "r")
    daemon = spawn(process.execPath, ["--no-warnings", DAEMON], {
      env: { SECRET, NODE_OPTIONS: "--trace-uncaught" },
      stdio: ["ignore", "pipe", "inherit", ...new Array<"ignore">(37).fill("ignore"), inherited]
    })
    if (daemon.stdout !== null) await once(daemon.stdout, "data")
    children = childrenOf(daemon.pid ?? 0)
  })
  afterAll(() => {
    daemon.kill("SIGKILL")
    for (const pid of children) if (runs(pid)) process.kill(pid, "SIGKILL")
  })

  it("are as many as have something to do, or had", () => {
    expect(children.length).toBe(3)
  })

  it("know nothing of its environment, its arguments and its directory", () => {
    for (const pid of children) {
      expect(textOf(pid, "environ")).toBe("")
      expect(textOf(pid, "cmdline")).not.toMatch(/daemon|no-warnings/)
      expect(readlinkSync(`/proc/${pid}/cwd`)).toBe("/")
    }
  })

  it("have their own two sockets, and no descriptor that it or another one of them has", () => {
    const all = children.flatMap(descriptorsOf)
    expect(descriptorsOf(daemon.pid ?? 0)).toContainEqual(`40 ${DAEMON}`)
    expect(all.filter((descriptor) => descriptor.includes(DAEMON))).toEqual([])
    const sockets = all.filter((descriptor) => descriptor.includes("socket:"))
    expect(sockets.length).toBe(2 * children.length)
    expect(new Set(sockets.map((descriptor) => descriptor.slice(2))).size).toBe(sockets.length)
    for (const pid of children)
      expect(descriptorsOf(pid).filter((descriptor) => /^[0-2] /.test(descriptor))).toEqual([
        "0 /dev/null",
        "1 /dev/null",
        "2 /dev/null"
      ])
  })

  it("end by themselves when it is killed, whatever their guests are doing", async () => {
    daemon.kill("SIGKILL")
    await vi.waitFor(() => expect(children.filter(runs)).toEqual([]), { timeout: 20_000, interval: 50 })
  })
})
