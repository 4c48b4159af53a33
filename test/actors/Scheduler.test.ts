import { describe, expect, it } from "vitest"
import { getSimplePaths } from "xstate/graph"
import { schedulerMachine } from "../../actors/Scheduler.ts"
import { nextSchedulerPlace, SCHEDULER_EVENTS } from "../../actors/SchedulerTable.ts"

const paths = getSimplePaths(schedulerMachine, {
  events: SCHEDULER_EVENTS.map((type) => ({ type })),
  filterEvents: (state, event) => state.can(event)
})

describe("the life of a scheduler", () => {
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
  })

  it("can lose its thread and be stopped wherever it is alive", () => {
    expect(nextSchedulerPlace("running", "EXITED")).toBe("lost")
    expect(nextSchedulerPlace("running", "STOPPED")).toBe("ending")
  })
})
