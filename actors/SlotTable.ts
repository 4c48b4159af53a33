import { nextIn } from "./nextIn.ts"

/**
 * The chart of `Slot.ts` as a literal table, which costs nothing to load: place, event, next place.
 *
 * The chart is the truth and this is its copy: a test derives the table from the chart and compares.
 */
export const SLOT_TABLE = {
  making: { MADE: "idle", UNFIT: "cleaned" },
  idle: { GIVEN: "firing", CLOSED: "cleaned" },
  firing: { RETURNED: "restoring", FAILED: "captured" },
  restoring: { RESTORED: "idle", GREW: "cleaned", DIFFERED: "captured" },
  captured: { CAPTURED: "cleaned" },
  cleaned: {}
} as const satisfies Readonly<Record<SlotPlace, Readonly<Partial<Record<SlotEvent, SlotPlace>>>>>

export type SlotPlace = "making" | "idle" | "firing" | "restoring" | "captured" | "cleaned"

export const SLOT_EVENTS = [
  "MADE",
  "UNFIT",
  "GIVEN",
  "RETURNED",
  "FAILED",
  "RESTORED",
  "GREW",
  "DIFFERED",
  "CAPTURED",
  "CLOSED"
] as const
export type SlotEvent = (typeof SLOT_EVENTS)[number]

/** Where every slot begins. */
export const FIRST_SLOT_PLACE: SlotPlace = "making"

/** The place that follows, or `undefined` where the event is impossible. */
export const nextSlotPlace = (place: SlotPlace, event: SlotEvent): SlotPlace | undefined => {
  return nextIn<SlotPlace, SlotEvent>(SLOT_TABLE, place, event)
}
