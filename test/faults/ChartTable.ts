import type { AnyMachineSnapshot, AnyStateMachine } from "xstate"
import { getAdjacencyMap } from "xstate/graph"
import { CHARTS } from "../../actors/charts.ts"

/**
 * Every transition of every statechart, found by walking the charts themselves with XState's own graph tools: what
 * faults are injected at, and what a recorded path is held against. Nothing here is listed by hand.
 */
export interface ChartTable {
  readonly chart: string
  readonly first: string
  readonly finals: ReadonlySet<string>
  readonly transitions: ReadonlyArray<ChartTransition>
}

/** Places are written as paths, `captured.taken`. */
export interface ChartTransition {
  readonly chart: string
  readonly from: string
  readonly event: string
  readonly to: string
}

export const tableOf = (chart: string, machine: AnyStateMachine): ChartTable => {
  const found = Object.values(walk(machine))
  return {
    chart,
    first: placeOf(found[0]?.state.value),
    finals: new Set(found.flatMap(({ state }) => (state.status === "done" ? [placeOf(state.value)] : []))),
    transitions: found.flatMap(({ state, transitions }) =>
      Object.values(transitions)
        .filter(({ event }) => state.can(event))
        .map(({ event, state: next }) => ({
          ...{ chart, from: placeOf(state.value) },
          ...{ event: event.type, to: placeOf(next.value) }
        }))
    )
  }
}

/** Each state with the states that each event leads to. The cast: a machine of any type hides the graph's own. */
const walk = (machine: AnyStateMachine) =>
  getAdjacencyMap(machine, { events: machine.events.map((type) => ({ type })) }) as Readonly<
    Record<
      string,
      Walked & { readonly transitions: Readonly<Record<string, Walked & { readonly event: Event }>> }
    >
  >

interface Walked {
  readonly state: AnyMachineSnapshot
}

interface Event {
  readonly type: string
}

/** The tables of all charts that there are, by their ids. */
export const chartTables = async (): Promise<ReadonlyMap<string, ChartTable>> =>
  new Map(
    await Promise.all(
      Object.entries(CHARTS).map(async ([chart, { load }]) => [chart, tableOf(chart, await load())] as const)
    )
  )

const placeOf = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.entries(value)
        .map(([state, inner]) => `${state}.${placeOf(inner)}`)
        .join()
    : String(value)

export const showTransition = ({ chart, from, event, to }: ChartTransition): string =>
  `${chart}: ${from} -${event}-> ${to}`
