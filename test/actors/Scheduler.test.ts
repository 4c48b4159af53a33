import { describe, expect, it } from "vitest"
import { transition } from "xstate"
import { getSimplePaths } from "xstate/graph"
import { schedulerMachine } from "../../actors/Scheduler.ts"
import {
  SCHEDULER_EVENTS as EVENTS,
  nextSchedulerPlace,
  SCHEDULER_TABLE,
  type SchedulerPlace
} from "../../actors/SchedulerTable.ts"

// `keyof` is what `Object.keys` gives for a literal; the table has no other keys.
const PLACES = Object.keys(SCHEDULER_TABLE) as ReadonlyArray<SchedulerPlace>

const derived = Object.fromEntries(
  PLACES.map((place) => {
    const snapshot = schedulerMachine.resolveState({ value: place })
    return [
      place,
      Object.fromEntries(
        EVENTS.filter((type) => snapshot.can({ type })).map((type) => [
          type,
          transition(schedulerMachine, snapshot, { type })[0].value
        ])
      )
    ]
  })
)

const paths = getSimplePaths(schedulerMachine, {
  events: EVENTS.map((type) => ({ type })),
  filterEvents: (state, event) => state.can(event)
})

describe("the life of a scheduler", () => {
  it("is the same in the chart and in the table", () => {
    expect(derived).toEqual(SCHEDULER_TABLE)
  })

  it("ends in `cleaned` on every way, and passes `lost` where its thread died", () => {
    const whole = paths.filter(({ state }) => state.status === "done")
    expect(whole).toHaveLength(3)
    for (const { steps } of whole) {
      const places = steps.map(({ state }) => state.value)
      const events = steps.map(({ event }) => event.type)
      expect(places.at(-1)).toBe("cleaned")
      const died = events.some(
        (type, i) => (type === "EXITED" || type === "SILENT") && places[i - 1] !== "ending"
      )
      expect(places.includes("lost")).toBe(died)
    }
    const stuck = PLACES.filter((place) => Object.keys(SCHEDULER_TABLE[place]).length === 0)
    expect(stuck).toEqual(["cleaned"])
  })

  it("can lose its thread and be stopped wherever it is alive", () => {
    expect(nextSchedulerPlace("running", "EXITED")).toBe("lost")
    expect(nextSchedulerPlace("running", "STOPPED")).toBe("ending")
  })
})
