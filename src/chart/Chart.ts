/**
 * A statechart as plain lists: what is drawn and written, whatever it was defined with.
 *
 * States stand in document order and are known by their index, never by a name: names may hold dots, quotes and
 * whatever else, and two states may bear the same one. State 0 is the chart itself.
 */
export interface Chart {
  readonly id: string
  readonly states: ReadonlyArray<ChartState>
  /** In the order of their states, and within one as they are tried. */
  readonly arrows: ReadonlyArray<Arrow>
}

export interface ChartState {
  readonly index: number
  /** `undefined` for the chart itself. */
  readonly parent: number | undefined
  readonly name: string
  readonly kind: "atomic" | "compound" | "parallel" | "final" | "history"
  /** For a history state: whether it remembers inner states too. */
  readonly deep: boolean
  readonly children: ReadonlyArray<number>
  /** Where a compound state begins, or a history state that remembers nothing leads. */
  readonly initial: ReadonlyArray<number>
  readonly entry: ReadonlyArray<string>
  readonly exit: ReadonlyArray<string>
}

export interface Arrow {
  readonly index: number
  readonly from: number
  /** Empty when the event leaves everything where it is. */
  readonly to: ReadonlyArray<number>
  /** Empty for one that is taken without any event, `*` for any event that has no arrow of its own. */
  readonly event: string
  readonly guard: string | undefined
  readonly actions: ReadonlyArray<string>
  /** Whether a state that is left for itself is left at all. */
  readonly reenter: boolean
}

/** The state at an index of this chart. An index of another chart is a defect: it reads as the chart itself. */
export const stateAt = (chart: Chart, index: number): ChartState => chart.states[index] ?? ROOT

const ROOT: ChartState = {
  index: 0,
  parent: undefined,
  name: "",
  kind: "atomic",
  deep: false,
  children: [],
  initial: [],
  entry: [],
  exit: []
}

/** The state itself, what holds it, and so on up to the chart. */
export const ancestorsOf = (chart: Chart, index: number): ReadonlyArray<ChartState> => {
  const found: Array<ChartState> = []
  for (let at: number | undefined = index; at !== undefined; at = stateAt(chart, at).parent)
    found.push(stateAt(chart, at))
  return found
}

/** Whether a state lies in another one, or is that one. */
export const isWithin = (chart: Chart, index: number, outer: number): boolean =>
  ancestorsOf(chart, index).some((state) => state.index === outer)

/** The names down to a state, joined by dots: how traces and audits name it. The chart itself has its id. */
export const placeOf = (chart: Chart, index: number): string =>
  index === 0
    ? chart.id
    : ancestorsOf(chart, index)
        .slice(0, -1)
        .map(({ name }) => name)
        .reverse()
        .join(".")

/** The innermost states that entering a state leads to: one, but for parallel states. */
export const entryLeaves = (chart: Chart, index: number): ReadonlyArray<number> => {
  const state = stateAt(chart, index)
  const inner = state.kind === "parallel" ? state.children : state.initial
  // A history state's default lies beside it, and may lead to the state that holds it.
  if (state.kind === "history") return inner.flatMap((one) => (one === index ? [] : leafOf(chart, one)))
  return inner.length === 0 ? [index] : inner.flatMap((one) => entryLeaves(chart, one))
}

const leafOf = (chart: Chart, index: number): ReadonlyArray<number> =>
  stateAt(chart, index).kind === "history" ? [index] : entryLeaves(chart, index)

/** Whether the arrow leaves its state where it is: nothing is drawn that leads anywhere. */
export const stays = (chart: Chart, { from, to, reenter }: Arrow): boolean =>
  to.length === 0 ||
  (!reenter && to.length === 1 && to[0] === from && stateAt(chart, from).children.length === 0)

/** Arrows of one state that lead to the same place, to be drawn as one. */
export const groupArrows = (chart: Chart): ReadonlyArray<ReadonlyArray<Arrow>> => {
  const groups = new Map<string, Array<Arrow>>()
  for (const arrow of chart.arrows) {
    const key = stays(chart, arrow) ? `${arrow.from}` : `${arrow.from}>${arrow.to.join()}>${arrow.reenter}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [arrow])
    else group.push(arrow)
  }
  return [...groups.values()]
}
