import { type Arrow, ancestorsOf, type Chart, entryLeaves, isWithin, placeOf, stays } from "./Chart.ts"
import {
  type Certainty,
  PATH_STEPS_MAX,
  type PathStep,
  type Stray,
  type Taken,
  type Visit,
  type Walk
} from "./Walk.ts"

/**
 * Follows a record on its chart.
 *
 * After each step the innermost states are known in which it can be. The next step is whatever arrow for its event
 * leaves one of these, or one that is reached from these without leaving the recorded state; more than one such arrow
 * is an uncertainty, and none is a stray step. Guards are not decided: an arrow with one can be taken.
 */
export const walkPath = (chart: Chart, path: ReadonlyArray<PathStep>): Walk => {
  const steps = path.slice(0, PATH_STEPS_MAX)
  const draft = new Draft(chart)
  for (const [i, step] of steps.entries()) draft.take(step, i + 1)
  return {
    steps,
    left: path.length - steps.length,
    states: draft.states,
    visits: draft.visits,
    taken: draft.taken,
    implied: draft.implied,
    began: draft.began,
    strays: draft.strays
  }
}

/** An arrow that a step can have been, from an innermost state, to those that it leads to. */
interface Move {
  readonly arrow: Arrow
  readonly leaf: number
  readonly arrives: ReadonlyArray<number>
}

/** The arrow by which an innermost state was found, and the one from which. */
interface Hidden {
  readonly arrow: Arrow
  readonly leaf: number
}

class Draft {
  readonly states = new Map<number, Certainty>()
  readonly visits = new Map<number, Array<Visit>>()
  readonly taken = new Map<number, Array<Taken>>()
  readonly implied = new Map<number, Certainty>()
  readonly strays: Array<Stray> = []
  began = false
  readonly #chart: Chart
  readonly #indexOf: ReadonlyMap<string, number>
  /** The recorded state, or its name where the chart has none of that name. */
  #at: number | string | undefined
  #leaves: ReadonlyArray<number> = []

  constructor(chart: Chart) {
    this.#chart = chart
    // Backwards, so that of two places with one name the first is meant.
    const named = chart.states.map(({ index }) => [placeOf(chart, index), index] as const)
    this.#indexOf = new Map(named.reverse())
  }

  take(step: PathStep, number: number): void {
    const chart = this.#chart
    const from = this.#at
    const to = this.#indexOf.get(step.state)
    const first = entryLeaves(chart, 0).filter((leaf) => to !== undefined && isWithin(chart, leaf, to))
    const begins = number === 1 && first.length > 0
    const moves = typeof from === "number" && to !== undefined ? this.#movesTo(from, step.event, to) : []
    if (begins) this.began = true
    else if (moves.length === 0) this.strays.push({ number, from, to: to ?? step.state })
    const certainty = new Set(moves.map(({ arrow }) => arrow.index)).size > 1 ? "perhaps" : "sure"
    for (const index of new Set(moves.map(({ arrow }) => arrow.index)))
      push(this.taken, index, { number, certainty })
    if (typeof from === "number") for (const { leaf } of moves) this.#imply(from, leaf, certainty)
    this.#visit(from, to, step.atMicros)
    this.#at = to ?? step.state
    this.#arrive(begins ? [first] : moves.map(({ arrives }) => arrives), to)
  }

  /** *Returns* what a step from one recorded state to another can have been. */
  #movesTo(from: number, event: string, to: number): ReadonlyArray<Move> {
    const chart = this.#chart
    return [...this.#reach(from).keys()].flatMap((leaf) =>
      enabledIn(chart, leaf, event).flatMap((arrow) => {
        const arrives = stays(chart, arrow) ? [leaf] : arrow.to.flatMap((one) => entryLeaves(chart, one))
        return arrives.some((one) => isWithin(chart, one, to)) ? [{ arrow, leaf, arrives }] : []
      })
    )
  }

  /** The innermost states in which it can be without having left the recorded one, each with the arrow that led there. */
  #reach(within: number, without?: Arrow): ReadonlyMap<number, Hidden | undefined> {
    const chart = this.#chart
    const found = new Map<number, Hidden | undefined>(this.#leaves.map((leaf) => [leaf, undefined]))
    // A map is walked in the order in which it is added to, what is added meanwhile too.
    for (const leaf of found.keys())
      for (const arrow of chart.arrows) {
        if (arrow === without || !isWithin(chart, leaf, arrow.from) || stays(chart, arrow)) continue
        for (const next of arrow.to.flatMap((one) => entryLeaves(chart, one)))
          if (isWithin(chart, next, within) && !found.has(next)) found.set(next, { arrow, leaf })
      }
    return found
  }

  /** Marks the shortest way to an innermost state; an arrow on it is sure when there is no way without it. */
  #imply(within: number, leaf: number, certainty: Certainty): void {
    const reach = this.#reach(within)
    // Each was found from one that was found before it, so this comes back to where nothing was hidden.
    for (let at = leaf, hidden = reach.get(at); hidden !== undefined; hidden = reach.get(at)) {
      const { arrow } = hidden
      const needed = certainty === "sure" && !this.#reach(within, arrow).has(leaf) ? "sure" : "perhaps"
      settle(this.implied, arrow.index, needed)
      this.#enter(at, certainty)
      at = hidden.leaf
    }
  }

  #arrive(ways: ReadonlyArray<ReadonlyArray<number>>, to: number | undefined): void {
    if (to === undefined) {
      this.#leaves = []
      return
    }
    const reached = [...new Set(ways.flat())].filter((leaf) => isWithin(this.#chart, leaf, to))
    // After a stray step nothing is known but the record's own word.
    this.#leaves = reached.length > 0 ? reached : entryLeaves(this.#chart, to)
    for (const leaf of reached)
      this.#enter(leaf, ways.every((way) => way.includes(leaf)) ? "sure" : "perhaps")
    this.#enter(to, "sure")
  }

  #enter(index: number, certainty: Certainty): void {
    for (const state of ancestorsOf(this.#chart, index).slice(0, index === 0 ? 1 : -1))
      settle(this.states, state.index, certainty)
  }

  #visit(from: number | string | undefined, to: number | undefined, atMicros: number): void {
    if (from === to) return
    if (typeof from === "number") {
      const visits = this.visits.get(from)
      const last = visits?.pop()
      if (last !== undefined) visits?.push({ ...last, untilMicros: atMicros })
    }
    if (to !== undefined) push(this.visits, to, { fromMicros: atMicros, untilMicros: undefined })
  }
}

/** The arrows that an event can take out of an innermost state: the nearest state that has any decides. */
const enabledIn = (chart: Chart, leaf: number, event: string): ReadonlyArray<Arrow> => {
  for (const { index } of ancestorsOf(chart, leaf)) {
    const own = chart.arrows.filter(({ from }) => from === index)
    const named = own.filter((arrow) => arrow.event === event)
    const any = named.length > 0 ? named : own.filter((arrow) => arrow.event === "*" && event !== "")
    if (any.length > 0) return any
  }
  return []
}

/** What is sure stays so. */
const settle = (marks: Map<number, Certainty>, index: number, certainty: Certainty): void => {
  if (marks.get(index) !== "sure") marks.set(index, certainty)
}

const push = <V>(map: Map<number, Array<V>>, key: number, value: V): void => {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}
