import { describe, expect, it } from "vitest"
import { getSimplePaths } from "xstate/graph"
import { childMachine } from "../../actors/Child.ts"
import { CHILD_EVENTS, CHILD_TABLE, type ChildPlace, nextChildPlace } from "../../actors/ChildTable.ts"

// `keyof` is what `Object.keys` gives for a literal; the table has no other keys.
const PLACES = Object.keys(CHILD_TABLE) as ReadonlyArray<ChildPlace>
const events = CHILD_EVENTS.map((type) => ({ type }))
const paths = getSimplePaths(childMachine, { events, filterEvents: (state, event) => state.can(event) })
const whole = paths.filter((path) => path.state.status === "done")
const placesAlong = (path: (typeof paths)[number]) => path.steps.map(({ state }) => String(state.value))

describe("a supervised child", () => {
  it("can end or have its time run out wherever it was started and not yet forgotten", () => {
    for (const place of PLACES.filter((p) => !["starting", "deleted"].includes(p)))
      expect([place, nextChildPlace(place, "EXITED")]).not.toContain(undefined)
    for (const place of PLACES.filter((p) => !["starting", "running", "deleted"].includes(p)))
      expect([place, nextChildPlace(place, "TIMED_OUT")]).not.toContain(undefined)
  })
})

describe("every simple path of a child", () => {
  it("that cannot go on ends in deleted, and there are paths to look at", () => {
    expect(whole.length).toBeGreaterThan(20)
    expect(new Set(whole.map((path) => String(path.state.value)))).toEqual(new Set(["deleted"]))
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
