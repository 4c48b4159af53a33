import { readFileSync, writeFileSync } from "node:fs"
import { type Bars, drawBars, type Row } from "./drawBars.ts"
import type { SubjectResult } from "./measure.ts"
import { meansOf, type Ratios, ratiosOf } from "./summary.ts"

/**
 * Draws what `npm run bench -- --json FILE` wrote:
 *
 *     node test/bench/picture.ts JSON SVG
 *
 * Each kernel has three bars, its steady times divided by plain V8's: the floor, metered, and with canonical NaNs.
 */
interface Bench {
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly rounds: { readonly steady: number }
  readonly results: ReadonlyArray<SubjectResult>
}

const barsOf = (bench: Bench): Bars => {
  const group = (kind: string) =>
    bench.results
      .filter((result) => result.kind === kind)
      .map((result) => row(result.name, ratiosOf(result)))
      .toSorted((a, b) => (b.ratios[1] ?? 0) - (a.ratios[1] ?? 0))
  const means = (kind: string) => meansOf(bench.results.filter((result) => result.kind === kind))
  return {
    title: "What metering costs: time as a multiple of plain V8's",
    series: [
      { name: "could not be preempted (the floor)", light: "#a8b1ba", dark: "#5c6670", printed: false },
      { name: "metered", light: "#0969da", dark: "#4493f8", printed: true },
      { name: "metered, canonical NaNs", light: "#e0a030", dark: "#b37a1b", printed: false }
    ],
    groups: [
      { name: "calls", rows: group("calls") },
      { name: "other", rows: group("other") },
      {
        name: "geometric means",
        rows: [row("calls", means("calls")), row("other", means("other")), row("all", meansOf(bench.results))]
      }
    ].filter(({ rows }) => rows.some(({ ratios }) => ratios.some((ratio) => ratio !== undefined))),
    note: `Node ${bench.node}, V8 ${bench.v8}, ${bench.cpu}; minima of ${bench.rounds.steady} rounds, steady state`
  }
}

const row = (name: string, { floor, metered, canonical }: Ratios): Row => ({
  name,
  ratios: [floor, metered, canonical]
})

const [json, svg] = process.argv.slice(2)
if (json === undefined || svg === undefined) {
  process.stderr.write("node test/bench/picture.ts JSON SVG\n")
  process.exitCode = 1
} else {
  // The cast: the bench wrote it.
  writeFileSync(svg, drawBars(barsOf(JSON.parse(readFileSync(json, "utf8")) as Bench)))
}
