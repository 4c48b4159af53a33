import * as Effect from "effect/Effect"
import { CHARTS } from "../../actors/charts.ts"
import type { Chart } from "../chart/Chart.ts"
import { pictureOf } from "../chart/pictureOf.ts"
import { readChart } from "../chart/readChart.ts"
import { toJson } from "../chart/toJson.ts"
import { toScxml } from "../chart/toScxml.ts"
import { deliver, writePicture } from "./deliver.ts"
import { type Ending, EXIT } from "./ExitStatus.ts"
import { printOut } from "./print.ts"
import type { ChartFormat, Invocation } from "./program.ts"

/** `munition chart`: one statechart in one format; without a name, which there are. */
export const chart = ({ args, options }: Invocation): Promise<Ending> => {
  const [name] = args
  // The parser has compared both with the names and the formats that there are.
  const entry = name === undefined ? undefined : CHARTS[name]
  const format = options["format"] as ChartFormat
  if (entry === undefined) {
    printOut(listCharts())
    return Promise.resolve(EXIT.done)
  }
  const text = Effect.flatMap(Effect.promise(entry.load), (machine) =>
    write(readChart(machine), entry.about, format)
  )
  return deliver(text, options["output"])
}

const listCharts = (): string => {
  const width = Math.max(...Object.keys(CHARTS).map((name) => name.length))
  return Object.entries(CHARTS)
    .map(([name, { about }]) => `${name.padEnd(width)}  ${about}\n`)
    .join("")
}

const write = (drawn: Chart, about: string, format: ChartFormat): Effect.Effect<string> => {
  if (format === "json") return Effect.succeed(toJson(drawn))
  return format === "scxml"
    ? Effect.succeed(toScxml(drawn))
    : writePicture(pictureOf(drawn, { notes: [{ text: about, wrong: false }] }), format)
}
