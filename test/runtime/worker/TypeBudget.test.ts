import { describe, expect, it } from "vitest"
import { RUN_POLICY_DEFAULT } from "../../../src/runtime/RunPolicy.ts"
import { makeTypeCount, TypeBudget } from "../../../src/runtime/worker/TypeBudget.ts"
import { V8Engine } from "../../../src/runtime/worker/V8Engine.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { Malformed } from "../../../src/wasm/Malformed.ts"
import { parseWat } from "../../guests/wat.ts"

const wasmOf = (...types: ReadonlyArray<string>) =>
  parseWat("types", `(module ${types.map((type) => `(type (func ${type}))`).join(" ")})`)
const moduleOf = (...types: ReadonlyArray<string>) => {
  const module = decodeModule(wasmOf(...types))
  if (module instanceof Malformed) throw module
  return module
}

describe("the types of a process", () => {
  it("are refused past the bound, at it they are not", () => {
    const budget = new TypeBudget(makeTypeCount(), 2)
    expect(budget.take(moduleOf("(param i32)", "(param i64)"))).toBeUndefined()
    expect(budget.take(moduleOf("(param f32)"))).toMatchObject({
      limit: "typesOfProcessMax",
      bound: 2,
      value: 3
    })
  })

  it("of numbers alone count once, however many modules have them", () => {
    const budget = new TypeBudget(makeTypeCount(), 2)
    for (let i = 0; i < 10; i++) expect(budget.take(moduleOf("(param i32)", "(result i32)"))).toBeUndefined()
  })

  it("that refer to others count each time", () => {
    const budget = new TypeBudget(makeTypeCount(), 2)
    expect(budget.take(moduleOf("(param externref)"))).toBeUndefined()
    expect(budget.take(moduleOf("(param externref)"))).toBeUndefined()
    expect(budget.take(moduleOf("(param externref)"))?.value).toBe(3)
  })

  it("are one count for all threads, and a refusal takes nothing of it", () => {
    const count = makeTypeCount()
    const [one, other] = [new TypeBudget(count, 2), new TypeBudget(count, 2)]
    expect(one.take(moduleOf("(param i32)"))).toBeUndefined()
    expect(other.take(moduleOf("(param i64)", "(param f32)", "(param f64)"))).toBeDefined()
    expect(other.take(moduleOf("(param i64)"))).toBeUndefined()
  })

  it("are counted before V8 sees the module", () => {
    const engine = new V8Engine(new TypeBudget(makeTypeCount(), 1))
    expect(engine.compile(wasmOf("(param i32)", "(param i64)"), RUN_POLICY_DEFAULT)).toMatchObject({
      _tag: "LimitExceeded",
      limit: "typesOfProcessMax"
    })
  })
})
