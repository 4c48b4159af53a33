import { describe, expect, it } from "vitest"
import type { Evidence } from "../../../src/outcome/Evidence.ts"
import { engineHas } from "../../guests/features.ts"
import { fireHere, type HereOptions } from "../fireHere.ts"

const evidenceOf = (text: string, options?: HereOptions): Evidence => {
  const report = fireHere(text, options)
  if (report.kind !== "failed") throw new Error(JSON.stringify(report))
  return report.evidence
}

describe("what is captured of a failed instance", () => {
  it("is every memory up to the bound on bytes, and of the next one why not", () => {
    const text = `(module (memory 1) (memory 1) (func (export "main")
      (i32.store8 (i32.const 5) (i32.const 7)) unreachable))`
    if (!engineHas("multi-memory")) return
    const whole = evidenceOf(text, { policy: { captureBytesMax: 131_072 } }).memories
    expect(whole).toMatchObject([{ memoryIndex: 0 }, { memoryIndex: 1 }])
    const half = evidenceOf(text, { policy: { captureBytesMax: 131_071 } }).memories
    expect(half).toMatchObject([
      { memoryIndex: 0, pages: 1 },
      {
        memoryIndex: 1,
        pages: 1,
        bytes: {
          _tag: "Missing",
          why: "captureBytesMax: 65536 bytes do not fit the 65535 that are left"
        }
      }
    ])
    if (!Array.isArray(half)) throw new Error("no memories")
    expect(half[0]?.bytes[5]).toBe(7)
  })

  it("is every mutable global by its own index, vectors and references included", () => {
    const text = `(module
      (global i32 (i32.const 1)) (global (mut i64) (i64.const -2)) (global (mut f32) (f32.const nan))
      (global (mut v128) (v128.const i64x2 1 0x8000000000000000)) (global (mut funcref) (ref.func $f))
      (global (mut externref) (ref.null extern))
      (func $f (export "main") unreachable))`
    expect(evidenceOf(text).globals).toEqual([
      { globalIndex: 1, type: "i64", value: "-2" },
      { globalIndex: 2, type: "f32", value: "nan" },
      { globalIndex: 3, type: "v128", value: "0x80000000000000000000000000000001" },
      { globalIndex: 4, type: "funcref", value: "func 0" },
      { globalIndex: 5, type: "externref", value: "null" }
    ])
  })

  it("is every table as function indices, -1 for null", () => {
    const text = `(module (table 4 funcref) (elem (i32.const 1) $a $b)
      (func $a) (func $b) (func (export "main") unreachable))`
    expect(evidenceOf(text).tables).toEqual([
      { tableIndex: 0, type: "funcref", length: 4, elements: Int32Array.of(-1, 0, 1, -1) }
    ])
  })

  // Skipped where the engine does not have the feature yet.

  it.skipIf(!engineHas("table64"))("is a table with 64-bit indices too", () => {
    const text = `(module (table i64 2 funcref) (elem (table 0) (offset i64.const 1) funcref (ref.func $a))
      (func $a) (func (export "main") unreachable))`
    expect(evidenceOf(text).tables).toEqual([
      { tableIndex: 0, type: "funcref", length: 2, elements: Int32Array.of(-1, 0) }
    ])
  })

  it("is the same whether the module was compiled for this firing or before", () => {
    const text = `(module (memory 1) (global (mut i32) (i32.const 3)) (func (export "main") unreachable))`
    const first = fireHere(text)
    if (first.kind !== "failed" || first.compiled === undefined) throw new Error(first.kind)
    const second = fireHere(text, { compiled: first.compiled })
    expect(second).toMatchObject({ evidence: first.evidence, reason: first.reason })
  })
})
