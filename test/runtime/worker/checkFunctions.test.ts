import { describe, expect, it } from "vitest"
import { RUN_POLICY_DEFAULT, type RunPolicy } from "../../../src/runtime/RunPolicy.ts"
import { checkFunctions } from "../../../src/runtime/worker/checkFunctions.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { Malformed } from "../../../src/wasm/Malformed.ts"
import { parseWat } from "../../guests/wat.ts"

/** Checks one function whose frame is said to have so many slots. */
const check = (body: string, slots: number, policy: Partial<RunPolicy>) => {
  const module = decodeModule(parseWat("function", `(module (func ${body}))`))
  if (module instanceof Malformed) throw module
  return checkFunctions(module, [slots], { ...RUN_POLICY_DEFAULT, ...policy })
}

/** Block, block, br_if, br_table with two targets and a default, if, else: eight labels and branches. */
const EIGHT = `block block i32.const 0 br_if 1 i32.const 0 br_table 0 1 0 end end i32.const 0 if nop else nop end`

describe("the bound on what V8 copies while it compiles", () => {
  it("is slots times labels and branches, every target of a br_table one", () => {
    expect(check(EIGHT, 10, { compileSlotsMax: 80 })).toBeUndefined()
    expect(check(EIGHT, 10, { compileSlotsMax: 79 })).toMatchObject({
      limit: "compileSlotsMax",
      bound: 79,
      value: 80
    })
  })

  it("does not hold what has no labels, however long", () => {
    expect(check("nop ".repeat(100_000), 16_000, {})).toBeUndefined()
  })
})

describe("the bound on nesting", () => {
  const nested = (depth: number) => `${"block loop ".repeat(depth / 2)} ${"end ".repeat(depth)}`

  it("holds at it, below it and above it", () => {
    expect(check(nested(98), 1, { nestingMax: 100 })).toBeUndefined()
    expect(check(nested(100), 1, { nestingMax: 100 })).toBeUndefined()
    expect(check(nested(102), 1, { nestingMax: 100 })).toMatchObject({ limit: "nestingMax", value: 102 })
  })

  it("is for what lies in one another, not for what follows one another", () => {
    expect(check(nested(50).repeat(10), 1, { nestingMax: 100 })).toBeUndefined()
  })
})
