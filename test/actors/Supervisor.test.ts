import { describe, expect, it } from "vitest"
import { getSimplePaths } from "xstate/graph"
import { supervisorMachine } from "../../actors/Supervisor.ts"
import {
  nextSupervisorPlace,
  SUPERVISOR_EVENTS,
  SUPERVISOR_TABLE,
  type SupervisorPlace
} from "../../actors/SupervisorTable.ts"

// `keyof` is what `Object.keys` gives for a literal; the table has no other keys.
const PLACES = Object.keys(SUPERVISOR_TABLE) as ReadonlyArray<SupervisorPlace>
const events = SUPERVISOR_EVENTS.map((type) => ({ type }))
const paths = getSimplePaths(supervisorMachine, { events, filterEvents: (state, event) => state.can(event) })
const whole = paths.filter((path) => path.state.status === "done")
const placesAlong = (path: (typeof paths)[number]) => path.steps.map(({ state }) => String(state.value))

describe("a supervisor", () => {
  it("can be shut down and killed from outside in every place but the last", () => {
    for (const place of PLACES.filter((p) => p !== "terminated"))
      for (const event of ["SHUTDOWN", "KILL"] as const)
        expect([place, event, nextSupervisorPlace(place, event)]).not.toContain(undefined)
  })
})

describe("every simple path of a supervisor", () => {
  it("that cannot go on ends in terminated, and there are paths to look at", () => {
    expect(whole.length).toBeGreaterThan(20)
    expect(new Set(whole.map((path) => String(path.state.value)))).toEqual(new Set(["terminated"]))
  })

  it("passes through terminating, unless it was killed", () => {
    for (const path of whole) {
      const killed = path.steps.at(-1)?.event.type === "KILL"
      expect(placesAlong(path).at(-2) === "terminating" || killed).toBe(true)
    }
  })

  it("takes calls in running only", () => {
    expect(PLACES.filter((place) => nextSupervisorPlace(place, "CALL") !== undefined)).toEqual(["running"])
  })
})
