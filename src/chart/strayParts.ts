import { type Chart, entryLeaves, stateAt } from "./Chart.ts"
import { type Box, type Edge, type Line, lineOf } from "./Picture.ts"
import { badgeOf } from "./pathLines.ts"
import type { Stray, Walk } from "./Walk.ts"
import { micros, nameText } from "./words.ts"

/**
 * Steps of a record that the chart does not have, drawn all the same: edges where there is none, boxes for states
 * that nobody knows. Bounded, because the names are a record's, and the heading counts them all.
 */
export const strayParts = (
  chart: Chart,
  walk: Walk | undefined
): { readonly boxes: ReadonlyArray<Box>; readonly edges: ReadonlyArray<Edge> } => {
  const groups = new Map<string, Array<Stray>>()
  for (const stray of walk?.strays ?? []) {
    const key = JSON.stringify([stray.from ?? null, stray.to])
    const group = groups.get(key)
    if (group !== undefined) group.push(stray)
    else if (groups.size < STRAY_EDGES_MAX) groups.set(key, [stray])
  }
  // Nowhere is no state that is called nothing.
  const boxes = new Map<string | undefined, Box>()
  const boxFor = (place: number | string | undefined): string => {
    if (typeof place === "number") return `n${entryLeaves(chart, place)[0] ?? place}`
    const known = boxes.get(place)
    if (known !== undefined) return known.id
    const id = `x${boxes.size}`
    const lines =
      place === undefined
        ? []
        : [lineOf(nameText(place), "stray", "name"), lineOf("not on the chart", "stray")]
    boxes.set(place, {
      id,
      within: undefined,
      kind: place === undefined ? "start" : "state",
      lines,
      tone: "stray"
    })
    return id
  }
  const edges = [...groups.values()].map((group, i): Edge => {
    const [first] = group
    return {
      id: `x${i}`,
      tail: boxFor(first?.from),
      head: boxFor(first?.to),
      tailFrame: frameOf(chart, first?.from),
      headFrame: frameOf(chart, first?.to),
      lines: strayLines(group, walk),
      tone: "stray"
    }
  })
  return { boxes: [...boxes.values()], edges }
}

const STRAY_EDGES_MAX = 20

const frameOf = (chart: Chart, place: number | string | undefined): string | undefined =>
  typeof place === "number" && stateAt(chart, place).children.length > 0 && place !== 0
    ? `c${place}`
    : undefined

const strayLines = (group: ReadonlyArray<Stray>, walk: Walk | undefined): ReadonlyArray<Line> => {
  const [first] = group
  const step = first === undefined ? undefined : walk?.steps[first.number - 1]
  if (step === undefined) return []
  const text = group.length === 1 ? `${nameText(step.event)} at ${micros(step.atMicros)}` : "several events"
  return [lineOf(text, "stray", "small", badgeOf(group)), lineOf("not on the chart", "stray")]
}
