import { type Chart, type ChartState, groupArrows, placeOf, stateAt, stays } from "./Chart.ts"
import type { Walk } from "./Walk.ts"
import { eventText, micros, nameText } from "./words.ts"

/** A picture in words, for whoever cannot see it: the chart state by state, or the path step by step. */
export const describeChart = (chart: Chart): string => {
  const states = chart.states.filter(({ index }) => index > 0)
  const start = stateAt(chart, 0).initial.map((to) => shown(chart, to))
  return [
    `${states.length} states${start.length === 0 ? "" : `, beginning in ${start.join(" and ")}`}.`,
    ...states.map((state) => describeState(chart, state))
  ].join(" ")
}

const describeState = (chart: Chart, state: ChartState): string => {
  const begins = state.initial.map((to) => shown(chart, to))
  const groups = groupArrows(chart).filter(([first]) => first?.from === state.index)
  const arrows = groups.map((group) => {
    const events = group.map(eventText).join(", ")
    const [first] = group
    if (first === undefined || stays(chart, first)) return `stays on ${events}`
    return `${events} to ${first.to.map((to) => shown(chart, to)).join(" and ")}`
  })
  const kind = state.kind === "final" ? ["the end"] : []
  const inner = begins.length === 0 ? [] : [`begins in ${begins.join(" and ")}`]
  return `${shown(chart, state.index)}: ${[...kind, ...inner, ...arrows].join("; ") || "nothing leads out"}.`
}

export const describeWalk = (chart: Chart, { steps, left, strays }: Walk): string => {
  const stray = new Set(strays.map(({ number }) => number))
  const spoken = steps.slice(0, SPOKEN_MAX).map(({ state, event, atMicros }, i) => {
    const aside = stray.has(i + 1) ? ", which is not on the chart" : ""
    return `${i + 1}. ${nameText(event)} to ${nameText(state)} at ${micros(atMicros)}${aside}.`
  })
  const more = steps.length + left - spoken.length
  return [
    `A path on the statechart ${nameText(chart.id)}.`,
    ...spoken,
    ...(more === 0 ? [] : [`And ${more} more steps.`])
  ].join(" ")
}

/** As long as anybody would listen to. */
const SPOKEN_MAX = 100

const shown = (chart: Chart, index: number): string => nameText(placeOf(chart, index))
