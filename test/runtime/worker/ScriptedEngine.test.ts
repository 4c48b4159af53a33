import { describe, expect, it } from "vitest"
import { fireHere } from "../fireHere.ts"
import { compiled, engineOf } from "./scripted.ts"

const BYTES = new Uint8Array(0)
const fire = (engine: ReturnType<typeof engineOf>) => fireHere(BYTES, {}, { engine })

describe("the scripted engine", () => {
  it("answers what is called in the order of its script, to the end", () => {
    const engine = engineOf(
      { call: "compile", answer: compiled },
      { call: "instantiate" },
      { call: "start" },
      { call: "call", functionName: "main", args: [], answer: [7] },
      { call: "fuelRemaining", answer: 0 },
      { call: "cleanUp" }
    )
    expect(fire(engine)).toMatchObject({ kind: "returned", values: [7] })
    expect([engine.unexpected, engine.left]).toEqual([[], []])
  })

  it("names the call that it expected and the one that it got", () => {
    const engine = engineOf(
      { call: "compile", answer: compiled },
      { call: "instantiate" },
      { call: "capture" }
    )
    expect(fire(engine)).toMatchObject({
      kind: "failed",
      reason: {
        _tag: "EngineLost",
        cause: "Error: the scripted engine, step 3: expected capture, got start"
      }
    })
  })

  it("tells one function, and one argument, from another", () => {
    const engine = engineOf(
      { call: "compile", answer: compiled },
      { call: "instantiate" },
      { call: "start" },
      { call: "call", functionName: "main", args: [1], answer: [7] }
    )
    fire(engine)
    expect(engine.unexpected[0]).toBe("step 4: expected call main(1), got call main()")
  })

  it("keeps in mind what was never called", () => {
    const engine = engineOf({ call: "compile", answer: compiledless }, { call: "instantiate" })
    expect(fire(engine).kind).toBe("refused")
    expect(engine.left).toEqual(["instantiate"])
    const empty = engineOf()
    expect(() => empty.compile()).toThrow("expected no more calls, got compile")
  })
})

const compiledless = { _tag: "Malformed", what: "no", offset: undefined } as const
