import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect } from "vitest"
import { CHARTS } from "../../actors/charts.ts"
import { instanceMachine } from "../../actors/Instance.ts"
import { Life } from "../../actors/Life.ts"
import { drawPath } from "../../src/chart/drawPath.ts"
import { pictureOf } from "../../src/chart/pictureOf.ts"
import { readChart } from "../../src/chart/readChart.ts"
import { toMermaid } from "../../src/chart/toMermaid.ts"
import { toSvg } from "../../src/chart/toSvg.ts"
import { wrapWords } from "../../src/chart/words.ts"
import { root } from "../tidy/sources.ts"
import { arbitraryChart, arbitraryName } from "./arbitraryChart.ts"
import { allOf, type Element, parseXml } from "./parseXml.ts"

const outOfFuel = new Life()
outOfFuel.step("INSTANTIATED", 1_204)
outOfFuel.step("CALLED", 1_250)
outOfFuel.step("OutOfFuel", 3_410)
outOfFuel.step("CAPTURED", 13_467)
outOfFuel.step("CLEANED", 14_000)

const pictures = {
  "test/chart/instance.svg": pictureOf(readChart(instanceMachine), {
    notes: [{ text: CHARTS["instance"]?.about ?? "", wrong: false }]
  }),
  "test/chart/outOfFuel.svg": drawPath(instanceMachine, outOfFuel.trace, "instance 7")
}

const parsed = (svg: string) => allOf(parseXml(svg))
const textsOf = (elements: ReadonlyArray<Element>) =>
  elements.filter(({ name }) => name === "text").map(({ text }) => text)

describe("the picture", () => {
  for (const [path, picture] of Object.entries(pictures))
    it.effect(`${path} is, byte for byte, the one that is kept`, () =>
      Effect.gen(function* () {
        const svg = yield* toSvg(picture)
        if (process.env["BLESS"] === "1") writeFileSync(join(root, path), svg)
        expect(svg).toBe(readFileSync(join(root, path), "utf8"))
        expect(yield* toSvg(picture)).toBe(svg)
      })
    )

  it.effect("of an instance has a box a state, two borders for the last, and each list of reasons once", () =>
    Effect.gen(function* () {
      const elements = parsed(yield* toSvg(pictures["test/chart/instance.svg"]))
      const texts = textsOf(elements)
      for (const name of [
        "compiling",
        "instantiated",
        "executing",
        "running",
        "returned",
        "captured",
        "cleaned"
      ])
        expect(texts.filter((text) => text === name)).toHaveLength(1)
      // The page, two frames, seven boxes, one of them twice.
      expect(elements.filter(({ name }) => name === "rect")).toHaveLength(1 + 2 + 7 + 1)
      // Three beginnings.
      expect(elements.filter(({ name }) => name === "circle")).toHaveLength(3)
      expect(texts.filter((text) => text.startsWith("OutOfFuel, OutOfStack,"))).toHaveLength(2)
    })
  )

  it.effect("of a path has its numbers and times, and says what the record leaves open", () =>
    Effect.gen(function* () {
      const texts = textsOf(parsed(yield* toSvg(pictures["test/chart/outOfFuel.svg"])))
      for (const text of ["1", "2", "3", "5", "START at 0 µs", "CALLED at 1,250 µs", "CLEANED at 14,000 µs"])
        expect(texts).toContain(text)
      expect(texts.filter((text) => text === "4?")).toHaveLength(2)
      expect(texts).toContain("Dashed, with a question mark: the record leaves open which it was.")
    })
  )

  it.effect("of a record that was changed says so, and shows the step all the same", () =>
    Effect.gen(function* () {
      const path = [...outOfFuel.trace.slice(0, 2), { state: "nirvana", event: "WISHED", atMicros: 1_300 }]
      const texts = textsOf(parsed(yield* toSvg(drawPath(instanceMachine, path))))
      expect(texts).toContain("1 step is not on the chart.")
      expect(texts).toContain("nirvana")
      expect(texts).toContain("WISHED at 1,300 µs")
      expect(toMermaid(drawPath(instanceMachine, path))).toContain(
        "(3) WISHED at 1,300 #181;s<br>not on the chart"
      )
    })
  )

  it.effect("can be read aloud, and names nothing outside itself", () =>
    Effect.gen(function* () {
      for (const picture of Object.values(pictures)) {
        const svg = yield* toSvg(picture)
        const [top, title, desc] = parsed(svg)
        expect([top?.name, title?.name, desc?.name]).toEqual(["svg", "title", "desc"])
        expect(top?.attributes).toMatchObject({ role: "img", "aria-label": title?.text })
        expect(desc?.text).toMatch(/compiling/)
        expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
          /href|url\(|:\/\/|<style|<script/
        )
      }
    })
  )
})

describe("any chart", () => {
  it("can be drawn, whatever its states and events are called, and holds nothing but shapes and text", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryChart, async (chart) => {
        const elements = parsed(await Effect.runPromise(toSvg(pictureOf(chart))))
        const names = new Set(elements.map(({ name }) => name))
        expect([...names].filter((name) => !SHAPES.includes(name))).toEqual([])
        for (const { attributes } of elements)
          for (const key of ["x", "y", "width", "height", "cx", "cy"])
            if (attributes[key] !== undefined) expect(Number.isFinite(Number(attributes[key]))).toBe(true)
      }),
      { numRuns: 25 }
    )
  })

  it("can be drawn with any path on it", async () => {
    const step = fc.record({ state: arbitraryName, event: arbitraryName, atMicros: fc.double() })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (path) => {
        parsed(await Effect.runPromise(toSvg(drawPath(instanceMachine, path, path[0]?.state))))
      }),
      { numRuns: 15 }
    )
  })
})

describe("what stands above a picture", () => {
  it("is never wider than its bound, and every word of it is there", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.integer({ min: 2, max: 40 }),
        (text, max) => {
          const lines = wrapWords(text, max)
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(max)
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""))
        }
      )
    )
  })
})

const SHAPES = ["svg", "title", "desc", "g", "rect", "circle", "path", "polygon", "text"]
