import { type ChildProcess, execFileSync, fork } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Lap } from "./poolLaps.ts"

/**
 * Other sandboxes, as npm has them: installed when they are first asked for, into a folder of the system's temporary
 * directory that the next run finds again, and run in processes of their own, which are told how often to do what.
 */
export interface Peer {
  readonly name: string
  readonly version: string
  /** A module beside this one. */
  readonly script: string
  readonly execArgv: ReadonlyArray<string>
}

/** What a peer's script is told, and what it answers: a `Lap`. */
export interface PeerOrder {
  readonly way: string
  readonly count: number
}

export interface RunningPeer {
  readonly run: (way: string, count: number) => Promise<Lap>
  readonly close: () => void
}

/** *Returns* the reason where it cannot be had. */
export const startPeer = async (peer: Peer, wasm: Uint8Array): Promise<RunningPeer | string> => {
  const folder = install(peer)
  if (typeof folder !== "string") return folder.reason
  const args = [join(folder, "package.json"), Buffer.from(wasm).toString("base64")]
  const child = fork(join(import.meta.dirname, peer.script), args, { execArgv: [...peer.execArgv] })
  const first = await answerOf(child)
  if (first !== "ready") return `it did not start: ${JSON.stringify(first)}`
  return {
    run: async (way, count) => {
      const order: PeerOrder = { way, count }
      child.send(order)
      const told = await answerOf(child)
      if (!isLap(told)) throw new Error(`${peer.name}, ${way}: ${JSON.stringify(told)}`)
      return told
    },
    close: () => void child.kill()
  }
}

/** What a peer's script has to do: say that it is ready, and answer each order. */
export const servePeer = (
  start: (load: (name: string) => unknown, wasm: Uint8Array) => Promise<PeerWays> | PeerWays
): void => {
  const [, , manifest = "", wasm = ""] = process.argv
  const answer = (told: unknown) => void process.send?.(told)
  const ways = Promise.resolve(start(createRequire(manifest), new Uint8Array(Buffer.from(wasm, "base64"))))
  ways.then(
    () => answer("ready"),
    (cause: unknown) => answer(String(cause))
  )
  process.on("message", ({ way, count }: PeerOrder) => {
    ways.then((all) => lapOf(all[way], count)).then(answer, (cause: unknown) => answer(String(cause)))
  })
}

export type PeerWay = (count: number) => Promise<void> | void

export interface PeerWays {
  readonly [way: string]: PeerWay
}

const lapOf = async (run: PeerWay | undefined, count: number): Promise<Lap | string> => {
  if (run === undefined) return "no such way"
  const before = process.cpuUsage()
  const began = performance.now()
  await run(count)
  const micros = ((performance.now() - began) * 1e3) / count
  const { user, system } = process.cpuUsage(before)
  return { micros, cpuMicros: (user + system) / count }
}

const isLap = (told: unknown): told is Lap => typeof told === "object" && told !== null && "micros" in told

const answerOf = async (child: ChildProcess): Promise<unknown> => {
  const aborter = new AbortController()
  const ended = once(child, "exit", aborter).then(([code, signal]) => `its process ended: ${code ?? signal}`)
  const told = once(child, "message", aborter).then(([message]): unknown => message)
  try {
    return await Promise.race([told, ended])
  } finally {
    for (const one of [ended, told]) one.catch(() => undefined)
    aborter.abort()
  }
}

/** What is installed is fixed but for the packages that it asks for itself. Its scripts are not run. */
const install = ({ name, version }: Peer): string | { readonly reason: string } => {
  const folder = join(tmpdir(), `munition-bench-${name.replaceAll("/", "+")}-${version}`)
  if (existsSync(join(folder, "node_modules", name, "package.json"))) return folder
  try {
    mkdirSync(folder, { recursive: true })
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--prefix", folder]
    execFileSync("npm", ["install", ...options, `${name}@${version}`], {
      encoding: "utf8",
      timeout: INSTALL_MS_MAX,
      stdio: ["ignore", "ignore", "pipe"]
    })
    return folder
  } catch (cause) {
    const lines = (cause instanceof Error ? cause.message : String(cause)).trim().split("\n")
    return { reason: `not installed: ${lines.find((line) => line.includes("code")) ?? lines[0]}` }
  }
}

const INSTALL_MS_MAX = 120_000
