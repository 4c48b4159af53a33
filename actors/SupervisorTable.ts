import { nextIn } from "./nextIn.ts"

/**
 * The chart of `Supervisor.ts` as a literal table: place, event, next place.
 *
 * The chart is the truth and this is its copy, held to it by a test: whoever supervises walks the table and does
 * not load XState for it.
 */
export const SUPERVISOR_TABLE = {
  init: {
    CHILDREN_STARTED: "running",
    START_FAILED: "terminating",
    SHUTDOWN: "terminating",
    KILL: "terminated"
  },
  running: {
    CALL: "running",
    CHILD_EXITED: "restarting",
    TRY_AGAIN: "restarting",
    SHUTDOWN: "terminating",
    KILL: "terminated"
  },
  restarting: {
    RESTARTED: "running",
    NOT_RESTARTED: "running",
    START_FAILED: "running",
    INTENSITY_REACHED: "terminating",
    AUTO_SHUTDOWN: "terminating",
    SHUTDOWN: "terminating",
    KILL: "terminated"
  },
  terminating: { CHILDREN_STOPPED: "terminated", SHUTDOWN: "terminating", KILL: "terminated" },
  terminated: {}
} as const satisfies Readonly<
  Record<SupervisorPlace, Readonly<Partial<Record<SupervisorEvent, SupervisorPlace>>>>
>

/** Where a supervisor is. */
export type SupervisorPlace = "init" | "running" | "restarting" | "terminating" | "terminated"

/** What can happen to a supervisor. */
export const SUPERVISOR_EVENTS = [
  "CHILDREN_STARTED",
  "START_FAILED",
  "CALL",
  "CHILD_EXITED",
  "TRY_AGAIN",
  "RESTARTED",
  "NOT_RESTARTED",
  "INTENSITY_REACHED",
  "AUTO_SHUTDOWN",
  "SHUTDOWN",
  "KILL",
  "CHILDREN_STOPPED"
] as const

export type SupervisorEvent = (typeof SUPERVISOR_EVENTS)[number]

/** Where every supervisor begins. */
export const FIRST_SUPERVISOR_PLACE: SupervisorPlace = "init"

/** The place that follows, or `undefined` where the event is impossible. */
export const nextSupervisorPlace = (
  place: SupervisorPlace,
  event: SupervisorEvent
): SupervisorPlace | undefined => {
  return nextIn<SupervisorPlace, SupervisorEvent>(SUPERVISOR_TABLE, place, event)
}
