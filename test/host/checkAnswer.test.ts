import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { checkAnswer } from "../../src/host/checkAnswer.ts"
import type { HostValueType } from "../../src/host/HostDeclaration.ts"

describe("a host function's answer", () => {
  it.each<[HostValueType, unknown, number | bigint]>([
    ["i32", 4_294_967_295, -1],
    ["i32", -2_147_483_648, -2_147_483_648],
    ["i64", 2n ** 64n - 1n, -1n],
    ["i64", -(2n ** 63n), -(2n ** 63n)],
    ["f32", 0.1, Math.fround(0.1)],
    ["f64", -0, -0],
    ["f64", Number.NaN, Number.NaN]
  ])("of type %s, %s, is %s", (type, answer, value) => {
    const checked = checkAnswer([type], answer)
    expect(checked).toHaveLength(1)
    expect(Object.is((checked as ReadonlyArray<unknown>)[0], value)).toBe(true)
  })

  it.each<[HostValueType, unknown]>([
    ["i32", 1.5],
    ["i32", 4_294_967_296],
    ["i32", -2_147_483_649],
    ["i32", Number.NaN],
    ["i32", 1n],
    ["i32", undefined],
    ["i64", 1],
    ["i64", 2n ** 64n],
    ["i64", -(2n ** 63n) - 1n],
    ["f64", "1"],
    ["f64", { valueOf: () => 1 }],
    ["f32", 1n]
  ])("declared as %s is not %s", (type, answer) => {
    expect(checkAnswer([type], answer)).toMatchObject({ _tag: "BadAnswer" })
  })

  it("says which result, what was expected and what came", () => {
    expect(checkAnswer(["i32", "i64"], [1, 2])).toMatchObject({
      what: "result 1: expected i64, a bigint of 64 bits, got number 2"
    })
    expect(checkAnswer(["i32", "i64"], [1])).toMatchObject({ what: "expected 2 results, got 1" })
  })

  it("of a function without results is nothing, whatever it returned", () => {
    expect(checkAnswer([], "anything")).toEqual([])
  })

  it("law: what V8 hands to a guest is what was checked", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), fc.double()), (answer) => {
        const checked = checkAnswer(["i32"], answer)
        const fits = Number.isInteger(answer) && answer >= -(2 ** 31) && answer < 2 ** 32
        expect(Array.isArray(checked) ? checked : "bad").toEqual(fits ? [new Int32Array([answer])[0]] : "bad")
      })
    )
  })
})
