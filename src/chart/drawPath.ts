import type { AnyStateMachine } from "xstate"
import type { Picture } from "./Picture.ts"
import type { Note } from "./pathLines.ts"
import { pictureOf } from "./pictureOf.ts"
import { readChart } from "./readChart.ts"
import type { PathStep } from "./Walk.ts"
import { walkPath } from "./walkPath.ts"

/**
 * The statechart of one machine as a picture, and the path that one instance took on it.
 *
 *     const path = [{ state: "compiling", event: "START", atMicros: 0 }]
 *     toMermaid(drawPath(instanceMachine, path, "instance 7"))
 *
 * `path` is what an audit or a lifecycle holds: the states in the order in which they were entered. Any path can be
 * drawn; what the chart does not allow is shown as that.
 */
export const drawPath = (
  machine: AnyStateMachine,
  path: ReadonlyArray<PathStep>,
  title?: string,
  notes: ReadonlyArray<Note> = []
): Picture => {
  const chart = readChart(machine)
  return pictureOf(chart, { walk: walkPath(chart, path), notes, ...(title === undefined ? {} : { title }) })
}
