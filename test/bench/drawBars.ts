/**
 * A bar chart as SVG: rows with several bars each, which begin at 1 and go as far as a ratio goes.
 *
 * ```
 *            0.9   1.0   1.1   1.2
 *   fib             |▬▬▬▬▬▬▬        1.25
 *   list            |▬               1.02
 * ```
 * Ratios are drawn from 1, since 1 is where nothing was added; what is less goes to the left. Colours follow the
 * reader's light or dark page. Names come from files, so they are escaped.
 */
export interface Bars {
  readonly title: string
  readonly series: ReadonlyArray<Series>
  readonly groups: ReadonlyArray<{ readonly name: string; readonly rows: ReadonlyArray<Row> }>
  /** Below the chart. */
  readonly note: string
}

export interface Series {
  readonly name: string
  readonly light: string
  readonly dark: string
  /** Whether its number stands at the end of the row. */
  readonly printed: boolean
}

export interface Row {
  readonly name: string
  /** One of each series, in their order. */
  readonly ratios: ReadonlyArray<number | undefined>
}

export const drawBars = (bars: Bars): string => {
  const rows = bars.groups.flatMap((group) => group.rows)
  const scale = scaleOf(rows.flatMap((row) => row.ratios.filter((ratio) => ratio !== undefined)))
  const parts: Array<string> = []
  let y = TOP
  for (const group of bars.groups) {
    parts.push(text(EDGE, y + 11, group.name, "group"))
    y += GROUP
    for (const row of group.rows) {
      parts.push(...drawRow(row, bars.series, scale, y))
      y += ROW
    }
    y += GAP
  }
  const height = y + NOTE
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escapeXml(bars.title)}</title>`,
    `<style>${style(bars.series)}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}"/>`,
    text(EDGE, 18, bars.title, "title"),
    ...legend(bars.series),
    ...grid(scale, y - GAP),
    ...parts,
    text(EDGE, height - 8, bars.note, "note"),
    "</svg>\n"
  ].join("\n")
}

const WIDTH = 760
const EDGE = 8
const LEFT = 104
const RIGHT = 52
const TOP = 64
const BAR = 4
const ROW = 18
const GROUP = 18
const GAP = 8
const NOTE = 20

interface Scale {
  readonly x: (ratio: number) => number
  readonly ticks: ReadonlyArray<number>
}

/** From the tick below the least to the tick above the most, 1 among them; at most a dozen ticks. */
const scaleOf = (ratios: ReadonlyArray<number>): Scale => {
  const [least, most] = [Math.min(1, ...ratios), Math.max(1.1, ...ratios)]
  const step = [0.05, 0.1, 0.25, 0.5, 1, 2, 5].find((s) => (most - least) / s <= 10) ?? most - least
  const first = Math.floor((least - 1) / step)
  const last = Math.ceil((most - 1) / step)
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => 1 + (first + i) * step)
  const x = (ratio: number) =>
    LEFT + ((ratio - 1 - first * step) / ((last - first) * step)) * (WIDTH - LEFT - RIGHT)
  return { x, ticks }
}

const drawRow = (row: Row, series: ReadonlyArray<Series>, { x }: Scale, y: number): ReadonlyArray<string> => {
  const drawn = [text(LEFT - 8, y + 11, row.name, "name")]
  for (const [i, { name, printed }] of series.entries()) {
    const ratio = row.ratios[i]
    if (ratio === undefined) continue
    const [from, to] = ratio < 1 ? [x(ratio), x(1)] : [x(1), x(ratio)]
    drawn.push(
      `<rect class="s${i}" x="${px(from)}" y="${px(y + 2 + i * (BAR + 0.5))}" width="${px(to - from)}" height="${BAR}"><title>${escapeXml(`${row.name}, ${name}: ${ratio.toFixed(2)}`)}</title></rect>`
    )
    if (printed) drawn.push(text(WIDTH - EDGE, y + 11, ratio.toFixed(2), "value"))
  }
  return drawn
}

const legend = (series: ReadonlyArray<Series>): ReadonlyArray<string> => {
  let x = LEFT
  return series.flatMap(({ name }, i) => {
    const at = x
    x += 30 + name.length * 6.2
    return [
      `<rect class="s${i}" x="${px(at)}" y="30" width="10" height="10"/>`,
      text(at + 15, 39, name, "key")
    ]
  })
}

const grid = ({ x, ticks }: Scale, bottom: number): ReadonlyArray<string> =>
  ticks.flatMap((tick) => [
    `<line class="${Math.abs(tick - 1) < 1e-9 ? "one" : "grid"}" x1="${px(x(tick))}" y1="${TOP - 4}" x2="${px(x(tick))}" y2="${px(bottom)}"/>`,
    text(x(tick), TOP - 8, tick.toFixed(tick * 10 === Math.round(tick * 10) ? 1 : 2), "tick")
  ])

const style = (series: ReadonlyArray<Series>): string => {
  const colours = (page: string, ink: string, faint: string, fills: ReadonlyArray<string>) =>
    `.page{fill:${page}}text{fill:${ink}}.tick,.note,.key{fill:${faint}}.grid{stroke:${faint};stroke-opacity:.25}.one{stroke:${ink}}${fills.map((fill, i) => `.s${i}{fill:${fill}}`).join("")}`
  const light = colours(
    "#ffffff",
    "#1f2328",
    "#59636e",
    series.map((s) => s.light)
  )
  const dark = colours(
    "#0d1117",
    "#f0f6fc",
    "#9198a1",
    series.map((s) => s.dark)
  )
  return `text{font:11px system-ui,sans-serif}.title{font-size:14px;font-weight:600}.group{font-weight:600}.name,.value{text-anchor:end}.tick{text-anchor:middle}${light}@media(prefers-color-scheme:dark){${dark}}`
}

const text = (x: number, y: number, content: string, kind: string): string =>
  `<text class="${kind}" x="${px(x)}" y="${px(y)}">${escapeXml(content)}</text>`

const px = (value: number): string => String(Math.round(value * 10) / 10)

const escapeXml = (content: string): string =>
  content.replace(/[<>&"]/g, (c) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[c] ?? c)
