import { existsSync, readdirSync } from "node:fs"
import * as Effect from "effect/Effect"
import { chanceOf } from "../soak/shuffled.ts"
import { type ChartTable, type ChartTransition, showTransition } from "./ChartTable.ts"
import { FIRING_FAULTS, planFaults } from "./FiringPlan.ts"
import { type PlayedFiring, playFiring } from "./playFiring.ts"

/** Faults at each transition of the charts of instances and of schedulers: all of them, or one of chance at each. */
export interface FiringCases {
  readonly cases: number
  /** Of the transitions that an audit tells, those that nobody took, with a fault or without. */
  readonly untaken: ReadonlyArray<string>
  /** How often the audit told of each state. */
  readonly states: Readonly<Record<string, number>>
  /** What the process holds after the first case and after the last. */
  readonly held: ReadonlyArray<Held>
  readonly wrong: ReadonlyArray<string>
}

interface Held {
  readonly descriptors: number
  readonly resources: Readonly<Record<string, number>>
}

export const runFiringCases = (
  tables: ReadonlyMap<string, ChartTable>,
  options: {
    readonly seed: number
    readonly seeds: number
    readonly each: "all" | "one"
    readonly only?: number
  }
): Effect.Effect<FiringCases> =>
  Effect.gen(function* () {
    const { seed, seeds, each, only } = options
    const chance = chanceOf(seed)
    const states = new Map<string, number>()
    const wrong: Array<string> = []
    const held: Array<Held> = []
    const told = new Set<string>()
    const transitions = ["instance", "scheduler"].flatMap((chart) => tables.get(chart)?.transitions ?? [])
    const see = ({ entries }: PlayedFiring) => {
      for (const entry of entries) {
        if (entry._tag === "Refusal") continue
        const chart = entry._tag === "Step" ? "instance" : entry.chart
        states.set(`${chart} ${entry.to}`, (states.get(`${chart} ${entry.to}`) ?? 0) + 1)
        told.add(showTransition({ chart, from: entry.from ?? "", event: entry.why, to: entry.to }))
      }
    }
    let cases = 0
    for (const transition of transitions)
      for (const fault of each === "all"
        ? FIRING_FAULTS
        : [FIRING_FAULTS[Math.floor(chance() * FIRING_FAULTS.length)] ?? "none"])
        for (let i = 0; i < seeds; i++) {
          cases++
          const own = seed + cases * 1_000_003
          if (only !== undefined && only !== cases) continue
          const title = `case ${cases}, ${showTransition(transition)}, ${fault}`
          const its = chanceOf(own)
          const plan = planFaults(transition, fault, its)
          const began = performance.now()
          const played = yield* playFiring(plan, tables, its)
          if (process.env["FAULTS_VERBOSE"] !== undefined)
            process.stderr.write(`${title}: ${Math.round(performance.now() - began)} ms\n`)
          see(played)
          wrong.push(...played.wrong.map((what) => `${title}: ${what}`))
          if (held.length === 0) held.push(yield* hold)
        }
    // Where the fault came first a transition was not taken; without one it is.
    const untaken: Array<string> = []
    for (const transition of only === undefined ? transitions.filter(isTold) : []) {
      for (let i = 0; i < TRIES_MAX && !told.has(showTold(transition)); i++) {
        const its = chanceOf(seed + i)
        const played = yield* playFiring(planFaults(transition, "none", its), tables, its)
        see(played)
        wrong.push(...played.wrong.map((what) => `${showTransition(transition)}, seed ${seed + i}: ${what}`))
      }
      if (!told.has(showTold(transition))) untaken.push(showTold(transition))
    }
    // A timer that rings once more is none that was left.
    let last = yield* hold
    for (let ms = 0; ms < SETTLE_MS_MAX && exceeds(last, held[0]); ms += 10) {
      yield* Effect.sleep(10)
      last = yield* hold
    }
    if (exceeds(last, held[0]))
      wrong.push(`the process held ${JSON.stringify(held[0])}, and holds ${JSON.stringify(last)}`)
    held.push(last)
    return {
      cases,
      untaken: [...new Set(untaken)],
      states: Object.fromEntries([...states].sort()),
      held,
      wrong
    }
  })

/** A deadline, or a thread that is ended, comes now and then a step later than it is to. */
const TRIES_MAX = 3

/** An audit tells the states of an instance without their inner places, and no step that leads nowhere else. */
const stateOf = (place: string): string => place.split(".")[0] ?? place
const isTold = ({ from, to }: ChartTransition): boolean => stateOf(from) !== stateOf(to)
const showTold = ({ chart, from, event, to }: ChartTransition): string =>
  showTransition({ chart, event, from: stateOf(from), to: stateOf(to) })

const SETTLE_MS_MAX = 5_000

/** Whether there is more of anything. */
const exceeds = (now: Held, before: Held | undefined): boolean =>
  now.descriptors > (before?.descriptors ?? 0) ||
  Object.entries(now.resources).some(([name, number]) => number > (before?.resources[name] ?? 0))

/** File descriptors, timers, ports and whatever else keeps, or could keep, a process. */
const hold: Effect.Effect<Held> = Effect.promise(async () => {
  // The process's own, which Node opens when they are first asked for: a warning in between would count as left over.
  for (const own of [process.stdout, process.stderr]) void own.writable
  // Inside of its own callback a timer still counts.
  await new Promise((resolve) => setImmediate(resolve))
  const resources = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) resources.set(name, (resources.get(name) ?? 0) + 1)
  // The immediate that brought us here.
  resources.delete("Immediate")
  const descriptors = existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0
  return { descriptors, resources: Object.fromEntries([...resources].sort()) }
})
