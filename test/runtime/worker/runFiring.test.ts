import { describe, expect, it } from "vitest"
import type { FiringReport } from "../../../src/runtime/Firing.ts"
import { FiringCell, type Phase } from "../../../src/runtime/FiringCell.ts"
import { EngineFault } from "../../../src/runtime/worker/EngineFault.ts"
import type { ScriptStep } from "../../../src/runtime/worker/ScriptedEngine.ts"
import { endOf, fireHere, type HereOptions } from "../fireHere.ts"
import { compiled, engineOf, trapOf } from "./scripted.ts"

const BYTES = new Uint8Array(0)
const compile: ScriptStep = { call: "compile", answer: compiled }
const instantiate: ScriptStep = { call: "instantiate" }
const start: ScriptStep = { call: "start" }
const cleanUp: ScriptStep = { call: "cleanUp" }
const capture: ScriptStep = { call: "capture" }
const fuel = (answer: number): ScriptStep => ({ call: "fuelRemaining", answer })

/** Fires against a script, which must be followed to its end. */
const fire = (script: ReadonlyArray<ScriptStep>, options: HereOptions = {}): FiringReport => {
  const engine = engineOf(...script)
  const report = fireHere(BYTES, options, { engine })
  expect([engine.unexpected, engine.left]).toEqual([[], []])
  return report
}

const events = (report: FiringReport): ReadonlyArray<string> =>
  "steps" in report ? report.steps.map(({ event }) => event) : []

describe("a firing whose engine goes wrong", () => {
  it("reports a capture that throws as missing evidence, with the reason that the guest had", () => {
    const report = fire([
      compile,
      instantiate,
      start,
      { call: "call", fault: trapOf("unreachable") },
      fuel(0),
      { call: "capture", fault: new RangeError("Array buffer allocation failed") },
      cleanUp
    ])
    const missing = { _tag: "Missing", why: "capture failed: Array buffer allocation failed" }
    expect(report).toMatchObject({
      kind: "failed",
      reason: { _tag: "Trapped", kind: "unreachable" },
      evidence: { memories: missing, globals: missing, tables: missing }
    })
    expect(events(report)).toEqual(["INSTANTIATED", "CALLED", "FAILED", "CAPTURED", "CLEANED"])
  })

  it("has nothing to capture and nothing to clean when there never was an instance", () => {
    const fault = new EngineFault({ kind: "trap", message: "data segment 0 is out of bounds" }, [])
    const report = fire([compile, { call: "instantiate", fault }])
    expect(report).toMatchObject({
      reason: { _tag: "Trapped", kind: "out of bounds memory access" },
      evidence: { memories: { _tag: "Missing", why: "it failed before there was an instance" } }
    })
    expect(events(report)).toEqual(["FAILED", "CAPTURED", "CLEANED"])
  })

  it("is EngineLost when V8 refuses a growth that the guest's own limits allow", () => {
    const report = fire([
      compile,
      instantiate,
      start,
      {
        call: "call",
        does: ({ account }) => void account.stopFor("growth"),
        fault: new EngineFault({ kind: "engine", what: "no growth" }, [])
      },
      fuel(0),
      capture,
      cleanUp
    ])
    expect(endOf(report)).toBe("failed EngineLost")
  })

  it("is EngineLost, with what was thrown, when an engine throws something else than a fault", () => {
    const report = fire([
      compile,
      instantiate,
      start,
      { call: "call", fault: new TypeError("cannot") },
      fuel(0),
      capture,
      cleanUp
    ])
    expect(report).toMatchObject({ reason: { _tag: "EngineLost", cause: "TypeError: cannot" } })
  })

  it("keeps its outcome when cleaning up fails", () => {
    const report = fire([
      compile,
      instantiate,
      start,
      { call: "call", answer: [7] },
      fuel(0),
      { call: "cleanUp", fault: new Error("no") }
    ])
    expect(endOf(report)).toBe("returned")
  })
})

describe("a firing that was charged more than it had", () => {
  const overdrawn = (step: ScriptStep) =>
    [
      compile,
      { call: "instantiate", does: ({ account }) => void account.open() },
      start,
      step,
      // Ten were granted, and the counter stands at minus three.
      fuel(-3),
      capture,
      cleanUp
    ] as const satisfies ReadonlyArray<ScriptStep>

  it("is out of fuel although it returned", () => {
    const report = fire(overdrawn({ call: "call", answer: [7] }), { fuel: 10 })
    expect(report).toMatchObject({
      reason: { _tag: "OutOfFuel", allocated: 10, used: 10 },
      fuel: { allocated: 10, used: 10, remaining: 0 }
    })
    expect(events(report)).toEqual(["INSTANTIATED", "CALLED", "RETURNED", "FAILED", "CAPTURED", "CLEANED"])
  })

  it("is out of fuel although it trapped, threw or overflowed: where the meter looks must not show", () => {
    const faults = [
      trapOf("unreachable"),
      new EngineFault({ kind: "exception", tagIndex: 0, payload: [] }, []),
      new EngineFault({ kind: "stack" }, []),
      new EngineFault({ kind: "objects" }, [])
    ]
    for (const fault of faults)
      expect(endOf(fire(overdrawn({ call: "call", fault }), { fuel: 10 }))).toBe("failed OutOfFuel")
  })

  it("stays the host's or the engine's failure where it was theirs", () => {
    const host = new EngineFault({ kind: "host", module: "m", name: "n", what: "broke" }, [])
    const engine = new EngineFault({ kind: "engine", what: "broke" }, [])
    expect(endOf(fire(overdrawn({ call: "call", fault: host }), { fuel: 10 }))).toBe("failed HostFailed")
    expect(endOf(fire(overdrawn({ call: "call", fault: engine }), { fuel: 10 }))).toBe("failed EngineLost")
  })
})

describe("a firing", () => {
  it("that was cancelled while it compiled never gets an instance", () => {
    const cell = new FiringCell()
    cell.cancel()
    const report = fire([compile], { cell })
    expect(endOf(report)).toBe("failed Cancelled")
    expect(events(report)).toEqual(["FAILED", "CAPTURED", "CLEANED"])
  })

  it("shows its phase in the cell at every step", () => {
    const cell = new FiringCell()
    const seen: Array<Phase> = [cell.phase]
    const look = () => void seen.push(cell.phase)
    fire(
      [
        compile,
        { call: "instantiate", does: look },
        { call: "start", does: look },
        { call: "call", does: look, fault: trapOf("unreachable") },
        fuel(0),
        { call: "capture", does: look },
        cleanUp
      ],
      { cell }
    )
    expect([...seen, cell.phase]).toEqual([
      "idle",
      "executing",
      "executing",
      "executing",
      "capturing",
      "done"
    ])
  })

  it("of a module that was compiled before does not compile it again, and does not hand it back", () => {
    const report = fire([instantiate, start, { call: "call", answer: [7] }, fuel(0), cleanUp], { compiled })
    expect(report).toMatchObject({ kind: "returned", compileMicros: 0, compiled: undefined })
  })

  it("is refused before there is an instance when JavaScript could not take its results", () => {
    const report = fireHere(`(module (func (export "main") (result v128) (v128.const i64x2 0 0)))`)
    expect(report).toMatchObject({
      kind: "refused",
      reason: { _tag: "BadArguments", parameter: "function", got: "v128" }
    })
  })
})
