import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { instanceMachine } from "../../actors/Instance.ts"
import type { Chart } from "../../src/chart/Chart.ts"
import { drawPath } from "../../src/chart/drawPath.ts"
import { pictureOf } from "../../src/chart/pictureOf.ts"
import { readChart } from "../../src/chart/readChart.ts"
import { toJson } from "../../src/chart/toJson.ts"
import { toMermaid } from "../../src/chart/toMermaid.ts"
import { toScxml } from "../../src/chart/toScxml.ts"
import { arbitraryChart, arbitraryName } from "./arbitraryChart.ts"
import { allOf, type Element, parseXml } from "./parseXml.ts"

const instance = readChart(instanceMachine)

const reread = (chart: Chart): Chart => readChart(createMachine(JSON.parse(toJson(chart))))

describe("a chart as JSON", () => {
  it("is the same chart again when XState has read it", () => {
    expect(reread(instance)).toEqual(instance)
  })

  it("is the same chart again whatever its states and events are called", () => {
    fc.assert(
      fc.property(arbitraryChart, (chart) => {
        // JavaScript puts whole numbers first among keys. XState takes no state without a name, none that begins like
        // an identifier, and no `__proto__`.
        const names = [...chart.states, ...chart.arrows.map(({ event }) => ({ name: event || "always" }))]
        fc.pre(names.every(({ name }) => !/^(\d*|__proto__|#.*)$/s.test(name)))
        expect(inOrder(reread(chart))).toEqual(inOrder(chart))
      }),
      { numRuns: 200 }
    )
  })

  it("is written in the order in which the chart was", () => {
    const { states } = JSON.parse(toJson(instance))
    expect(Object.keys(states)).toEqual(["compiling", "instantiated", "executing", "captured", "cleaned"])
    expect(states.compiling.on.INSTANTIATED).toBe("#instance.instantiated")
  })
})

/** Arrows as a state's events have them, whatever order the events were in. */
const inOrder = ({ id, states, arrows }: Chart) => ({
  id,
  states,
  arrows: arrows
    .map(({ index: _, ...arrow }) => arrow)
    .map(
      (arrow, i) =>
        [
          `${String(arrow.from).padStart(3, "0")} ${arrow.event} ${String(i).padStart(3, "0")}`,
          arrow
        ] as const
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, arrow]) => arrow)
})

describe("a chart as SCXML", () => {
  it("is well-formed, with one identifier a state, and leads only to states that there are", () => {
    fc.assert(
      fc.property(arbitraryChart, (chart) => {
        const elements = allOf(parseXml(toScxml(chart)))
        const ids = elements
          .filter(({ name }) => STATES.includes(name))
          .map(({ attributes }) => attributes["id"] ?? "")
        expect(ids.filter((id) => !/^[A-Za-z_][\w.-]*$/.test(id))).toEqual([])
        expect(new Set(ids).size).toBe(ids.length)
        expect(ids.length).toBeGreaterThanOrEqual(chart.states.length - 1)
        for (const { attributes } of elements)
          for (const target of [attributes["target"], attributes["initial"]].flatMap(
            (text) => text?.split(" ") ?? []
          ))
            expect(ids).toContain(target)
      }),
      { numRuns: 200 }
    )
  })

  it("gives two names two identifiers", () => {
    const idOf = (name: string) => {
      const states = instance.states.map((state) => (state.index === 1 ? { ...state, name } : state))
      return parseXml(toScxml({ ...instance, states })).attributes["initial"]
    }
    fc.assert(
      fc.property(
        arbitraryName,
        arbitraryName,
        (a, b) => fc.pre(a !== b) === undefined && idOf(a) !== idOf(b)
      )
    )
  })

  it("of the life of an instance has its five states, and late events that leave where they are", () => {
    const document = parseXml(toScxml(instance))
    expect(document.attributes).toMatchObject({ initial: "compiling", datamodel: "null", version: "1.0" })
    expect(document.children.map(({ attributes }) => attributes["id"])).toEqual([
      "compiling",
      "instantiated",
      "executing",
      "captured",
      "cleaned"
    ])
    const taken = allOf(document).find(({ attributes }) => attributes["id"] === "captured.taken")
    expect(taken?.children.map(({ attributes }) => attributes)).toEqual([
      { event: "CLEANED", target: "cleaned" },
      { event: "TimedOut Cancelled EngineLost" }
    ])
  })

  it("keeps the order in which guarded arrows are tried, and puts any other event last", () => {
    const machine = createMachine({
      id: "gate",
      initial: "a",
      states: {
        a: { on: { "*": "c", F: "c", E: [{ guard: "it's open", target: "b" }, { target: "c" }] } },
        b: {},
        c: {}
      }
    })
    const transitions = allOf(parseXml(toScxml(readChart(machine)))).filter(
      ({ name }) => name === "transition"
    )
    expect(transitions.map(({ attributes }) => attributes)).toEqual([
      { event: "F", target: "c" },
      { event: "E", cond: "guard('it\\u{27}s open')", target: "b" },
      { event: "E", target: "c" },
      { event: "*", target: "c" }
    ])
  })
})

const STATES: ReadonlyArray<Element["name"]> = ["state", "final", "parallel", "history"]

describe("a chart for Mermaid", () => {
  it("has no line but those that were meant, whatever its states and events are called", () => {
    fc.assert(
      fc.property(arbitraryChart, (chart) => {
        const lines = toMermaid(pictureOf(chart)).trimEnd().split("\n")
        expect(lines.filter((line) => !MERMAID.test(line))).toEqual([])
      }),
      { numRuns: 200 }
    )
  })

  it("has no other line with a path on it, whatever the record and what is wrong with it are called", () => {
    const step = fc.record({ state: arbitraryName, event: arbitraryName, atMicros: fc.double() })
    const note = fc.record({ text: arbitraryName, wrong: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step), arbitraryName, fc.array(note), (path, title, notes) => {
        const text = toMermaid(drawPath(instanceMachine, path, title, notes))
        const lines = text.trimEnd().split("\n")
        expect(lines.filter((line) => !MERMAID.test(line))).toEqual([])
        const wrong = path.length > 0 || notes.some((one) => one.wrong)
        if (!wrong) expect(text).not.toContain(" as warning")
        if (notes.some((one) => one.wrong))
          expect(text).toMatch(/ as warning\n[\s\S]* class .*warning stray\n/)
      }),
      { numRuns: 200 }
    )
  })

  it("of the life of an instance shows each reason once for each state that it can leave", () => {
    expect(toMermaid(pictureOf(instance))).toMatchInlineSnapshot(`
      "stateDiagram-v2
        accTitle: instance
        state "compiling" as n1
        state "instantiated" as n2
        state "cleaned" as n9
        state "executing" as c3 {
          state "running" as n4
          state "returned<br>stays on TimedOut, Cancelled,<br>EngineLost" as n5
          [*] --> n4
        }
        state "captured" as c6 {
          state "capturing<br>stays on TimedOut, Cancelled,<br>EngineLost" as n7
          state "taken<br>stays on TimedOut, Cancelled,<br>EngineLost" as n8
          [*] --> n7
        }
        [*] --> n1
        n1 --> n2 : INSTANTIATED
        n1 --> c6 : OutOfFuel, OutOfStack,<br>OutOfMemory, Trapped, TimedOut,<br>Cancelled, GuestException,<br>HostFailed, EngineLost
        n2 --> c3 : CALLED
        n2 --> n9 : CLEANED
        n2 --> c6 : TimedOut, Cancelled, EngineLost
        n4 --> n5 : RETURNED
        n4 --> c6 : OutOfFuel, OutOfStack,<br>OutOfMemory, Trapped, TimedOut,<br>Cancelled, GuestException,<br>HostFailed, EngineLost
        n5 --> n9 : CLEANED
        n5 --> n4 : CALLED
        n5 --> c6 : OutOfFuel
        n7 --> n8 : CAPTURED
        n8 --> n9 : CLEANED
        n9 --> [*]
      "
    `)
  })
})

/** A word of people's: letters, digits and codes; `<br>` between lines. */
const WORDS = "(?:[A-Za-z0-9 _.,()?]|#\\d+;|<br>)*"
const MERMAID = new RegExp(
  "^(?:stateDiagram-v2" +
    `| *accTitle: ${WORDS}| *%% ${WORDS}` +
    `| *state "${WORDS}" as (?:(?:[ncx]|any)\\d+(?: \\{)?|warning)| *\\}` +
    `| *(?:\\[\\*\\]|(?:[ncx]|any)\\d+) --> (?:\\[\\*\\]|[ncx]\\d+)(?: : ${WORDS})?` +
    "| *classDef \\w+ [a-z0-9#:, -]+| *class [a-z0-9,]+ \\w+)$"
)
