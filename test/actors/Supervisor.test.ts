import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { getSimplePaths } from "xstate/graph"
import { supervisorMachine } from "../../actors/Supervisor.ts"
import {
  nextSupervisorPlace,
  SUPERVISOR_EVENTS,
  SUPERVISOR_TABLE,
  type SupervisorPlace
} from "../../actors/SupervisorTable.ts"
import { deriveFlatTable } from "./derive.ts"

// `keyof` is what `Object.keys` gives for a literal; the table has no other keys.
const PLACES = Object.keys(SUPERVISOR_TABLE) as ReadonlyArray<SupervisorPlace>
const events = SUPERVISOR_EVENTS.map((type) => ({ type }))
const paths = getSimplePaths(supervisorMachine, { events, filterEvents: (state, event) => state.can(event) })
const whole = paths.filter((path) => path.state.status === "done")
const placesAlong = (path: (typeof paths)[number]) => path.steps.map(({ state }) => String(state.value))

describe("a supervisor", () => {
  it("is the same in the chart and in the table", () => {
    expect(deriveFlatTable(supervisorMachine, SUPERVISOR_EVENTS)).toEqual(SUPERVISOR_TABLE)
  })

  it("is told from a chart that ends without stopping its children", () => {
    const config = structuredClone(supervisorMachine.config) as { states: Record<string, { on?: object }> }
    Object.assign(config.states["restarting"]?.on ?? {}, { INTENSITY_REACHED: "terminated" })
    // It has the chart's own shape but for one target.
    expect(deriveFlatTable(createMachine(config as object), SUPERVISOR_EVENTS)).not.toEqual(SUPERVISOR_TABLE)
  })

  it("has every event somewhere, and somewhere to go in every place but the last", () => {
    const used = new Set(PLACES.flatMap((place) => Object.keys(SUPERVISOR_TABLE[place])))
    expect([...used].sort()).toEqual([...SUPERVISOR_EVENTS].sort())
    expect(PLACES.filter((place) => Object.keys(SUPERVISOR_TABLE[place]).length === 0)).toEqual([
      "terminated"
    ])
  })

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
