import { nextIn } from "./nextIn.ts"

/**
 * The chart of `Child.ts` as a literal table: place, event, next place.
 *
 * The chart is the truth and this is its copy: a test derives the table from the chart and compares. A supervisor
 * walks it for each of its children, ten thousand of them where guests are resident, at no price worth a number.
 */
export const CHILD_TABLE = {
  starting: {
    STARTED: "running",
    IGNORED: "exited",
    START_FAILED: "exited",
    SHUTDOWN: "shutting_down",
    KILL: "killing"
  },
  running: { EXITED: "exited", SHUTDOWN: "shutting_down", KILL: "killing" },
  shutting_down: {
    EXITED: "exited",
    TIMED_OUT: "killing",
    KILL: "killing",
    STARTED: "shutting_down",
    IGNORED: "exited",
    START_FAILED: "exited",
    SHUTDOWN: "shutting_down"
  },
  killing: {
    EXITED: "exited",
    TIMED_OUT: "exited",
    STARTED: "killing",
    IGNORED: "exited",
    START_FAILED: "exited",
    SHUTDOWN: "killing",
    KILL: "killing"
  },
  exited: {
    RESTART: "starting",
    TRY_AGAIN: "restarting",
    KEEP: "stopped",
    DELETE: "deleted",
    EXITED: "exited",
    TIMED_OUT: "exited"
  },
  restarting: {
    RESTART: "starting",
    KEEP: "stopped",
    DELETE: "deleted",
    EXITED: "restarting",
    TIMED_OUT: "restarting"
  },
  stopped: { RESTART: "starting", DELETE: "deleted", EXITED: "stopped", TIMED_OUT: "stopped" },
  deleted: {}
} as const satisfies Readonly<Record<ChildPlace, Readonly<Partial<Record<ChildEvent, ChildPlace>>>>>

/** Where a supervised child is. */
export type ChildPlace =
  | "starting"
  | "running"
  | "shutting_down"
  | "killing"
  | "exited"
  | "restarting"
  | "stopped"
  | "deleted"

/** What can happen to a child, in the order in which it usually does. */
export const CHILD_EVENTS = [
  "STARTED",
  "IGNORED",
  "START_FAILED",
  "SHUTDOWN",
  "KILL",
  "TIMED_OUT",
  "EXITED",
  "RESTART",
  "TRY_AGAIN",
  "KEEP",
  "DELETE"
] as const

export type ChildEvent = (typeof CHILD_EVENTS)[number]

/** Where every child begins. */
export const FIRST_CHILD_PLACE: ChildPlace = "starting"

/** The place that follows, or `undefined` where the event is impossible. */
export const nextChildPlace = (place: ChildPlace, event: ChildEvent): ChildPlace | undefined => {
  return nextIn<ChildPlace, ChildEvent>(CHILD_TABLE, place, event)
}
