import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { getSimplePaths } from "xstate/graph"
import { childMachine } from "../../actors/Child.ts"
import { CHILD_EVENTS, CHILD_TABLE, type ChildPlace, nextChildPlace } from "../../actors/ChildTable.ts"
import { deriveFlatTable } from "./derive.ts"

// `keyof` is what `Object.keys` gives for a literal; the table has no other keys.
const PLACES = Object.keys(CHILD_TABLE) as ReadonlyArray<ChildPlace>
const events = CHILD_EVENTS.map((type) => ({ type }))
const paths = getSimplePaths(childMachine, { events, filterEvents: (state, event) => state.can(event) })
const whole = paths.filter((path) => path.state.status === "done")
const placesAlong = (path: (typeof paths)[number]) => path.steps.map(({ state }) => String(state.value))

describe("a supervised child", () => {
  it("is the same in the chart and in the table", () => {
    expect(deriveFlatTable(childMachine, CHILD_EVENTS)).toEqual(CHILD_TABLE)
  })

  it("is told from a chart in which a kill that does not work is waited for", () => {
    const config = structuredClone(childMachine.config) as { states: Record<string, { on?: object }> }
    Object.assign(config.states["killing"]?.on ?? {}, { TIMED_OUT: "killing" })
    // It has the chart's own shape but for one target.
    expect(deriveFlatTable(createMachine(config as object), CHILD_EVENTS)).not.toEqual(CHILD_TABLE)
  })

  it("has every event somewhere, and somewhere to go in every place but the last", () => {
    const used = new Set(PLACES.flatMap((place) => Object.keys(CHILD_TABLE[place])))
    expect([...used].sort()).toEqual([...CHILD_EVENTS].sort())
    expect(PLACES.filter((place) => Object.keys(CHILD_TABLE[place]).length === 0)).toEqual(["deleted"])
  })

  it("can end or have its time run out wherever it was started and not yet forgotten", () => {
    for (const place of PLACES.filter((p) => !["starting", "deleted"].includes(p)))
      expect([place, nextChildPlace(place, "EXITED")]).not.toContain(undefined)
    for (const place of PLACES.filter((p) => !["starting", "running", "deleted"].includes(p)))
      expect([place, nextChildPlace(place, "TIMED_OUT")]).not.toContain(undefined)
  })

  it("cannot be led by the name of a method", () => {
    // The cast: an event that crossed a thread may be any string.
    expect(nextChildPlace("running", "toString" as "EXITED")).toBeUndefined()
  })
})

describe("every simple path of a child", () => {
  it("that cannot go on ends in deleted, and there are paths to look at", () => {
    expect(whole.length).toBeGreaterThan(20)
    expect(new Set(whole.map((path) => String(path.state.value)))).toEqual(new Set(["deleted"]))
  })

  it("reaches deleted from each place", () => {
    for (const place of PLACES) {
      const fromState = childMachine.resolveState({ value: place })
      const onward = getSimplePaths(childMachine, {
        events,
        fromState,
        filterEvents: (state, event) => state.can(event)
      })
      expect([place, onward.some((path) => path.state.status === "done")]).toEqual([place, true])
    }
  })

  it("passes through exited between a start and whatever comes of its end", () => {
    for (const path of paths) {
      const along = placesAlong(path)
      along.forEach((place, i) => {
        if (["restarting", "stopped", "deleted"].includes(place))
          expect(["exited", "restarting", "stopped"]).toContain(along[i - 1])
      })
    }
  })

  it("kills only what was told to end", () => {
    for (const path of paths)
      path.steps.forEach((step, i) => {
        if (String(step.state.value) !== "killing" || String(path.steps[i - 1]?.state.value) === "killing")
          return
        expect(["KILL", "TIMED_OUT"]).toContain(step.event.type)
      })
  })
})
