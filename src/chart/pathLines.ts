import { type Arrow, type Chart, type ChartState, isWithin } from "./Chart.ts"
import { type Line, lineOf, type Tone } from "./Picture.ts"
import type { PathStep, Visit, Walk } from "./Walk.ts"
import { eventText, micros, nameText, wrapItems, wrapWords } from "./words.ts"

/**
 * The lines of text in a picture, and how each thing stands to the path. Without a path everything is plain.
 */
export const toneOfState = (index: number, walk: Walk | undefined): Tone => {
  if (walk === undefined) return "plain"
  const certainty = walk.states.get(index)
  return certainty === undefined ? "pale" : certainty === "sure" ? "taken" : "perhaps"
}

const toneOfArrow = ({ index }: Arrow, walk: Walk | undefined): Tone => {
  if (walk === undefined) return "plain"
  const certainties = [
    ...(walk.taken.get(index) ?? []).map(({ certainty }) => certainty),
    walk.implied.get(index)
  ]
  if (certainties.includes("sure")) return "taken"
  return certainties.includes("perhaps") ? "perhaps" : "pale"
}

export const toneOfArrows = (arrows: ReadonlyArray<Arrow>, walk: Walk | undefined): Tone => {
  const tones = arrows.map((arrow) => toneOfArrow(arrow, walk))
  return (["taken", "perhaps", "plain"] as const).find((tone) => tones.includes(tone)) ?? "pale"
}

/** The dot at which a state begins is on the path when something led to that state, or to what holds it. */
export const toneOfStart = (chart: Chart, state: ChartState, walk: Walk | undefined): Tone => {
  if (walk === undefined) return "plain"
  const entered = state.initial.map((to) => toneOfState(to, walk))
  const led =
    (walk.began && (state.index === 0 || entered.includes("taken"))) ||
    chart.arrows.some(
      (arrow) =>
        toneOfArrow(arrow, walk) !== "pale" && arrow.to.some((to) => isWithin(chart, state.index, to))
    )
  return led ? (entered[0] ?? "pale") : "pale"
}

/** A state's name, and when it was entered and left. */
export const stateLines = (
  { index, name, kind }: ChartState,
  walk: Walk | undefined
): ReadonlyArray<Line> => {
  const tone = toneOfState(index, walk)
  const label = kind === "history" ? "as it was left" : nameText(name)
  const visits = walk?.visits.get(index) ?? []
  return [
    lineOf(label, tone, "name"),
    ...(kind === "parallel" ? [lineOf("all at once", tone)] : []),
    ...(visits.length === 0 ? [] : [lineOf(visitText(visits), tone)])
  ]
}

const visitText = (visits: ReadonlyArray<Visit>): string => {
  const [only] = visits
  if (only !== undefined && visits.length === 1) {
    const { fromMicros, untilMicros } = only
    return untilMicros === undefined
      ? `from ${micros(fromMicros)}`
      : `${micros(fromMicros)} to ${micros(untilMicros)}`
  }
  const inAll = visits.reduce(
    (sum, { fromMicros, untilMicros = fromMicros }) => sum + untilMicros - fromMicros,
    0
  )
  return `${visits.length} times, ${micros(inAll)} in all`
}

/**
 * The events of arrows that are drawn as one: those on the path one a line, with number and time, then the others.
 *
 * @param steps that have no arrow of their own: the beginning
 */
export const arrowLines = (
  arrows: ReadonlyArray<Arrow>,
  walk: Walk | undefined,
  before = "",
  steps: ReadonlyArray<PathStep> = []
): ReadonlyArray<Line> => {
  const on = arrows.filter((arrow) => walk !== undefined && toneOfArrow(arrow, walk) !== "pale")
  const off = arrows.filter((arrow) => !on.includes(arrow))
  const items = off.map(eventText)
  const first = items[0] === undefined ? [] : [`${before}${items[0]}`, ...items.slice(1)]
  return [
    ...steps.map((step) =>
      lineOf(`${nameText(step.event)} at ${micros(step.atMicros)}`, "taken", "small", "1")
    ),
    ...on.map((arrow) => onPath(arrow, walk)),
    ...wrapItems(first, LINE_CHARS).map((text) => lineOf(text, walk === undefined ? "plain" : "pale"))
  ]
}

/** About a third of the width of a state chart on a page. */
const LINE_CHARS = 32

const onPath = (arrow: Arrow, walk: Walk | undefined): Line => {
  const taken = walk?.taken.get(arrow.index) ?? []
  const tone = toneOfArrow(arrow, walk)
  const [only] = taken
  if (only === undefined) return lineOf(`${eventText(arrow)}, not recorded`, tone)
  const at = walk?.steps[only.number - 1]?.atMicros
  const time = taken.length === 1 && at !== undefined ? ` at ${micros(at)}` : ""
  return lineOf(`${eventText(arrow)}${time}`, tone, "small", badgeOf(taken))
}

/** The numbers of steps; a question mark for one that may have been another. */
export const badgeOf = (
  taken: ReadonlyArray<{ readonly number: number; readonly certainty?: string }>
): string => {
  const shown = taken
    .slice(0, NUMBERS_SHOWN)
    .map(({ number, certainty }) => (certainty === "perhaps" ? `${number}?` : `${number}`))
  const more = taken.length - shown.length
  return more === 0 ? shown.join(" ") : `${shown.join(" ")} and ${more} more`
}

const NUMBERS_SHOWN = 6

/** A sentence below the title: about what is drawn, or, `wrong`, why it proves nothing. */
export interface Note {
  readonly text: string
  readonly wrong: boolean
}

/** What the picture is, and how it is to be read. */
export const headingLines = (
  title: string,
  notes: ReadonlyArray<Note>,
  walk: Walk | undefined
): ReadonlyArray<Line> => {
  const above = [
    ...wrapWords(title, TITLE_CHARS).map((text) => lineOf(text, "plain", "title")),
    ...notes.flatMap(({ text, wrong }) =>
      wrapWords(text, NOTE_CHARS).map((line) => lineOf(line, wrong ? "stray" : "plain"))
    )
  ]
  if (walk === undefined) return above
  const { steps, left, strays, implied, taken } = walk
  const open =
    [...implied.values()].includes("perhaps") ||
    [...taken.values()].flat().some(({ certainty }) => certainty === "perhaps")
  const count = steps.length === 1 ? "1 step" : `${steps.length} steps`
  return [
    ...above,
    lineOf(
      left === 0
        ? `${count}, numbered in order; times in µs since the firing began.`
        : `The first ${steps.length} of ${steps.length + left} steps, numbered in order; times in µs since the firing began.`
    ),
    ...(open
      ? [lineOf("Dashed, with a question mark: the record leaves open which it was.", "perhaps")]
      : []),
    ...(strays.length === 0
      ? []
      : [
          lineOf(
            `${strays.length === 1 ? "1 step is" : `${strays.length} steps are`} not on the chart.`,
            "stray"
          )
        ])
  ]
}

/** About the width of a state chart on a page: a record's words must not make it wider. */
const TITLE_CHARS = 64
const NOTE_CHARS = 96
