import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { instanceMachine } from "../../actors/Instance.ts"
import type { InstanceEvent } from "../../actors/InstanceTable.ts"
import { INSTANCE_STEPS, nextPlace } from "../../actors/InstanceTable.ts"
import { Life } from "../../actors/Life.ts"
import { placeOf } from "../../src/chart/Chart.ts"
import { readChart } from "../../src/chart/readChart.ts"
import { PATH_STEPS_MAX, type PathStep, type Walk } from "../../src/chart/Walk.ts"
import { walkPath } from "../../src/chart/walkPath.ts"
import { CRASH_TAGS } from "../../src/outcome/CrashReason.ts"

const chart = readChart(instanceMachine)
const EVENTS: ReadonlyArray<InstanceEvent> = [...INSTANCE_STEPS, ...CRASH_TAGS]

const traceOf = (...events: ReadonlyArray<InstanceEvent>): ReadonlyArray<PathStep> => {
  const life = new Life()
  for (const [i, event] of events.entries()) life.step(event, (i + 1) * 10)
  return life.trace
}

/** What a walk says, by names. */
const told = (walk: Walk, of = chart) => ({
  states: Object.fromEntries([...walk.states].map(([index, certainty]) => [placeOf(of, index), certainty])),
  taken: [...walk.taken]
    .flatMap(([index, taken]) =>
      taken.map(({ number, certainty }) => `${number} ${arrowName(index, of)} ${certainty}`)
    )
    .sort(),
  implied: [...walk.implied].map(([index, certainty]) => `${arrowName(index, of)} ${certainty}`).sort()
})

const arrowName = (index: number, of: typeof chart): string => {
  const arrow = of.arrows[index]
  return arrow === undefined ? "?" : `${placeOf(of, arrow.from)}:${arrow.event}`
}

describe("the path of a firing", () => {
  it("that returned is sure, what nobody wrote down included", () => {
    const walk = walkPath(chart, traceOf("INSTANTIATED", "CALLED", "RETURNED", "CLEANED"))
    expect(told(walk)).toEqual({
      states: {
        compiling: "sure",
        instantiated: "sure",
        executing: "sure",
        "executing.running": "sure",
        "executing.returned": "sure",
        cleaned: "sure"
      },
      taken: [
        "2 compiling:INSTANTIATED sure",
        "3 instantiated:CALLED sure",
        "4 executing.returned:CLEANED sure"
      ],
      implied: ["executing.running:RETURNED sure"]
    })
    expect(walk).toMatchObject({ began: true, strays: [], left: 0 })
    expect(walk.visits.get(1)).toEqual([{ fromMicros: 0, untilMicros: 10 }])
    expect([...walk.visits.values()].at(-1)).toEqual([{ fromMicros: 40, untilMicros: undefined }])
  })

  it("that trapped is sure: only a guest that runs can trap", () => {
    const walk = walkPath(chart, traceOf("INSTANTIATED", "CALLED", "Trapped", "CAPTURED", "CLEANED"))
    expect(told(walk).taken).toContain("4 executing.running:Trapped sure")
    expect(told(walk).implied).toEqual(["captured.capturing:CAPTURED sure"])
    expect(told(walk).states).not.toHaveProperty("executing.returned")
  })

  it("that ran out of fuel leaves open whether it had returned before", () => {
    const walk = walkPath(chart, traceOf("INSTANTIATED", "CALLED", "OutOfFuel", "CAPTURED", "CLEANED"))
    expect(told(walk).taken).toEqual([
      "2 compiling:INSTANTIATED sure",
      "3 instantiated:CALLED sure",
      "4 executing.returned:OutOfFuel perhaps",
      "4 executing.running:OutOfFuel perhaps",
      "5 captured.taken:CLEANED sure"
    ])
    expect(told(walk).implied).toContain("executing.running:RETURNED perhaps")
    expect(told(walk).states).toMatchObject({ "executing.running": "sure", "executing.returned": "perhaps" })
  })
})

