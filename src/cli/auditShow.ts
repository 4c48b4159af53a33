import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type AuditLogBroken, describeAuditLogBroken } from "../audit/AuditLogBroken.ts"
import type { AuditPath, AuditPathEvent } from "../audit/readAuditPath.ts"
import { readAuditPath } from "../audit/readAuditPath.ts"
import { type AuditSummary, type Counted, summarizeAuditLog } from "../audit/summarizeAuditLog.ts"
import { visible } from "../outcome/visible.ts"
import { reportNotVerified } from "./auditVerify.ts"
import { type Ending, EXIT, UsageProblem } from "./ExitStatus.ts"
import { printErr, printJson, printOut } from "./print.ts"
import type { Invocation } from "./program.ts"
import { reportReason } from "./reportOutcome.ts"

/**
 * `munition audit show`: the path of one instance with its times, or what the log holds, counted.
 *
 * A log that does not hold is shown as far as it can be read, and the status says that it does not hold.
 */
export const auditShow = ({ args, options }: Invocation): Promise<Ending> => {
  const json = options["json"] === true
  const [id, chart] = [options["instance"], options["chart"]]
  if (id === undefined && chart !== undefined)
    return Promise.resolve(new UsageProblem("--chart: expected --instance beside it, got none"))
  return id === undefined ? showSummary(args, json) : showPath(args, String(id), chart, json)
}

const showPath = (
  files: ReadonlyArray<string>,
  id: string,
  named: unknown,
  json: boolean
): Promise<Ending> => {
  const chart = named === undefined ? undefined : String(named)
  return Effect.runPromise(Effect.result(readAuditPath(files, { id, chart }))).then((read) => {
    if (Result.isFailure(read)) return reportNotVerified(read.failure, json)
    const path = read.success
    const whose =
      chart === undefined ? `instance ${visible(id, 64)}` : `${visible(chart, 64)} ${visible(id, 64)}`
    if (path.lives.length === 0)
      return reportReason({ _tag: "NotThere", id, chart }, `${whose} is not in the log${beside(path)}`, json)
    if (json) printJson(path)
    else describePath(path, whose)
    return sayBroken(path.broken, json)
  })
}

const beside = ({ lost, broken }: AuditPath): string => {
  if (broken !== undefined) return `, which does not hold: ${describeAuditLogBroken(broken)}`
  return lost === 0 ? "" : `, in which ${lost} events are missing`
}

const describePath = ({ lives, more, lost }: AuditPath, whose: string): void => {
  for (const { process, events } of lives) {
    const where =
      process === undefined ? "" : `, in process ${process.pid}, which began at #${process.sequence}`
    printOut(`${whose}${where}\n`)
    const widths = [numberOf, stateOf, whyOf].map((part) =>
      Math.max(...events.map((event) => part(event).length))
    )
    for (const event of events) printOut(`  ${describeStep(event, widths)}\n`)
  }
  if (more > 0) printOut(`… and ${more} more events\n`)
  if (lost > 0) printErr(`note: ${lost} events of the log are missing, perhaps some of these\n`)
}

const stateOf = ({ from, to }: AuditPathEvent): string =>
  from === undefined ? visible(to, 64) : `${visible(from, 64)} -> ${visible(to, 64)}`

const numberOf = ({ sequence }: AuditPathEvent): string => `#${sequence}`
const whyOf = ({ why }: AuditPathEvent): string => visible(why, 64)

const describeStep = (
  event: AuditPathEvent,
  [number = 0, state = 0, why = 0]: ReadonlyArray<number>
): string =>
  [
    timeOf(event.atMs),
    numberOf(event).padStart(number),
    stateOf(event).padEnd(state),
    ...(event._tag === "Step" ? [whyOf(event).padEnd(why), `after ${event.atMicros} µs`] : [whyOf(event)])
  ].join("  ")

/** Text in UTC; a number as it is where it is no time. */
export const timeOf = (atMs: number): string =>
  Math.abs(atMs) <= DATE_MS_MAX ? new Date(atMs).toISOString() : String(atMs)

const DATE_MS_MAX = 8.64e15

const showSummary = (files: ReadonlyArray<string>, json: boolean): Promise<Ending> =>
  Effect.runPromise(Effect.result(summarizeAuditLog(files))).then((read) => {
    if (Result.isFailure(read)) return reportNotVerified(read.failure, json)
    const summary = read.success
    if (json) printJson(summary)
    else describeSummary(summary)
    return sayBroken(summary.broken, json)
  })

const describeSummary = (summary: AuditSummary): void => {
  const { events, fromMs, toMs, instances, cleaned, processes, unclosed, lost, clockBack, clockBackMs } =
    summary
  const when = fromMs === undefined || toMs === undefined ? "" : `, ${timeOf(fromMs)} to ${timeOf(toMs)}`
  printOut(`events: ${events}${when}\n`)
  printOut(`instances: ${instances} began, ${cleaned} were cleaned\n`)
  for (const [name, counts] of [
    ["crashes", summary.crashes],
    ["refusals", summary.refusals],
    ["transitions", summary.transitions]
  ] as const)
    describeCounts(name, counts)
  printOut(`processes: ${processes} began${unclosed === 0 ? "" : `, ${unclosed} did not end in order`}\n`)
  if (lost > 0) printOut(`lost: ${lost} events\n`)
  if (clockBack > 0)
    printOut(
      `clock: set back ${clockBack === 1 ? "once" : `${clockBack} times`}, by at most ${clockBackMs} ms\n`
    )
}

const describeCounts = (name: string, counts: ReadonlyArray<Counted>): void => {
  printOut(`${name}: ${counts.reduce((sum, { count }) => sum + count, 0)}\n`)
  for (const one of counts) printOut(`  ${one.count} ${visible(one.name, 64)}\n`)
}

/** *Returns* the status of a log that was read to its end, and says why it does not hold. */
export const sayBroken = (broken: AuditLogBroken | undefined, json: boolean): number => {
  if (broken === undefined) return EXIT.done
  if (!json) printErr(`broken: ${describeAuditLogBroken(broken)}\n`)
  return EXIT.refused
}
