import { describe, expect, it } from "vitest"
import { STACK_SHAPES } from "../bench/stackShapes.ts"
import { body, exported, module, repeat, section } from "../guests/assemble.ts"
import { parseWat } from "../guests/wat.ts"
import { endOf, fireHere } from "./fireHere.ts"

/** Calls `run` with about that much of the stack in use already, as a caller deep in its own work would. */
const deepDown = <A>(bytes: number, run: () => A): A => {
  const frame = (left: number): A => (left > 0 ? frame(left - 1) : run())
  // A frame of it takes about 96 bytes, 75 once it is optimized.
  return frame(Math.floor(bytes / 100))
}

describe("endless recursion", () => {
  for (const shape of STACK_SHAPES) {
    const bytes = shape.wasm()
    // Skipped where the engine does not have the feature that the shape is made of.
    it.skipIf(!WebAssembly.validate(bytes))(`is out of stack, and never out of V8's: ${shape.name}`, () => {
      const report = deepDown(100_000, () => fireHere(bytes, { fuel: 1e9 }))
      expect(endOf(report)).toBe("failed OutOfStack")
    })
  }
})

describe("a frame", () => {
  /** One function of so many operands, out of an opaque global, all alive across a call. */
  const wide = (operands: number) =>
    module(
      section(1, 1, [0x60, 0, 0]),
      section(3, 2, [0, 0]),
      section(6, 1, [0x7e, 1, 0x42, 7, 0x0b]),
      section(7, 1, exported("main", 0)),
      section(
        10,
        2,
        body([], repeat(operands, [0x23, 0]), [0x10, 1], repeat(operands, [0x1a]), [0x0b]),
        body([], [0x0b])
      )
    )

  it("may have the slots of the bound, however deep its caller is", () => {
    expect(endOf(deepDown(100_000, () => fireHere(wide(16_376))))).toBe("returned")
  })

  it("of one slot more is refused: V8 makes it before it can find that there is no room", () => {
    const report = fireHere(wide(16_377))
    expect(report).toMatchObject({
      kind: "refused",
      reason: { _tag: "LimitExceeded", limit: "frameSlotsMax", bound: 16_384, value: 16_385 }
    })
  })

  it("of the bound has its place on top of a stack that is full", () => {
    const operands = 16_000
    const text = `(module
      (global $g (mut i64) (i64.const 7))
      (func $wide ${"global.get $g ".repeat(operands)} call $leaf ${"drop ".repeat(operands)})
      (func $leaf)
      (func $down (export "main") (param i64 i64 i64 i64 i64 i64 i64 i64)
        call $wide
        (call $down ${Array.from({ length: 8 }, (_, i) => `(local.get ${i})`).join(" ")})))`
    const report = deepDown(100_000, () =>
      fireHere(parseWat("wide", text), { fuel: 1e9, args: new Array(8).fill(1n) })
    )
    expect(endOf(report)).toBe("failed OutOfStack")
  })
})

describe("a host function", () => {
  const text = (values: number) => `(module
    (import "env" "get_random_u32" (func $random (result i32)))
    (func $down (param $n i32) (param ${"i64 ".repeat(values)}) (result ${"i64 ".repeat(values)})
      (if (i32.eqz (local.get $n)) (then (drop (call $random))
        ${Array.from({ length: values }, (_, i) => `(local.get ${i + 1})`).join(" ")} return))
      (i32.sub (local.get $n) (i32.const 1))
      ${Array.from({ length: values }, (_, i) => `(local.get ${i + 1})`).join(" ")}
      call $down)
    (func (export "main") (param i32)
      (call $down (local.get 0) ${"(i64.const 1) ".repeat(values)}) ${"drop ".repeat(values)}))`

  it.each([0, 10, 200])("answers at the very bottom of the stack, below frames of %i values", (values) => {
    const bytes = parseWat("bottom", text(values))
    const at = (depth: number) =>
      endOf(deepDown(100_000, () => fireHere(bytes, { fuel: 1e9, args: [depth], grants: ["random"] })))
    let [good, bad] = [0, 100_000]
    while (bad - good > 1) {
      const middle = (good + bad) >> 1
      const end = at(middle)
      expect(["returned", "failed OutOfStack"]).toContain(end)
      if (end === "returned") good = middle
      else bad = middle
    }
    expect(good).toBeGreaterThan(50)
  })
})
