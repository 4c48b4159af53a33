import type { Attributes, Graph, Edge as GraphEdge, Node, Subgraph, Viz } from "@viz-js/viz"
import * as Effect from "effect/Effect"
import type { Box, Edge, Line, Picture } from "./Picture.ts"
import { type Rect, type Size, sizeOf } from "./sizes.ts"

/**
 * Where everything goes, decided by Graphviz's `dot`, offline, in points from the top left.
 *
 * It is told sizes and who is tied to whom, and no text at all: nobody's names reach its language, and what is written
 * does not depend on the fonts it knows. *Cost*: 1.2 MB of code, loaded at the first picture.
 */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly heading: Rect | undefined
  readonly frames: ReadonlyMap<string, { readonly border: Rect; readonly label: Rect }>
  readonly boxes: ReadonlyMap<string, Rect>
  readonly edges: ReadonlyMap<string, Route>
}

/**
 * Up to the words, the words, and on to the arrow's tip; without words the second part is all. Each part is a chain of
 * cubic curves: a start, and three points for each.
 */
export interface Route {
  readonly before: ReadonlyArray<Point>
  readonly label: Rect | undefined
  readonly after: ReadonlyArray<Point>
  readonly tip: Point
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The layout engine failed, or answered with something else: never what a chart can cause within its bounds. */
export class LayoutFailed {
  readonly _tag = "LayoutFailed"
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

export const layOut = (picture: Picture): Effect.Effect<Layout, LayoutFailed> =>
  Effect.tryPromise({
    try: () => import("@viz-js/viz").then(({ instance }) => instance()),
    catch: (cause) => new LayoutFailed(`Graphviz does not load: ${String(cause)}`)
  }).pipe(
    Effect.flatMap((viz) =>
      Effect.try({ try: () => render(viz, picture), catch: (cause) => new LayoutFailed(String(cause)) })
    ),
    Effect.flatMap((output) => readLayout(picture, output))
  )

const render = (viz: Viz, picture: Picture): unknown => viz.renderJSON(graphOf(picture))

const graphOf = (picture: Picture): Graph => ({
  directed: true,
  graphAttributes: {
    rankdir: "TB",
    compound: true,
    nodesep: 0.4,
    ranksep: 0.45,
    // Its own margin is the SVG's business.
    pad: 0,
    ...labelled(picture.heading),
    labelloc: "t",
    labeljust: "l"
  },
  nodeAttributes: { shape: "box", fixedsize: true, label: "" },
  edgeAttributes: { arrowsize: 0.8 },
  ...membersOf(picture, undefined),
  edges: picture.edges.flatMap(partsOf)
})

const membersOf = (picture: Picture, within: string | undefined): Subgraph => ({
  nodes: [
    ...picture.boxes.filter((box) => box.within === within).map(nodeOf),
    ...picture.edges
      .filter((edge) => edge.lines.length > 0 && frameOfLabel(picture, edge) === within)
      .map((edge) => sized(labelId(edge), labelSize(edge)))
  ],
  subgraphs: picture.frames
    .filter((frame) => frame.within === within)
    .map((frame) => ({
      name: `cluster_${frame.id}`,
      graphAttributes: { margin: 11, ...labelled(frame.lines), labelloc: "t", labeljust: "c" },
      ...membersOf(picture, frame.id)
    }))
})

const nodeOf = (box: Box): Node => sized(box.id, boxSize(box))

const sized = (name: string, { width, height }: Size): Node => ({
  name,
  attributes: { width: width / POINTS_PER_INCH, height: height / POINTS_PER_INCH }
})

const POINTS_PER_INCH = 72

const boxSize = ({ kind, lines }: Box): Size => {
  if (kind === "start") return { width: 11, height: 11 }
  const { width, height } = sizeOf(lines)
  return kind === "anywhere"
    ? { width: width + 20, height: height + 8 }
    : { width: Math.max(86, width + 26), height: Math.max(34, height + 16) }
}

/**
 * Words on an edge are a node of their own, in the innermost frame around both its ends. As an edge's label, `dot` lays
 * them over the frame in which an edge ends.
 */
const partsOf = (edge: Edge): ReadonlyArray<GraphEdge> => {
  const ltail: Attributes = edge.tailFrame === undefined ? {} : { ltail: `cluster_${edge.tailFrame}` }
  const lhead: Attributes = edge.headFrame === undefined ? {} : { lhead: `cluster_${edge.headFrame}` }
  const { id, tail, head } = edge
  if (edge.lines.length === 0) return [{ tail, head, attributes: { id, ...ltail, ...lhead } }]
  const label = labelId(edge)
  return [
    { tail, head: label, attributes: { id: label, dir: "none", ...ltail } },
    {
      tail: label,
      head,
      attributes: { id, ...(edge.headFrame === undefined ? {} : { tailport: "s" }), ...lhead }
    }
  ]
}

const labelId = ({ id }: Edge): string => `label ${id}`

const labelSize = ({ lines, headFrame }: Edge): Size => {
  const { width, height } = sizeOf(lines)
  return { width: width + 6, height: height + 4 + (headFrame === undefined ? 0 : BEFORE_FRAME) }
}

/** `dot` sets a frame's border right below what leads to it: room for an arrow that can be seen. */
const BEFORE_FRAME = 16

const frameOfLabel = (picture: Picture, { tail, head, tailFrame, headFrame }: Edge): string | undefined => {
  const around = (frame: string | undefined, end: string): ReadonlyArray<string> => {
    const found: Array<string> = []
    const within = (id: string) => picture.frames.find((one) => one.id === id)?.within
    const first = frame === undefined ? picture.boxes.find(({ id }) => id === end)?.within : within(frame)
    for (let at = first; at !== undefined; at = within(at)) found.push(at)
    return found
  }
  const outer = around(tailFrame, tail)
  return around(headFrame, head).find((id) => outer.includes(id))
}

/** An empty table of the text's size. */
const labelled = (lines: ReadonlyArray<Line>): Attributes => {
  if (lines.length === 0) return {}
  const { width, height } = sizeOf(lines)
  const size = `fixedsize="true" width="${Math.ceil(width + 8)}" height="${Math.ceil(height + 4)}"`
  return { label: { html: `<table border="0" ${size}><tr><td></td></tr></table>` } }
}

const readLayout = (picture: Picture, output: unknown): Effect.Effect<Layout, LayoutFailed> => {
  const [, , width = Number.NaN, height = Number.NaN] = numbersIn(fieldOf(output, "bb"))
  const objects = listOf(output, "objects")
  const paths = new Map(listOf(output, "edges").map((edge) => [fieldOf(edge, "id"), fieldOf(edge, "pos")]))
  const flip = (y: number): number => height - y
  const centred = (object: unknown, at: string, size: Size): Rect | undefined => {
    const [x, y] = numbersIn(fieldOf(object, at))
    return x === undefined || y === undefined
      ? undefined
      : { x: x - size.width / 2, y: flip(y) - size.height / 2, ...size }
  }
  const named = new Map(objects.map((object) => [fieldOf(object, "name"), object]))
  const layout: Layout = {
    width,
    height,
    heading: centred(output, "lp", sizeOf(picture.heading)),
    frames: new Map(
      picture.frames.flatMap((frame) => {
        const object = named.get(`cluster_${frame.id}`)
        const [left, bottom, right, top] = numbersIn(fieldOf(object, "bb"))
        const label = centred(object, "lp", sizeOf(frame.lines))
        if (
          left === undefined ||
          bottom === undefined ||
          right === undefined ||
          top === undefined ||
          label === undefined
        )
          return []
        return [
          [frame.id, { border: { x: left, y: flip(top), width: right - left, height: top - bottom }, label }]
        ]
      })
    ),
    boxes: new Map(
      picture.boxes.flatMap((box) => {
        const rect = centred(named.get(box.id), "pos", boxSize(box))
        return rect === undefined ? [] : [[box.id, rect] as const]
      })
    ),
    edges: new Map(
      picture.edges.flatMap((edge): ReadonlyArray<readonly [string, Route]> => {
        const after = curveOf(paths.get(edge.id), flip)
        const before = curveOf(paths.get(labelId(edge)), flip)
        const label = centred(named.get(labelId(edge)), "pos", labelSize(edge))
        if (after.tip === undefined || after.points.length < 4) return []
        if (edge.lines.length > 0 && (label === undefined || before.points.length < 4)) return []
        const { points, tip } = after
        const below = edge.headFrame === undefined || label === undefined ? [] : leadFrom(label, points)
        return [
          [
            edge.id,
            {
              before: before.points,
              label,
              after: [...below, ...points.slice(below.length > 0 ? 1 : 0)],
              tip
            }
          ]
        ]
      })
    )
  }
  const whole =
    layout.width > 0 &&
    layout.frames.size === picture.frames.length &&
    layout.boxes.size === picture.boxes.length &&
    layout.edges.size === picture.edges.length
  return whole ? Effect.succeed(layout) : Effect.fail(new LayoutFailed("Graphviz left something out"))
}

/** A straight line from below the words to where the curve begins, as a curve. */
const leadFrom = ({ y, height }: Rect, [start]: ReadonlyArray<Point>): ReadonlyArray<Point> => {
  if (start === undefined) return []
  const from = { x: start.x, y: y + height - BEFORE_FRAME }
  return [from, from, start, start]
}

/** `e,X,Y` is the tip of an arrow and stands first; the rest are points. */
const curveOf = (
  path: string | undefined,
  flip: (y: number) => number
): { readonly points: ReadonlyArray<Point>; readonly tip: Point | undefined } => {
  const points = (path ?? "")
    .replace("e,", "")
    .split(" ")
    .flatMap((pair): ReadonlyArray<Point> => {
      const [x, y] = numbersIn(pair)
      return x === undefined || y === undefined ? [] : [{ x, y: flip(y) }]
    })
  return path?.startsWith("e,") === true
    ? { points: points.slice(1), tip: points[0] }
    : { points, tip: undefined }
}

const fieldOf = (object: unknown, field: string): string => {
  const value: unknown =
    typeof object === "object" && object !== null ? Reflect.get(object, field) : undefined
  return typeof value === "string" ? value : ""
}

const listOf = (object: unknown, field: string): ReadonlyArray<unknown> => {
  const value: unknown =
    typeof object === "object" && object !== null ? Reflect.get(object, field) : undefined
  return Array.isArray(value) ? value : []
}

const numbersIn = (text: string): ReadonlyArray<number> =>
  text === "" ? [] : text.split(/[ ,]+/).map(Number)
