import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Munition } from "../../src/index.ts"
import { checkCall, checkOptions } from "../../supervisors/checkCall.ts"
import { ADD, withMunition } from "./munition.ts"

describe("a call that no compiler has checked", () => {
  const HOLE = new Array(1)
  it.each([
    [[new ArrayBuffer(8), "f", []], "wasm", "ArrayBuffer"],
    [["text", "f", []], "wasm", "string"],
    [[ADD, 7, []], "function", "number"],
    [[ADD, "f", "12"], "arguments", "string"],
    [[ADD, "f", [1, undefined]], "argument 2", "undefined"],
    [[ADD, "f", HOLE], "argument 1", "undefined"],
    [[ADD, "f", [() => 1]], "argument 1", "function"],
    [[ADD, "f", [Symbol("s")]], "argument 1", "symbol"],
    [[ADD, "f", [{}]], "argument 1", "Object"],
    [[ADD, "f", [Object.create(null)]], "argument 1", "an object"],
    [[ADD, "f", [true]], "argument 1", "boolean"]
  ] as const)("is refused by the first thing that is wrong: %#", (call, parameter, got) => {
    expect(checkCall(call[0], call[1], call[2])).toMatchObject({ _tag: "BadArguments", parameter, got })
  })

  it("passes with what a guest can take, and with what only it can judge", () => {
    expect(checkCall(ADD, "f", [1, 1n, "1", null, Number.NaN])).toBeUndefined()
    expect(checkCall(Buffer.from(ADD), "", [])).toBeUndefined()
  })

  it.each([
    [null, "options", "null"],
    [{ fuel: {} }, "fuel", "Object"],
    [{ timeout: Symbol("s") }, "timeout", "symbol"],
    [{ capabilities: 5 }, "capabilities", "number"],
    [{ capabilities: [5] }, "capabilities", "Array"],
    [{ hostFunctions: [null] }, "hostFunctions", "Array"],
    [{ hostFunctions: [{}] }, "hostFunctions", "Array"],
    [{ allow: "threads" }, "allow", "string"],
    [{ nan: { toString: null } }, "nan", "Object"],
    [{ prices: { toString: null } }, "prices", "Object"],
    [{ onCrash: 5 }, "onCrash", "number"],
    [{ requiredExports: "add" }, "requiredExports", "string"]
  ] as const)("has options of their types: %#", (options, parameter, got) => {
    expect(checkOptions(options)).toMatchObject({ _tag: "BadArguments", parameter, got })
    expect(checkOptions({ fuel: "heavy", timeout: 5, allow: [], inline: true })).toBeUndefined()
  })

  it("is a refusal and no defect", () =>
    withMunition(
      Effect.gen(function* () {
        // The casts: what JavaScript lets a caller do.
        const refused = yield* Effect.flip(Munition.fire(ADD, "add", [(() => 1) as never, 2]))
        expect(refused).toMatchObject({ _tag: "Refused", reason: { parameter: "argument 1" } })
        const invalid = yield* Effect.flip(Munition.validate("text" as never))
        expect(invalid).toMatchObject({ _tag: "Refused", reason: { parameter: "wasm" } })
      })
    ))
})
