import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import type { ValueType } from "../../src/wasm/ValueType.ts"
import { attempt, MeteredInstance, type MeteredOptions, type Run } from "../fuel/meter/runMetered.ts"
import { decoded } from "../wasm/modules.ts"
import { GuestHost } from "./GuestHost.ts"
import { STEPS } from "./generateModule.ts"

/**
 * A module played through: its start function, `f`, and then some of its other exports on the same instance;
 * and all that could be seen of it, as text that can be compared.
 */
export interface Round {
  readonly name: string
  /** The values, or the text of the trap. A NaN is a NaN, whatever its bits. */
  readonly outcome: string
  readonly returned: boolean
  /** What it was charged; for a run without any meter 0. */
  readonly units: number
  /** What the host's account says stopped it. */
  readonly stop: string | undefined
  readonly run: Run
}

export interface Play {
  readonly rounds: ReadonlyArray<Round>
  /** What it left behind. */
  readonly state: ReadonlyArray<string>
  readonly host: ReadonlyArray<string>
}

export interface Call {
  readonly name: string
  readonly args: ReadonlyArray<number | bigint>
}

/** Calls beside `f`. */
const OTHERS_MAX = 3

/** The calls to play: `f` first, then other exports that JavaScript can give what they take. */
export const callsOf = (bytes: Uint8Array): ReadonlyArray<Call> => {
  const module = decoded(bytes)
  const spaces = new IndexSpaces(module)
  const isPlain = (type: ValueType) => typeof type === "string" && type !== "v128"
  return (sectionOf(module, "export")?.exports ?? [])
    .filter(({ kind }) => kind === "func")
    .flatMap(({ name, index }) => {
      const { params, results } = spaces.typeOfFunc(index)
      if (![...params, ...results].every(isPlain)) return []
      return [{ name, args: params.map((type, i) => (type === "i64" ? -3n : (i + 1) * 5)) }]
    })
    .slice(0, 1 + OTHERS_MAX)
}

/** Plays a module as it is; with an export `units` (`meterNaively`) that is what its rounds cost. */
export const playPlain = (
  bytes: Uint8Array<ArrayBuffer>,
  calls: ReadonlyArray<Call>,
  imports?: WebAssembly.Imports
): Play => {
  const host = new GuestHost()
  let instance: WebAssembly.Instance | undefined
  const start = attempt(() => {
    instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports ?? host.imports)
  })
  if (instance === undefined)
    return { rounds: [roundOf("start", start, 0, undefined)], state: [], host: host.calls }
  const { exports } = instance
  host.ready(exports)
  const units = exports["units"]
  const rounds = calls.map(({ name, args }) => {
    const f = exports[name]
    if (units instanceof WebAssembly.Global) units.value = 0n
    setSteps(exports)
    const run = attempt(() => (typeof f === "function" ? f(...args) : undefined))
    const counted = units instanceof WebAssembly.Global ? Number(units.value) : 0
    return roundOf(name, run, counted, undefined)
  })
  return { rounds, state: stateOf(exports), host: host.calls }
}

/** Plays a module under the meter, to the first round that the host stopped. */
export const playMetered = (
  bytes: Uint8Array<ArrayBuffer>,
  calls: ReadonlyArray<Call>,
  options: MeteredOptions = {},
  imports?: WebAssembly.Imports
): Play & { readonly guest: MeteredInstance } => {
  const host = new GuestHost()
  const guest = new MeteredInstance(bytes, { ...options, imports: imports ?? host.imports })
  host.look = () => guest.look()
  const { exports } = guest.instance
  const rounds: Array<Round> = []
  const play = (name: string, call: string, args: Call["args"]) => {
    const run = guest.call(call, ...args)
    rounds.push(roundOf(name, run, run.charged, run.charged > (options.fuel ?? FUEL) ? "fuel" : run.stop))
    return run
  }
  const { start } = guest.made.plan.exports
  if (start !== undefined && play("start", start, []).values === undefined)
    return { rounds, state: [], host: host.calls, guest }
  rounds.length = 0
  host.ready(exports)
  for (const { name, args } of calls) {
    setSteps(exports)
    play(name, name, args)
    if (rounds.at(-1)?.stop !== undefined) break
  }
  return { rounds, state: stateOf(exports), host: host.calls, guest }
}

/** Units that a round has where nobody says otherwise: what `MeteredInstance` gives. */
const FUEL = 10_000_000

const setSteps = ({ steps }: WebAssembly.Exports): void => {
  if (steps instanceof WebAssembly.Global) steps.value = STEPS
}

const roundOf = (name: string, run: Run, units: number, stop: string | undefined): Round => ({
  name,
  outcome: run.values === undefined ? `trap: ${run.trap}` : run.values.map(show).join(", "),
  returned: run.values !== undefined,
  units,
  stop,
  run
})

const show = (value: unknown): string => (typeof value === "bigint" ? `${value}n` : String(value))

/** Memories by their size and hash, globals by their value; nothing of the meter's. */
const stateOf = (exports: WebAssembly.Exports): ReadonlyArray<string> =>
  Object.entries(exports).flatMap(([name, value]) => {
    if (name.startsWith("munition:") || name === "units") return []
    if (value instanceof WebAssembly.Memory) {
      return [`${name} ${value.buffer.byteLength} ${hashOf(new Uint32Array(value.buffer))}`]
    }
    if (value instanceof WebAssembly.Global) return [`${name} ${readGlobal(value)}`]
    return []
  })

/** Good enough to tell two memories apart, and ten times as fast as a good one. */
const hashOf = (words: Uint32Array): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < words.length; i++) {
    hash = Math.imul(hash ^ (words[i] ?? 0), 0x01000193)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}

const readGlobal = (global: WebAssembly.Global): string => {
  const { value } = global
  return typeof value === "function" ? "a function" : show(value)
}
