import { setFlagsFromString } from "node:v8"
import { fillMemory } from "./Probe.ts"

/**
 * Nanoseconds that one of a probe takes on this machine's V8, in its optimising compiler.
 *
 * The same code with few and with many copies runs in turn with all the others; the difference of the shortest
 * times is what the copies more take, so the loop around them and the call fall out. A shared machine only adds
 * time, hence minima.
 */
export interface Timable {
  readonly name: string
  /** How many of the thing are in one copy. */
  readonly count: number
  /** How many copies the longer loop has more than the shorter one. */
  readonly copies: number
  /** A module whose `run(rounds)` executes so many copies so many times; it may import `m.host`. */
  readonly bytes: (chains: "dependent" | "independent", copies: number) => Uint8Array<ArrayBuffer>
}

export interface Timed {
  readonly name: string
  /** Each waiting for the one before. */
  readonly dependentNs: number
  /** Four chains side by side. */
  readonly independentNs: number
}

const ROUNDS = 21
const RUN_MS = 0.4

// What a long-running guest is compiled by; and nothing is inlined that was not seen to be hot.
for (const flag of ["--no-liftoff", "--no-wasm-inlining", "--no-wasm-inlining-call-indirect"])
  setFlagsFromString(flag)

interface Runner {
  readonly copies: number
  readonly run: () => void
  readonly rounds: number
  least: number
}

const makeRunner = (bytes: Uint8Array<ArrayBuffer>, copies: number): Runner => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    m: { host: (value: number) => value }
  })
  // The casts: the module around a probe exports these.
  if (exports["memory"] !== undefined) fillMemory(exports["memory"] as WebAssembly.Memory)
  const call = exports["run"] as (rounds: number) => void
  call(1)
  let rounds = 1
  while (time(() => call(rounds)) < RUN_MS && rounds < 2 ** 24) rounds *= 2
  return { copies, run: () => call(rounds), rounds, least: Number.POSITIVE_INFINITY }
}

const time = (run: () => void): number => {
  const began = performance.now()
  run()
  return performance.now() - began
}

export const measureAll = (all: ReadonlyArray<Timable>): ReadonlyArray<Timed> => {
  const pairs = all.flatMap(({ bytes, copies }) =>
    (["dependent", "independent"] as const).map((chains) =>
      [copies / 4, copies + copies / 4].map((count) => makeRunner(bytes(chains, count), count))
    )
  )
  for (let round = 0; round < ROUNDS; round++)
    for (const pair of pairs)
      for (const runner of pair) runner.least = Math.min(runner.least, time(runner.run) / runner.rounds)
  // Less than nothing is what the machine's own unrest makes of nothing.
  const nsOf = (at: number, count: number): number => {
    const [few, many] = pairs[at] ?? []
    if (few === undefined || many === undefined) return Number.NaN
    return Math.max(0, ((many.least - few.least) * 1e6) / (many.copies - few.copies) / count)
  }
  return all.map(({ name, count }, i) => ({
    name,
    dependentNs: nsOf(2 * i, count),
    independentNs: nsOf(2 * i + 1, count)
  }))
}
