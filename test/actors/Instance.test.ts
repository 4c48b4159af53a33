import { describe, expect, it } from "vitest"
import { getSimplePaths } from "xstate/graph"
import { instanceMachine } from "../../actors/Instance.ts"
import {
  INSTANCE_STEPS,
  INSTANCE_TABLE,
  type InstanceEvent,
  type InstancePlace,
  nextPlace,
  stateOf
} from "../../actors/InstanceTable.ts"
import { Life } from "../../actors/Life.ts"
import { CRASH_TAGS } from "../../src/outcome/CrashReason.ts"

const EVENTS: ReadonlyArray<InstanceEvent> = [...INSTANCE_STEPS, ...CRASH_TAGS]
// `keyof` is what `Object.keys` gives for a literal; the table has no other keys.
const PLACES = Object.keys(INSTANCE_TABLE) as ReadonlyArray<InstancePlace>

/** XState's nested state value in the table's notation. */
const placeOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : Object.entries(value as Record<string, unknown>)
        .map(([state, inner]) => `${state}.${placeOf(inner)}`)
        .join()

const events: ReadonlyArray<{ readonly type: InstanceEvent }> = EVENTS.map((type) => ({ type }))
const paths = getSimplePaths(instanceMachine, { events, filterEvents: (s, e) => s.can(e) })
const whole = paths.filter((path) => path.state.status === "done")
/** Every place on the way, the first and the last included. */
const placesAlong = (path: (typeof paths)[number]) => path.steps.map((step) => placeOf(step.state.value))

describe("the life of an instance", () => {
  it("can be ended from outside in every place but the last", () => {
    for (const place of PLACES.filter((p) => p !== "cleaned")) {
      for (const event of ["TimedOut", "Cancelled", "EngineLost"] as const) {
        expect([place, event, nextPlace(place, event)]).not.toContain(undefined)
      }
    }
  })
})

describe("every simple path", () => {
  it("that cannot go on ends in cleaned, and there are paths to look at", () => {
    expect(whole.length).toBeGreaterThan(20)
    expect(new Set(whole.map((path) => placeOf(path.state.value)))).toEqual(new Set(["cleaned"]))
  })

  it("that meets a failing event before the return passes through captured", () => {
    for (const path of whole) {
      const failed = path.steps.some((step) =>
        (CRASH_TAGS as ReadonlyArray<string>).includes(step.event.type)
      )
      expect(placesAlong(path).includes("captured.capturing")).toBe(failed)
    }
  })

  it("cleans nothing that was called and has neither returned nor been captured", () => {
    const before = whole.map((path) => placesAlong(path).at(-2))
    expect(new Set(before)).toEqual(new Set(["instantiated", "executing.returned", "captured.taken"]))
    const uncalled = whole.filter((path) => placesAlong(path).at(-2) === "instantiated")
    expect(uncalled.map(placesAlong)).toEqual([["compiling", "instantiated", "cleaned"]])
  })

  it("is walked by a life with the same places, and its trace is the states that were entered", () => {
    for (const path of paths) {
      const life = new Life()
      const states = ["compiling"]
      for (const step of path.steps.filter((s) => s.event.type !== ("xstate.init" as string))) {
        const state = life.step(step.event.type, 7)
        if (typeof state === "string" && state !== states.at(-1)) states.push(state)
      }
      expect(life.place).toBe(placeOf(path.state.value))
      expect(life.trace.map((event) => event.state)).toEqual(states)
    }
  })
})

describe("a life", () => {
  it("of a firing that returns reports the four states with their events and times", () => {
    const life = new Life()
    expect(life.step("INSTANTIATED", 10)).toBe("instantiated")
    expect(life.step("CALLED", 20)).toBe("executing")
    expect(life.step("RETURNED", 30)).toBe("executing")
    expect(life.step("CLEANED", 40)).toBe("cleaned")
    expect(life.trace).toEqual([
      { state: "compiling", event: "START", atMicros: 0 },
      { state: "instantiated", event: "INSTANTIATED", atMicros: 10 },
      { state: "executing", event: "CALLED", atMicros: 20 },
      { state: "cleaned", event: "CLEANED", atMicros: 40 }
    ])
  })

  it("names the reason in the event that led to captured", () => {
    const life = new Life()
    life.step("INSTANTIATED", 1)
    life.step("CALLED", 2)
    life.step("OutOfFuel", 3)
    life.step("CAPTURED", 4)
    life.step("CLEANED", 5)
    expect(life.trace.map((event) => event.event)).toEqual([
      "START",
      "INSTANTIATED",
      "CALLED",
      "OutOfFuel",
      "CLEANED"
    ])
  })

  it("hands an impossible event back and stays where it is", () => {
    const life = new Life()
    expect(life.step("RETURNED", 1)).toMatchObject({
      _tag: "ImpossibleEvent",
      place: "compiling",
      event: "RETURNED"
    })
    expect(life.step("toString" as InstanceEvent, 2)).toMatchObject({ _tag: "ImpossibleEvent" })
    expect(life.place).toBe("compiling")
    expect(life.trace).toHaveLength(1)
  })

  it("keeps at most five events however many late ones arrive", () => {
    const life = new Life()
    life.step("Trapped", 1)
    for (let i = 0; i < 1000; i++) life.step("Cancelled", i)
    life.step("CAPTURED", 2)
    life.step("CLEANED", 3)
    expect(life.trace.map((event) => event.state)).toEqual(["compiling", "captured", "cleaned"])
  })

  it("allows nothing after cleaned", () => {
    for (const event of EVENTS) expect(nextPlace("cleaned", event)).toBeUndefined()
  })

  it("reports each place as the lifecycle state that it lies in", () => {
    for (const place of PLACES) expect(place.startsWith(stateOf(place))).toBe(true)
  })
})
