import * as Effect from "effect/Effect"
import { instanceMachine } from "../../actors/Instance.ts"
import { describeAuditLogBroken } from "../audit/AuditLogBroken.ts"
import { describeAuditLogFailed } from "../audit/AuditLogFailed.ts"
import type { AuditPath } from "../audit/readAuditPath.ts"
import { readAuditPath } from "../audit/readAuditPath.ts"
import { drawPath } from "../chart/drawPath.ts"
import type { Note } from "../chart/pathLines.ts"
import type { PathStep } from "../chart/Walk.ts"
import { visible } from "../outcome/visible.ts"
import { sayBroken, timeOf } from "./auditShow.ts"
import { deliver, Unreadable, writePicture } from "./deliver.ts"
import { type Ending, EXIT } from "./ExitStatus.ts"
import type { Invocation, PictureFormat } from "./program.ts"

/**
 * `munition audit chart`: the path that one instance took, on the chart of instances.
 *
 * Where a log holds several lives of an id, one a process, the last one is drawn. What is wrong with the log, or
 * missing in it, stands in the picture, and the status says that the log does not hold: a path out of one that does
 * not must not look like proof.
 */
export const auditChart = ({ args, options }: Invocation): Promise<Ending> => {
  const id = String(options["instance"])
  // The parser has compared it with the formats of pictures.
  const format = options["format"] as PictureFormat
  let broken: AuditPath["broken"]
  const text = readAuditPath(args, { id }).pipe(
    Effect.mapError((failed) => new Unreadable(describeAuditLogFailed(failed))),
    Effect.flatMap((path) => {
      const steps = stepsOf(path)
      if (steps.length === 0)
        return Effect.fail(new Unreadable(`${args.join(", ")}: no step of instance ${visible(id, 64)}`))
      broken = path.broken
      return writePicture(drawPath(instanceMachine, steps, titleOf(path), notesOf(path)), format)
    })
  )
  return deliver(text, options["output"]).then((ending) =>
    ending === EXIT.done ? sayBroken(broken, false) : ending
  )
}

const stepsOf = ({ lives }: AuditPath): ReadonlyArray<PathStep> =>
  (lives.at(-1)?.events ?? []).flatMap((event) =>
    event._tag === "Step" ? [{ state: event.to, event: event.why, atMicros: event.atMicros }] : []
  )

const titleOf = ({ id, broken }: AuditPath): string =>
  `instance ${visible(id, 64)}${broken === undefined ? "" : "; the log does not hold"}`

const notesOf = (path: AuditPath): ReadonlyArray<Note> => {
  const { lives, more, broken, lost } = path
  const right = (text: string): Note => ({ text, wrong: false })
  const wrong = (text: string): Note => ({ text, wrong: true })
  return [
    right(whereOf(path)),
    ...(lives.length > 1 && more === 0 ? [right(`The last of ${lives.length} lives with this id.`)] : []),
    ...(more > 0 ? [wrong(`${more} later steps with this id are in the log, and not drawn.`)] : []),
    ...(lost > 0 ? [wrong(`${lost} events of the log are missing, perhaps some of these.`)] : []),
    ...(broken === undefined
      ? []
      : [wrong(`The log does not hold: ${visible(describeAuditLogBroken(broken))}.`)])
  ]
}

/** By which lines the picture can be compared with the log. */
const whereOf = ({ lives }: AuditPath): string => {
  const { process, events = [] } = lives.at(-1) ?? {}
  const [first, last] = [events[0], events.at(-1)]
  if (first === undefined || last === undefined) return ""
  const [from, to] = [timeOf(first.atMs), timeOf(last.atMs)]
  const when = from === to ? from : `${from} to ${to}`
  const who = process === undefined ? "" : ` by process ${process.pid}`
  return `Lines #${first.sequence} to #${last.sequence} of the log, recorded ${when}${who}.`
}
