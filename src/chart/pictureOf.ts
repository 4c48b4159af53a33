import {
  type Arrow,
  type Chart,
  type ChartState,
  entryLeaves,
  groupArrows,
  isWithin,
  stateAt,
  stays
} from "./Chart.ts"
import { describeChart, describeWalk } from "./describe.ts"
import { type Box, type Edge, type Frame, lineOf, type Picture } from "./Picture.ts"
import {
  arrowLines,
  headingLines,
  type Note,
  stateLines,
  toneOfArrows,
  toneOfStart,
  toneOfState
} from "./pathLines.ts"
import { strayParts } from "./strayParts.ts"
import type { Walk } from "./Walk.ts"
import { nameText } from "./words.ts"

export interface PictureOptions {
  readonly walk?: Walk
  /** Above it; without one the chart's id. */
  readonly title?: string
  readonly notes?: ReadonlyArray<Note>
}

/**
 * A chart, and the path on it if there is one, as a picture.
 *
 * Arrows from one state to the same target are one edge with a list, and those that stay where they are stand in the
 * state's own box: nine reasons are nine words, not nine lines across the page.
 */
export const pictureOf = (chart: Chart, options: PictureOptions = {}): Picture => {
  const { walk, title = nameText(chart.id), notes = [] } = options
  const groups = groupArrows(chart).flatMap((group) =>
    group[0] === undefined ? [] : [{ first: group[0], group }]
  )
  const stayed = new Map(
    groups.filter(({ first }) => stays(chart, first)).map(({ first, group }) => [first.from, group])
  )
  const stayLines = (index: number) => arrowLines(stayed.get(index) ?? [], walk, "stays on ")
  const edges = groups
    .filter(({ first }) => !stays(chart, first))
    .flatMap(({ first, group }) => edgesOf(chart, first, group, walk))
  const strays = strayParts(chart, walk)
  const states = chart.states.filter(
    (state) => !isFrame(state) && (state.index > 0 || chart.states.length === 1)
  )
  return {
    title,
    description: [
      ...notes.map(({ text }) => text),
      walk === undefined ? describeChart(chart) : describeWalk(chart, walk)
    ].join(" "),
    heading: [...headingLines(title, notes, walk), ...(chart.states.length === 1 ? [] : stayLines(0))],
    frames: chart.states
      .filter((state) => isFrame(state) && state.index > 0)
      .map(
        (state): Frame => ({
          id: frameId(state.index),
          within: frameAround(state),
          lines: [...stateLines(state, walk), ...stayLines(state.index)],
          tone: toneOfState(state.index, walk),
          parallel: state.kind === "parallel"
        })
      ),
    boxes: [
      ...chart.states.filter(hasStart).map((state) => startBox(chart, state, walk)),
      ...states.map(
        (state): Box => ({
          id: boxId(state.index),
          within: frameAround(state),
          kind: state.kind === "final" || state.kind === "history" ? state.kind : "state",
          lines: [...stateLines(state, walk), ...stayLines(state.index)],
          tone: toneOfState(state.index, walk)
        })
      ),
      ...anywhereBoxes(edges, walk),
      ...strays.boxes
    ],
    edges: [...chart.states.flatMap((state) => startEdges(chart, state, walk)), ...edges, ...strays.edges]
  }
}

const isFrame = ({ children }: ChartState): boolean => children.length > 0

const hasStart = ({ kind, initial }: ChartState): boolean => kind === "compound" && initial.length > 0

const boxId = (index: number): string => `n${index}`
const frameId = (index: number): string => `c${index}`
const startId = (index: number): string => `s${index}`

/** The chart itself has no frame: it is the page. */
const frameAround = ({ parent }: ChartState): string | undefined =>
  parent === undefined || parent === 0 ? undefined : frameId(parent)

const startBox = (chart: Chart, state: ChartState, walk: Walk | undefined): Box => ({
  id: startId(state.index),
  within: state.index === 0 ? undefined : frameId(state.index),
  kind: "start",
  lines: [],
  tone: toneOfStart(chart, state, walk)
})

const startEdges = (chart: Chart, state: ChartState, walk: Walk | undefined): ReadonlyArray<Edge> => {
  if (state.kind === "history")
    return state.initial.map((to) =>
      plainEdge(chart, boxId(state.index), state.index, to, walk === undefined ? "plain" : "pale")
    )
  if (state.kind !== "compound") return []
  const tone = toneOfStart(chart, state, walk)
  const [first] = walk?.steps ?? []
  const began = state.index === 0 && walk?.began === true && first !== undefined
  return state.initial.map((to) => ({
    // From beside the target, even where it leads to a frame: it comes from inside the same one.
    ...plainEdge(chart, startId(state.index), state.index, to, tone),
    lines: began ? arrowLines([], walk, "", [first]) : []
  }))
}

const plainEdge = (chart: Chart, tail: string, from: number, to: number, tone: Edge["tone"]): Edge => ({
  id: `${tail}>${to}`,
  tail,
  tailFrame: undefined,
  ...headOf(chart, from, to),
  lines: [],
  tone
})

const edgesOf = (
  chart: Chart,
  { index, from, to }: Arrow,
  group: ReadonlyArray<Arrow>,
  walk: Walk | undefined
): ReadonlyArray<Edge> =>
  to.map((target, i) => ({
    id: `${index}:${i}`,
    ...tailOf(chart, from, target),
    ...headOf(chart, from, target),
    // Of an arrow to several regions at once, the first carries the words.
    lines: i === 0 ? arrowLines(group, walk) : [],
    tone: toneOfArrows(group, walk)
  }))

/** Where an edge begins: a frame's border, unless it leads into that frame, for which there is a box of its own. */
const tailOf = (chart: Chart, from: number, to: number): Pick<Edge, "tail" | "tailFrame"> => {
  const state = stateAt(chart, from)
  if (!isFrame(state)) return { tail: boxId(from), tailFrame: undefined }
  if (from === 0 || isWithin(chart, to, from)) return { tail: `any${from}`, tailFrame: undefined }
  return { tail: boxId(firstLeaf(chart, from)), tailFrame: frameId(from) }
}

/** Where an edge ends: at a frame's border, or, from inside that frame, at the dot where the frame begins. */
const headOf = (chart: Chart, from: number, to: number): Pick<Edge, "head" | "headFrame"> => {
  const state = stateAt(chart, to)
  if (!isFrame(state)) return { head: boxId(to), headFrame: undefined }
  const head = hasStart(state) ? startId(to) : boxId(firstLeaf(chart, to))
  return { head, headFrame: isWithin(chart, from, to) ? undefined : frameId(to) }
}

const firstLeaf = (chart: Chart, index: number): number => entryLeaves(chart, index)[0] ?? index

const anywhereBoxes = (edges: ReadonlyArray<Edge>, walk: Walk | undefined): ReadonlyArray<Box> =>
  [...new Set(edges.map(({ tail }) => tail))]
    .filter((id) => id.startsWith("any"))
    .map((id) => ({
      id,
      within: id === "any0" ? undefined : frameId(Number(id.slice(3))),
      kind: "anywhere",
      lines: [lineOf("in every state", walk === undefined ? "plain" : "pale")],
      tone: walk === undefined ? "plain" : "pale"
    }))
