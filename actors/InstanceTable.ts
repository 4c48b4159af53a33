import type { CrashReason } from "../src/outcome/CrashReason.ts"
import { LIFECYCLE_STATES, type LifecycleState } from "../src/outcome/Lifecycle.ts"
import { nextIn } from "./nextIn.ts"

/**
 * The chart of `Instance.ts` as a literal table: place, event, next place.
 *
 * A live XState actor costs about 21 µs a life, more than a small firing; a life walked here costs less than one.
 * The chart is the truth and this is its copy: a test derives the table from the chart and compares. Nothing is
 * imported but words, so the worker that runs guests can walk it too.
 */
export const INSTANCE_TABLE = {
  compiling: {
    INSTANTIATED: "instantiated",
    OutOfFuel: "captured.capturing",
    OutOfStack: "captured.capturing",
    OutOfMemory: "captured.capturing",
    Trapped: "captured.capturing",
    TimedOut: "captured.capturing",
    Cancelled: "captured.capturing",
    GuestException: "captured.capturing",
    HostFailed: "captured.capturing",
    EngineLost: "captured.capturing"
  },
  instantiated: {
    CALLED: "executing.running",
    // A resident guest that nobody called.
    CLEANED: "cleaned",
    TimedOut: "captured.capturing",
    Cancelled: "captured.capturing",
    EngineLost: "captured.capturing"
  },
  "executing.running": {
    RETURNED: "executing.returned",
    OutOfFuel: "captured.capturing",
    OutOfStack: "captured.capturing",
    OutOfMemory: "captured.capturing",
    Trapped: "captured.capturing",
    TimedOut: "captured.capturing",
    Cancelled: "captured.capturing",
    GuestException: "captured.capturing",
    HostFailed: "captured.capturing",
    EngineLost: "captured.capturing"
  },
  "executing.returned": {
    CLEANED: "cleaned",
    CALLED: "executing.running",
    OutOfFuel: "captured.capturing",
    TimedOut: "executing.returned",
    Cancelled: "executing.returned",
    EngineLost: "executing.returned"
  },
  "captured.capturing": {
    CAPTURED: "captured.taken",
    TimedOut: "captured.capturing",
    Cancelled: "captured.capturing",
    EngineLost: "captured.capturing"
  },
  "captured.taken": {
    CLEANED: "cleaned",
    TimedOut: "captured.taken",
    Cancelled: "captured.taken",
    EngineLost: "captured.taken"
  },
  cleaned: {}
} as const satisfies Readonly<Record<InstancePlace, Readonly<Partial<Record<InstanceEvent, InstancePlace>>>>>

/** Where an instance is: a lifecycle state, and inside two of them which half. */
export type InstancePlace =
  | "compiling"
  | "instantiated"
  | "executing.running"
  | "executing.returned"
  | "captured.capturing"
  | "captured.taken"
  | "cleaned"

/** The ordinary steps of a life, in their order. The tags of the crash reasons are the other events. */
export const INSTANCE_STEPS = ["INSTANTIATED", "CALLED", "RETURNED", "CAPTURED", "CLEANED"] as const

/** A failing event is the tag of its reason: nothing has to be looked up to know why. */
export type InstanceEvent = (typeof INSTANCE_STEPS)[number] | CrashReason["_tag"]

/** The place that follows, or `undefined` where the event is impossible. */
export const nextPlace = (place: InstancePlace, event: InstanceEvent): InstancePlace | undefined => {
  return nextIn<InstancePlace, InstanceEvent>(INSTANCE_TABLE, place, event)
}

/** The lifecycle state that a place lies in: what dumps and output report. */
export const stateOf = (place: InstancePlace): LifecycleState => {
  switch (place) {
    case "executing.running":
    case "executing.returned":
      return "executing"
    case "captured.capturing":
    case "captured.taken":
      return "captured"
    default:
      return place
  }
}

/** Where every life begins. */
export const FIRST_PLACE: InstancePlace = LIFECYCLE_STATES[0]
