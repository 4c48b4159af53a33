import { describe, expect, it } from "vitest"
import { sectionOf } from "../../../src/wasm/sectionOf.ts"
import { engineHas } from "../../guests/features.ts"
import { decoded } from "../../wasm/modules.ts"
import { MeteredInstance, type MeteredOptions, metered } from "./runMetered.ts"

/** Growth, up to the policy's limit, the guest's own and what addresses reach; past it the guest gets -1. */

const grow = (declaration: string, options: MeteredOptions, ...pages: ReadonlyArray<number>) => {
  const guest = new MeteredInstance(
    `(module ${declaration} (func (export "f") (param i32) (result i32) local.get 0 memory.grow))`,
    options
  )
  return pages.map((count) => guest.call("f", count).values?.[0])
}

describe("memory.grow", () => {
  it("grows to the policy's limit and not past it", () => {
    expect(grow("(memory 1)", { memoryPagesMax: 4 }, 2, 1, 1, 0, -1)).toEqual([1, 3, -1, 4, -1])
    expect(grow("(memory 1)", { memoryPagesMax: 4 }, 4, 3, 0)).toEqual([-1, 1, 4])
  })
  it("grows to the guest's own limit, where that is lower", () => {
    expect(grow("(memory 1 2)", { memoryPagesMax: 4 }, 2, 1, 1)).toEqual([-1, 1, -1])
  })
  it("is limited over all memories together", () => {
    const guest = new MeteredInstance(
      `(module (memory $a 1) (memory $b 2) (memory $c i64 1)
        (func (export "a") (param i32) (result i32) local.get 0 memory.grow $a)
        (func (export "b") (param i32) (result i32) local.get 0 memory.grow $b)
        (func (export "c") (param i64) (result i64) local.get 0 memory.grow $c))`,
      { memoryPagesMax: 10 }
    )
    const steps = [
      ["a", 7, -1],
      ["a", 2, 1],
      ["c", 5n, -1n],
      ["c", 2n, 1n],
      ["b", 3, -1],
      ["b", 2, 2],
      ["a", 1, -1],
      ["c", -1n, -1n],
      ["c", 2n ** 63n - 1n, -1n],
      ["c", 2n ** 32n, -1n],
      ["c", 0n, 3n]
    ] as const
    for (const [name, pages, expected] of steps) expect(guest.call(name, pages).values).toEqual([expected])
  })
  it("ends the slice", () => {
    const wat = `(module (memory 1) (func (export "f") i32.const 0 memory.grow drop i32.const 0 memory.grow drop))`
    expect(new MeteredInstance(wat).call("f").slices).toBe(3)
  })
  it("of what the policy allows but 32 bits do not reach gives -1, and is no failure of the engine's", () => {
    const options = { memoryPagesMax: 100_000 }
    expect(grow("(memory 1)", options, 65_536, 0)).toEqual([-1, 1])
  })
  it("of an imported memory that its maker holds smaller gives -1", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2 })
    const options = { imports: { m: { memory } } }
    expect(grow(`(import "m" "memory" (memory 1 10))`, options, 3, 1)).toEqual([-1, 1])
  })
})

describe("a module's limits", () => {
  const limitsOf = (wat: string, options: MeteredOptions) => {
    const module = decoded(metered(wat, options).bytes)
    return [
      ...(sectionOf(module, "memory")?.memories ?? []),
      ...(sectionOf(module, "table")?.tables ?? []).map(({ type }) => type.limits)
    ].map(({ min, max }) => [min, max])
  }
  it("are lowered to the policy's, never below what the module starts with", () => {
    const wat = "(module (memory 3) (memory 1 9) (memory 1 2) (table 2 funcref) (table 1 90 funcref))"
    expect(limitsOf(wat, { memoryPagesMax: 2, tableElementsMax: 50 })).toEqual([
      [3n, 3n],
      [1n, 2n],
      [1n, 2n],
      [2n, 50n],
      [1n, 50n],
      [3n, 3n]
    ])
  })
  it("are ones that V8 accepts under the largest policies", () => {
    // V8 of Node 22 has no tables with 64-bit indices.
    const wide = engineHas("table64") ? "(table i64 2 funcref)" : ""
    const wat = `(module (memory 3) (memory i64 1) (table 2 funcref) ${wide})`
    const { bytes } = metered(wat, {
      memoryPagesMax: Number.MAX_SAFE_INTEGER,
      tableElementsMax: Number.MAX_SAFE_INTEGER
    })
    expect(WebAssembly.validate(bytes)).toBe(true)
  })
})

describe("table.grow", () => {
  // V8 of Node 22 has no tables with 64-bit indices.
  it.skipIf(!engineHas("table64"))(
    "grows to the policy's limit over all tables, and to the guest's own",
    () => {
      const guest = new MeteredInstance(
        `(module (table $a 1 externref) (table $b 2 3 funcref) (table $w i64 0 externref)
        (func (export "a") (param i32) (result i32) ref.null extern local.get 0 table.grow $a)
        (func (export "b") (param i32) (result i32) ref.null func local.get 0 table.grow $b)
        (func (export "w") (param i64) (result i64) ref.null extern local.get 0 table.grow $w))`,
        { tableElementsMax: 10 }
      )
      const steps = [
        ["b", 2, -1],
        ["b", 1, 2],
        ["a", 7, -1],
        ["a", 3, 1],
        ["w", 4n, -1n],
        ["w", 3n, 0n],
        ["w", -1n, -1n],
        ["a", 1, -1],
        ["a", 0, 4]
      ] as const
      for (const [name, count, expected] of steps) expect(guest.call(name, count).values).toEqual([expected])
    }
  )
})

describe("the code for growth", () => {
  it("is no larger for each memory of a thousand than for each of ten", () => {
    const size = (count: number) => {
      const memories = Array.from({ length: count }, () => "(memory 0)").join(" ")
      const grows = Array.from({ length: count }, (_, i) => `(drop (memory.grow ${i} (i32.const 0)))`).join(
        " "
      )
      return metered(`(module ${memories} (func ${grows}))`).bytes.length / count
    }
    expect(size(1000)).toBeLessThan(size(10) * 1.5)
  })
})