describe("every path that a life can take", () => {
  const lives = fc.array(fc.constantFrom(...EVENTS), { maxLength: 12 })

  it("has no stray step, and whatever was passed is on it", () => {
    fc.assert(
      fc.property(lives, (events) => {
        const life = new Life()
        const places = new Set<string>([life.place])
        for (const [i, event] of events.entries()) {
          life.step(event, i)
          places.add(life.place)
        }
        const walk = walkPath(chart, life.trace)
        expect(walk.strays).toEqual([])
        const { states } = told(walk)
        // Where it stands now may be further in than the record says.
        const entered = [...places].filter((place) => place !== life.place)
        for (const place of entered) expect(Object.keys(states)).toContain(place)
      })
    )
  })

  it("is sure only of what was passed", () => {
    fc.assert(
      fc.property(lives, (events) => {
        const life = new Life()
        const passed = new Set<string>()
        for (const [i, event] of events.entries()) {
          const before = life.place
          if (nextPlace(before, event) !== undefined) passed.add(`${before}:${event}`)
          life.step(event, i)
        }
        const walk = walkPath(chart, life.trace)
        const sure = [...told(walk).taken.map((text) => text.replace(/^\d+ /, "")), ...told(walk).implied]
          .filter((text) => text.endsWith(" sure"))
          .map((text) => text.replace(/ sure$/, ""))
        expect(sure.filter((one) => !passed.has(one))).toEqual([])
      })
    )
  })
})

describe("a record that the chart does not allow", () => {
  const whole = traceOf("INSTANTIATED", "CALLED", "Trapped", "CAPTURED", "CLEANED")

  it("has a stray step where one was taken out", () => {
    const without = whole.filter(({ state }) => state !== "executing")
    expect(walkPath(chart, without).strays.map(({ number }) => number)).toEqual([3])
  })

  it("has a stray step where an event, a state or the beginning is another's", () => {
    const change = (i: number, step: Partial<PathStep>) =>
      walkPath(
        chart,
        whole.map((one, at) => (at === i ? { ...one, ...step } : one))
      ).strays
    expect(change(3, { event: "RETURNED" }).map(({ number }) => number)).toEqual([4])
    expect(change(3, { state: "nirvana" })).toEqual([
      { number: 4, from: expect.any(Number), to: "nirvana" },
      { number: 5, from: "nirvana", to: expect.any(Number) }
    ])
    expect(change(0, { state: "executing" }).map(({ number }) => number)).toContain(1)
    expect(change(0, {})).toEqual([])
  })

  it("of any strings at all is walked to its end, each step on the chart or a stray", () => {
    const step = fc.record({
      state: fc.oneof(
        fc.constantFrom("compiling", "captured", "executing.running", "__proto__"),
        fc.string()
      ),
      event: fc.oneof(fc.constantFrom(...EVENTS), fc.string()),
      atMicros: fc.integer()
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (path) => {
        const walk = walkPath(chart, path)
        const on = new Set([...walk.taken.values()].flat().map(({ number }) => number))
        for (const [i] of path.entries())
          expect(
            on.has(i + 1) || walk.strays.some(({ number }) => number === i + 1) || (i === 0 && walk.began)
          ).toBe(true)
      })
    )
  })

  it("that is longer than anybody can read says how much was left out", () => {
    const long = Array.from({ length: PATH_STEPS_MAX + 3 }, () => ({
      state: "compiling",
      event: "X",
      atMicros: 0
    }))
    expect(walkPath(chart, long)).toMatchObject({ left: 3, steps: { length: PATH_STEPS_MAX } })
    expect(walkPath(chart, long.slice(3)).left).toBe(0)
  })
})

describe("a path in innermost states", () => {
  const machine = createMachine({
    id: "child",
    initial: "down",
    on: { STOP: ".gone" },
    states: {
      down: { on: { START: { guard: "allowed", target: "up" }, "*": "down" } },
      up: {
        initial: "idle",
        states: { idle: { on: { CALL: "busy" } }, busy: { on: { DONE: "idle", STOP: "idle" } } }
      },
      gone: { type: "final" }
    }
  })
  const child = readChart(machine)
  const walk = (...steps: ReadonlyArray<readonly [string, string]>) =>
    walkPath(
      child,
      steps.map(([event, state], atMicros) => ({ state, event, atMicros }))
    )

  it("comes back as often as it does, and an arrow of the chart itself can be taken from anywhere", () => {
    const walked = walk(
      ["", "down"],
      ["START", "up.idle"],
      ["CALL", "up.busy"],
      ["DONE", "up.idle"],
      ["STOP", "gone"]
    )
    expect(walked.strays).toEqual([])
    expect(told(walked, child).taken).toContain("5 child:STOP sure")
    expect(walked.visits.get(child.states.findIndex(({ name }) => name === "idle"))).toHaveLength(2)
  })

  it("takes the arrow of the innermost state that has one, and any event only where none is named", () => {
    const walked = walk(
      ["", "down"],
      ["WHAT", "down"],
      ["START", "up.idle"],
      ["CALL", "up.busy"],
      ["STOP", "gone"]
    )
    expect(told(walked, child).taken).toContain("2 down:* sure")
    expect(walked.strays.map(({ number }) => number)).toEqual([5])
  })
})
