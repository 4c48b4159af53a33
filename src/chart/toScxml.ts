import { type Arrow, ancestorsOf, type Chart, groupArrows, stateAt, stays } from "./Chart.ts"
import { DONE } from "./words.ts"
import { element } from "./xml.ts"

/**
 * A chart in the W3C's notation, State Chart XML.
 *
 * Identifiers there are XML names, so what may not stand in one is written `_xHEX_`: two names never become one.
 * Guards are named, as `cond="guard('name')"`, and whoever runs the document brings that function; an action is a log
 * entry with its name. *Source*: State Chart XML (SCXML), W3C recommendation of 2015-09-01, sections 3 and 5.
 */
export const toScxml = (chart: Chart): string => {
  const root = stateAt(chart, 0)
  const bare = isBare(chart)
  const attributes = {
    xmlns: "http://www.w3.org/2005/07/scxml",
    version: "1.0",
    name: tokenOf(chart.id),
    datamodel: chart.arrows.some(({ guard }) => guard !== undefined) ? "ecmascript" : "null",
    initial: bare ? initialOf(chart, 0) : idOf(chart, 0)
  }
  const body = bare ? root.children.map((child) => stateElement(chart, child)) : [stateElement(chart, 0)]
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("scxml", attributes, body)}\n`
}

/** The outermost element is no state: a chart with arrows, entries or regions of its own is a state inside it. */
const isBare = (chart: Chart): boolean => {
  const { kind, entry, exit } = stateAt(chart, 0)
  return kind === "compound" && entry.length + exit.length + arrowsOf(chart, 0).length === 0
}

const stateElement = (chart: Chart, index: number): string => {
  const state = stateAt(chart, index)
  const id = idOf(chart, index)
  if (state.kind === "history") {
    const target = state.initial.map((to) => idOf(chart, to)).join(" ")
    const fallback = target === "" ? [] : [element("transition", { target })]
    return element("history", { id, type: state.deep ? "deep" : "shallow" }, fallback)
  }
  const tag = state.kind === "final" || state.kind === "parallel" ? state.kind : "state"
  const initial = state.kind === "compound" ? initialOf(chart, index) : undefined
  return element(tag, { id, initial }, [
    ...actionsIn("onentry", state.entry),
    ...actionsIn("onexit", state.exit),
    ...transitionsOf(chart, index),
    ...state.children.map((child) => stateElement(chart, child))
  ])
}

const transitionsOf = (chart: Chart, index: number): ReadonlyArray<string> => {
  const arrows = arrowsOf(chart, index)
  const uses = new Map<string, number>()
  for (const { event } of arrows) uses.set(event, (uses.get(event) ?? 0) + 1)
  // Of several for one event the first that fits is taken, so only what stands alone may move into a list of events.
  const alone = (arrow: Arrow): boolean =>
    uses.get(arrow.event) === 1 &&
    arrow.event !== "" &&
    arrow.event !== "*" &&
    arrow.guard === undefined &&
    arrow.actions.length === 0
  const rest = arrows.filter((arrow) => !alone(arrow))
  return [
    ...groupArrows({ ...chart, arrows: arrows.filter(alone) }),
    // Any other event: here the first in the document is taken, so it stands last.
    ...[...rest.filter(({ event }) => event !== "*"), ...rest.filter(({ event }) => event === "*")].map(
      (arrow) => [arrow]
    )
  ].map((group) => transitionElement(chart, group))
}

const transitionElement = (chart: Chart, group: ReadonlyArray<Arrow>): string => {
  const [first] = group
  if (first === undefined) return ""
  const target = stays(chart, first) ? [] : first.to
  const events = group.map(({ event }) => eventOf(chart, event)).filter((event) => event !== "")
  const inward = target.some((to) => ancestorsOf(chart, to).some(({ index }) => index === first.from))
  return element(
    "transition",
    {
      event: events.length === 0 ? undefined : events.join(" "),
      cond: first.guard === undefined ? undefined : `guard('${literal(first.guard)}')`,
      target: target.length === 0 ? undefined : target.map((to) => idOf(chart, to)).join(" "),
      type: inward && !first.reenter ? "internal" : undefined
    },
    first.actions.map(actionElement)
  )
}

const arrowsOf = (chart: Chart, index: number): ReadonlyArray<Arrow> =>
  chart.arrows.filter(({ from }) => from === index)

const initialOf = (chart: Chart, index: number): string | undefined => {
  const { initial } = stateAt(chart, index)
  return initial.length === 0 ? undefined : initial.map((one) => idOf(chart, one)).join(" ")
}

const actionsIn = (tag: "onentry" | "onexit", actions: ReadonlyArray<string>): ReadonlyArray<string> =>
  actions.length === 0 ? [] : [element(tag, {}, actions.map(actionElement))]

const actionElement = (name: string): string => element("log", { label: name })

/** Its path; where the chart is a state too, from there down, so that it shares its name with no state in it. */
const idOf = (chart: Chart, index: number): string => {
  const states = ancestorsOf(chart, index)
  return (isBare(chart) ? states.slice(0, -1) : states)
    .map(({ name }) => tokenOf(name))
    .reverse()
    .join(".")
}

const eventOf = (chart: Chart, event: string): string => {
  if (event === "" || event === "*") return event
  const done = event.startsWith(DONE) ? event.slice(DONE.length) : undefined
  const state = chart.states.find(
    ({ index }) => done !== undefined && [chart.id, ...namesOf(chart, index)].join(".") === done
  )
  if (state !== undefined) return `done.state.${idOf(chart, state.index)}`
  return event.split(".").map(tokenOf).join(".")
}

const namesOf = (chart: Chart, index: number): ReadonlyArray<string> =>
  ancestorsOf(chart, index)
    .slice(0, -1)
    .map(({ name }) => name)
    .reverse()

/** One XML name out of any text, and never the same one out of two. */
const tokenOf = (text: string): string => {
  const written = text.replace(/_(?=x)|[^\w-]|^[\d-]/g, (part) =>
    // By code units: half a character has a number too.
    [...Array(part.length).keys()].map((i) => `_x${part.charCodeAt(i).toString(16)}_`).join("")
  )
  return written === "" ? "_x_" : written
}

/** Inside single quotes of ECMAScript. */
const literal = (text: string): string =>
  text.replace(/['\\\p{Cc}\p{Cs}\u2028\u2029]/gu, (one) => `\\u{${one.codePointAt(0)?.toString(16) ?? ""}}`)
