import { existsSync, readdirSync } from "node:fs"
import * as Effect from "effect/Effect"
import { chanceOf } from "../soak/shuffled.ts"
import { type ChartTable, showTransition } from "./ChartTable.ts"
import { FIRING_FAULTS, planFaults } from "./FiringPlan.ts"
import { playFiring } from "./playFiring.ts"

/** Faults at each transition of the charts of instances and of schedulers: all of them, or one of chance at each. */
export interface FiringCases {
  readonly cases: number
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
    let cases = 0
    for (const transition of ["instance", "scheduler"].flatMap(
      (chart) => tables.get(chart)?.transitions ?? []
    ))
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
          for (const entry of played.entries) {
            if (entry._tag === "Refusal") continue
            const key = `${entry._tag === "Step" ? "instance" : entry.chart} ${entry.to}`
            states.set(key, (states.get(key) ?? 0) + 1)
          }
          wrong.push(...played.wrong.map((what) => `${title}: ${what}`))
          if (held.length === 0) held.push(yield* hold)
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
    return { cases, states: Object.fromEntries([...states].sort()), held, wrong }
  })

const SETTLE_MS_MAX = 5_000

/** Whether there is more of anything. */
const exceeds = (now: Held, before: Held | undefined): boolean =>
  now.descriptors > (before?.descriptors ?? 0) ||
  Object.entries(now.resources).some(([name, number]) => number > (before?.resources[name] ?? 0))

/** File descriptors, timers, ports and whatever else keeps, or could keep, a process. */
const hold: Effect.Effect<Held> = Effect.promise(async () => {
  // Inside of its own callback a timer still counts.
  await new Promise((resolve) => setImmediate(resolve))
  const resources = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) resources.set(name, (resources.get(name) ?? 0) + 1)
  // The immediate that brought us here.
  resources.delete("Immediate")
  const descriptors = existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0
  return { descriptors, resources: Object.fromEntries([...resources].sort()) }
})
