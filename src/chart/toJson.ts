import { type Arrow, ancestorsOf, type Chart, type ChartState, stateAt } from "./Chart.ts"

/**
 * A chart as the JSON that XState's `createMachine` reads: the same chart comes back, its order too.
 *
 * Targets are written from the chart's id down, so a name means the same wherever it stands. Guards and actions are
 * names, to be provided by whoever runs it.
 */
export const toJson = (chart: Chart): string => `${JSON.stringify(configOf(chart, 0), null, 2)}\n`

const configOf = (chart: Chart, index: number): object => {
  const state = stateAt(chart, index)
  const arrows = chart.arrows.filter(({ from }) => from === index)
  const always = arrows.filter(({ event }) => event === "")
  return dropAbsent({
    id: index === 0 ? chart.id : undefined,
    type: ["final", "parallel", "history"].includes(state.kind) ? state.kind : undefined,
    history: state.deep ? "deep" : undefined,
    initial: initialOf(chart, state),
    entry: state.entry.length === 0 ? undefined : state.entry,
    exit: state.exit.length === 0 ? undefined : state.exit,
    always: always.length === 0 ? undefined : always.map((arrow) => transitionOf(chart, arrow)),
    on: byEvent(
      chart,
      arrows.filter(({ event }) => event !== "")
    ),
    states:
      state.children.length === 0
        ? undefined
        : // Entries, not assignments: a state may be called `__proto__`.
          Object.fromEntries(
            state.children.map((child) => [stateAt(chart, child).name, configOf(chart, child)])
          )
  })
}

const byEvent = (chart: Chart, arrows: ReadonlyArray<Arrow>): object | undefined => {
  if (arrows.length === 0) return undefined
  const events = [...new Set(arrows.map(({ event }) => event))]
  return Object.fromEntries(
    events.map((event) => {
      const tried = arrows.filter((arrow) => arrow.event === event).map((arrow) => transitionOf(chart, arrow))
      return [event, tried.length === 1 ? tried[0] : tried]
    })
  )
}

/** A target alone stands for itself. */
const transitionOf = (chart: Chart, { to, guard, actions, reenter }: Arrow): object | string => {
  const [only, ...others] = to.map((target) => addressOf(chart, target))
  const target = others.length === 0 ? only : [only, ...others]
  if (typeof target === "string" && guard === undefined && actions.length === 0 && !reenter) return target
  return dropAbsent({
    target,
    guard,
    actions: actions.length === 0 ? undefined : actions,
    reenter: reenter ? true : undefined
  })
}

const addressOf = (chart: Chart, index: number): string => {
  const names = ancestorsOf(chart, index)
    .slice(0, -1)
    .map(({ name }) => name)
    .reverse()
  return `#${[chart.id, ...names].map(escapeDots).join(".")}`
}

/** An inner state by its name, which is taken as it is; one further in by its address. */
const initialOf = (chart: Chart, { index, kind, initial }: ChartState): string | object | undefined => {
  const [first] = initial
  if (kind !== "compound" || first === undefined) return undefined
  const { parent, name } = stateAt(chart, first)
  const direct = initial.length === 1 && parent === index
  return direct ? name : { target: initial.map((one) => addressOf(chart, one)) }
}

/** A dot in a name would end it. */
const escapeDots = (name: string): string => name.replace(/[\\.]/g, "\\$&")

const dropAbsent = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
