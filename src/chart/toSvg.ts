import * as Effect from "effect/Effect"
import { type Layout, type LayoutFailed, layOut, type Point, type Route } from "./layOut.ts"
import type { Box, Edge, Frame, Line, Picture, Tone } from "./Picture.ts"
import {
  BADGE_GAP,
  BADGE_HEIGHT,
  badgeWidth,
  FONT_SIZE,
  isBold,
  LINE_HEIGHT,
  lineWidth,
  type Rect
} from "./sizes.ts"
import { element, escapeXml } from "./xml.ts"

/**
 * A picture as SVG: the same bytes for the same chart, wherever it is made.
 *
 * It brings its own white page, so it can be read on a dark one and on paper; it holds no style sheet, script, font or
 * reference, so nothing that shows it can change it or be made to fetch. What is on a path is also bold and numbered:
 * colour alone says nothing.
 */
export const toSvg = (picture: Picture): Effect.Effect<string, LayoutFailed> =>
  Effect.map(layOut(picture), (layout) => write(picture, layout))

const write = (picture: Picture, layout: Layout): string => {
  const width = Math.ceil(Math.max(layout.width, layout.heading?.width ?? 0)) + 2 * MARGIN
  const height = Math.ceil(layout.height) + 2 * MARGIN
  const page = element("rect", { width, height, fill: "#ffffff" })
  const heading =
    layout.heading === undefined ? [] : textIn(picture.heading, { ...layout.heading, x: 0 }, "start")
  // What is on the path is drawn last, over what is not.
  const edges = [...picture.edges].sort((a, b) => Number(isOn(a.tone)) - Number(isOn(b.tone)))
  const drawn = element("g", { transform: `translate(${MARGIN} ${MARGIN})` }, [
    ...heading,
    ...picture.frames.map((frame) => drawFrame(frame, layout)),
    ...edges.map((edge) => drawEdge(edge, layout.edges.get(edge.id))),
    ...picture.boxes.map((box) => drawBox(box, layout.boxes.get(box.id)))
  ])
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": picture.title,
      "font-family": "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
    },
    [
      element("title", {}, [escapeXml(picture.title)]),
      element("desc", {}, [escapeXml(picture.description)]),
      page,
      drawn
    ]
  )}\n`
}

const MARGIN = 16

const INK: Readonly<Record<Tone, { readonly line: string; readonly text: string; readonly fill: string }>> = {
  plain: { line: "#475569", text: "#0f172a", fill: "#ffffff" },
  taken: { line: "#0b5394", text: "#08335c", fill: "#e3eefa" },
  perhaps: { line: "#0b5394", text: "#08335c", fill: "#ffffff" },
  stray: { line: "#b42318", text: "#8a1a11", fill: "#fdecea" },
  pale: { line: "#c3cad4", text: "#7a8594", fill: "#ffffff" }
}

const isOn = (tone: Tone): boolean => tone !== "pale" && tone !== "plain"

const strokeOf = (tone: Tone): Readonly<Record<string, string | number | undefined>> => ({
  stroke: INK[tone].line,
  "stroke-width": tone === "taken" || tone === "stray" ? 2.2 : tone === "perhaps" ? 1.8 : 1.2,
  "stroke-dasharray": tone === "perhaps" ? "6 3" : tone === "stray" ? "2 3" : undefined
})

const drawFrame = ({ id, lines, tone, parallel }: Frame, layout: Layout): string => {
  const at = layout.frames.get(id)
  if (at === undefined) return ""
  const fill = tone === "taken" ? "#f3f8fd" : tone === "pale" ? "#fbfcfd" : "#f5f7fa"
  const dashes = parallel ? { "stroke-dasharray": "8 4" } : {}
  return element("g", {}, [
    element("rect", { ...rectOf(at.border), rx: 10, fill, ...strokeOf(tone), ...dashes }),
    ...textIn(lines, at.label, "middle")
  ])
}

const drawBox = ({ kind, lines, tone }: Box, at: Rect | undefined): string => {
  if (at === undefined) return ""
  const { line, fill } = INK[tone]
  const [cx, cy] = [n(at.x + at.width / 2), n(at.y + at.height / 2)]
  if (kind === "start") return element("circle", { cx, cy, r: n(at.width / 2), fill: line })
  const rx = kind === "anywhere" || kind === "history" ? n(at.height / 2) : 8
  const inner = { x: at.x + 4, y: at.y + 4, width: at.width - 8, height: at.height - 8 }
  const text = { ...at, y: at.y + (at.height - heightOf(lines)) / 2 }
  const dashes = kind === "anywhere" ? { "stroke-dasharray": "2 2" } : {}
  return element("g", {}, [
    element("rect", { ...rectOf(at), rx, fill, ...strokeOf(tone), ...dashes }),
    ...(kind === "final" ? [element("rect", { ...rectOf(inner), rx: 5, fill: "none", stroke: line })] : []),
    ...textIn(lines, text, "middle")
  ])
}

const drawEdge = ({ tone, lines }: Edge, route: Route | undefined): string => {
  const last = route?.after.at(-1)
  if (route === undefined || last === undefined) return ""
  const { before, after, tip, label } = route
  const d = [curve(before), curve(after)].join("")
  return element("g", {}, [
    element("path", { d, fill: "none", ...strokeOf(tone) }),
    element("polygon", { points: arrowhead(last, tip), fill: INK[tone].line }),
    ...(label === undefined ? [] : textIn(lines, { ...label, y: label.y + 2 }, "middle"))
  ])
}

const curve = ([first, ...rest]: ReadonlyArray<Point>): string =>
  first === undefined
    ? ""
    : `M${p(first)}${rest.map((point, i) => `${i % 3 === 0 ? "C" : " "}${p(point)}`).join("")}`

const arrowhead = (from: Point, tip: Point): string => {
  const length = Math.hypot(tip.x - from.x, tip.y - from.y) || 1
  const [dx, dy] = [(tip.x - from.x) / length, (tip.y - from.y) / length]
  const [back, half] = [9, 3.8]
  const base = { x: tip.x - dx * back, y: tip.y - dy * back }
  return [
    tip,
    { x: base.x - dy * half, y: base.y + dx * half },
    { x: base.x + dy * half, y: base.y - dx * half }
  ]
    .map(p)
    .join(" ")
}

const textIn = (lines: ReadonlyArray<Line>, at: Rect, anchor: "start" | "middle"): ReadonlyArray<string> => {
  let y = at.y
  return lines.flatMap((line) => {
    const height = LINE_HEIGHT[line.font]
    const middle = y + height / 2
    y += height
    const left = anchor === "start" ? at.x : at.x + (at.width - lineWidth(line)) / 2
    const badge = badgeWidth(line)
    const size = FONT_SIZE[line.font]
    const centre = left + badge + (lineWidth(line) - badge) / 2
    const text = element(
      "text",
      {
        x: n(anchor === "start" || badge > 0 ? left + badge : centre),
        y: n(middle + size * 0.35),
        "font-size": size,
        "font-weight": isBold(line) ? "bold" : undefined,
        "font-style":
          line.tone === "perhaps" && line.badge === "" && line.font === "small" ? "italic" : undefined,
        "text-anchor": anchor === "start" || badge > 0 ? undefined : "middle",
        fill: INK[line.tone].text
      },
      [escapeXml(line.text)]
    )
    return badge === 0 ? [text] : [...drawBadge(line, left, middle), text]
  })
}

const drawBadge = (line: Line, left: number, middle: number): ReadonlyArray<string> => {
  const width = badgeWidth(line) - BADGE_GAP
  const rect = { x: left, y: middle - BADGE_HEIGHT / 2, width, height: BADGE_HEIGHT }
  const text = {
    x: n(left + width / 2),
    y: n(middle + 3.7),
    "font-size": FONT_SIZE.small - 0.5,
    "font-weight": "bold",
    "text-anchor": "middle",
    fill: "#ffffff"
  }
  return [
    element("rect", { ...rectOf(rect), rx: BADGE_HEIGHT / 2, fill: INK[line.tone].line }),
    element("text", text, [escapeXml(line.badge)])
  ]
}

const heightOf = (lines: ReadonlyArray<Line>): number =>
  lines.reduce((sum, { font }) => sum + LINE_HEIGHT[font], 0)

const rectOf = ({ x, y, width, height }: Rect) => ({ x: n(x), y: n(y), width: n(width), height: n(height) })

const p = ({ x, y }: Point): string => `${n(x)},${n(y)}`

/** Tenths of a point: beyond them nothing is seen, and below them floating point begins to differ. */
const n = (value: number): number => Math.round(value * 10) / 10 || 0
