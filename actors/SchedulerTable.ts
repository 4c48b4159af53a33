import { nextIn } from "./nextIn.ts"

/**
 * The chart of `Scheduler.ts` as a literal table, which costs nothing to load: place, event, next place.
 *
 * The chart is the truth and this is its copy: a test derives the table from the chart and compares.
 */
export const SCHEDULER_TABLE = {
  running: { GIVEN: "running", REPORTED: "running", SILENT: "lost", EXITED: "lost", STOPPED: "ending" },
  lost: { REPORTED: "lost", ANSWERED: "cleaned", SILENT: "lost", EXITED: "lost", STOPPED: "lost" },
  ending: { REPORTED: "ending", EXITED: "cleaned", SILENT: "ending", STOPPED: "ending" },
  cleaned: {}
} as const satisfies Readonly<
  Record<SchedulerPlace, Readonly<Partial<Record<SchedulerEvent, SchedulerPlace>>>>
>

export type SchedulerPlace = "running" | "lost" | "ending" | "cleaned"

export const SCHEDULER_EVENTS = ["GIVEN", "REPORTED", "SILENT", "EXITED", "STOPPED", "ANSWERED"] as const
export type SchedulerEvent = (typeof SCHEDULER_EVENTS)[number]

/** Where every scheduler begins. */
export const FIRST_SCHEDULER_PLACE: SchedulerPlace = "running"

/** The place that follows, or `undefined` where the event is impossible. */
export const nextSchedulerPlace = (
  place: SchedulerPlace,
  event: SchedulerEvent
): SchedulerPlace | undefined => {
  return nextIn<SchedulerPlace, SchedulerEvent>(SCHEDULER_TABLE, place, event)
}
