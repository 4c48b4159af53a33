import { describe, expect, it } from "vitest"
import { Laps, timeInTurn } from "./poolLaps.ts"

const lapsOf = (...micros: ReadonlyArray<number>) => micros.map((one) => ({ micros: one, cpuMicros: one }))

describe("laps", () => {
  it("compares the two times of one round, not the two medians", () => {
    const laps = new Laps([
      ["a", lapsOf(2, 20, 6)],
      ["b", lapsOf(1, 10, 30)]
    ])
    expect(laps.ratio("a", "b")).toBe(2)
    expect(laps.ratioOfMinima("a", "b")).toBe(2)
    expect(laps.median("a")).toBe(6)
  })

  it("refuses a lane that did not run, and names those that did", () => {
    expect(() => new Laps([["a", lapsOf(1)]]).of("b")).toThrow("expected one of a; got b")
  })

  it("lets every lane begin a round, after each was warmed up for itself", async () => {
    const ran: Array<string> = []
    const lanes = ["a", "b"].map((name) => ({ name, count: 1, run: () => void ran.push(name) }))
    const laps = await timeInTurn(lanes, 2)
    expect(ran.join("")).toBe("aaaaabbbbbabba")
    expect(laps.of("a")).toHaveLength(2)
  })
})
