import * as Effect from "effect/Effect"
import type { AuditTransition } from "../../src/audit/AuditEvent.ts"
import { chanceOf } from "../soak/shuffled.ts"
import { type ChartTable, type ChartTransition, showTransition } from "./ChartTable.ts"
import { type Fault, playSupervision, SUPERVISION_FAULTS } from "./playSupervision.ts"
import { planSupervision } from "./SupervisionPlan.ts"

/**
 * A fault of each kind at each transition of the charts of supervisors and of their children.
 *
 * Plans of chance are played without a fault first, to find those in which a transition is taken; then one of them
 * again, with the fault there. What no plan takes, such as an end that comes after a child was given up and that
 * leads back to where it came, gets its faults when somebody has come to the place from which it would lead.
 */
export interface SupervisionCases {
  /** Transitions that nobody took, with a fault or without. */
  readonly untaken: ReadonlyArray<string>
  readonly cases: number
  /** Cases in which the fault came too late. */
  readonly missed: number
  readonly wrong: ReadonlyArray<string>
}

export const runSupervisionCases = (
  tables: ReadonlyMap<string, ChartTable>,
  options: { readonly seed: number; readonly seeds: number; readonly plans: number }
): Effect.Effect<SupervisionCases> =>
  Effect.gen(function* () {
    const { seed, seeds, plans } = options
    const transitions = ["child", "supervisor"].flatMap((chart) => tables.get(chart)?.transitions ?? [])
    const wrong: Array<string> = []
    const taken = new Map<string, Set<number>>()
    const seen = new Set<string>()
    const see = (entries: ReadonlyArray<AuditTransition>) => {
      for (const { chart, from, why, to } of entries)
        seen.add(showTransition({ chart, from: from ?? "", event: why, to }))
    }
    for (let i = 0; i < plans; i++) {
      const played = yield* playSupervision(planSupervision(seed + i, chanceOf(seed + i)), tables)
      see(played.transitions)
      wrong.push(...played.wrong.map((what) => `plan ${seed + i}: ${what}`))
      for (const { chart, from, why, to } of played.transitions) {
        note(taken, showTransition({ chart, from: from ?? "", event: why, to }), seed + i)
        note(taken, `${chart}: ${to}`, seed + i)
      }
    }
    const chance = chanceOf(seed)
    const untaken = transitions.filter((one) => !taken.has(showTransition(one)))
    let cases = 0
    let missed = 0
    for (const transition of transitions)
      for (const how of SUPERVISION_FAULTS)
        for (let i = 0; i < seeds; i++) {
          const there = untaken.includes(transition)
          const from = taken.get(there ? placeOf(transition) : showTransition(transition))
          const plan = [...(from ?? [])][Math.floor(chance() * (from?.size ?? 0))]
          if (plan === undefined) {
            wrong.push(`${showTransition(transition)}: no plan of ${plans} comes to ${transition.from}`)
            continue
          }
          const fault: Fault = {
            how,
            at: (entry) =>
              entry.chart === transition.chart &&
              (there
                ? entry.to === transition.from
                : entry.from === transition.from && entry.why === transition.event),
            occurrence: chance() < 0.7 ? 0 : 1,
            turns: Math.floor(chance() * 4)
          }
          cases++
          const played = yield* playSupervision(planSupervision(plan, chanceOf(plan)), tables, fault)
          if (!played.injected) missed++
          see(played.transitions)
          const title = `${showTransition(transition)}, ${how} after ${fault.occurrence}, turns ${fault.turns}, plan ${plan}`
          wrong.push(...played.wrong.map((what) => `${title}: ${what}`))
        }
    return { untaken: transitions.map(showTransition).filter((one) => !seen.has(one)), cases, missed, wrong }
  })

const placeOf = ({ chart, from }: ChartTransition): string => `${chart}: ${from}`

const note = (taken: Map<string, Set<number>>, key: string, plan: number): void =>
  void (taken.get(key) ?? taken.set(key, new Set()).get(key))?.add(plan)
