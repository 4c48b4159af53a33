import { afterEach, describe, expect, it } from "vitest"
import type { FiringReport } from "../../../src/runtime/Firing.ts"
import { guestFrames } from "../../../src/runtime/worker/readFailure.ts"
import { parseWat } from "../../guests/wat.ts"
import { fireHere, type HereOptions } from "../fireHere.ts"

const TRAP = "wasm://wasm/11111111"
const GUEST = "wasm://wasm/22222222"
const frame = (url: string, funcIndex: number, offset: number) =>
  `    at ${url}:wasm-function[${funcIndex}]:0x${offset.toString(16)}`
const JS = "    at call (file:///host.js:1:1)"
const indices = (...lines: ReadonlyArray<string>) => guestFrames(lines, TRAP).map((f) => f.funcIndex)

describe("the guest's frames in V8's text", () => {
  it("are the first run of frames that are not our trap's, with their offsets", () => {
    expect(guestFrames(["RuntimeError: x", frame(GUEST, 3, 0x41), frame(GUEST, 1, 0x30), JS], TRAP)).toEqual([
      { funcIndex: 3, meteredOffset: 0x41 },
      { funcIndex: 1, meteredOffset: 0x30 }
    ])
  })

  it("come below our trap and the host's own functions, when a host function stopped the guest", () => {
    expect(indices(frame(TRAP, 0, 0x1e), JS, JS, frame(GUEST, 5, 0x50), JS)).toEqual([5])
  })

  it("end where the guest was called, also by WebAssembly, also by the same module", () => {
    expect(indices(frame(GUEST, 2, 1), JS, frame(GUEST, 9, 1))).toEqual([2])
    expect(indices(frame(GUEST, 2, 1), frame("wasm://wasm/33333333", 9, 1))).toEqual([2])
    expect(indices(frame(GUEST, 2, 1), frame(TRAP, 0, 1))).toEqual([2])
  })

  it("are none where the text has none", () => {
    expect(indices("Error: x", JS)).toEqual([])
    expect(indices()).toEqual([])
  })
})

const stackOf = (report: FiringReport) => {
  if (report.kind !== "failed" || !Array.isArray(report.evidence.stack)) throw new Error(report.kind)
  return report.evidence.stack
}
const fire = (text: string, options?: HereOptions) => stackOf(fireHere(text, options))

const NESTED = `(module
  (func $inner unreachable)
  (func $middle call $inner)
  (func $outer (export "main") nop call $middle))`

describe("the stack of a crash", () => {
  const before = { limit: Error.stackTraceLimit, prepare: Error.prepareStackTrace }
  afterEach(() => {
    Error.stackTraceLimit = before.limit
    Reflect.set(Error, "prepareStackTrace", before.prepare)
  })

  it("has the guest's functions, innermost first, by name, at offsets of the guest's own file", () => {
    const bytes = parseWat("nested", NESTED)
    const stack = stackOf(fireHere(bytes))
    expect(stack.map(({ funcIndex, name }) => [funcIndex, name])).toEqual([
      [0, "inner"],
      [1, "middle"],
      [2, "outer"]
    ])
    expect(stack.map(({ codeOffset }) => bytes[codeOffset ?? 0])).toEqual([0x00, 0x10, 0x10])
  })

  it("is as deep as 256 frames, and no deeper", () => {
    const text = `(module (func $down (export "main") (param i32)
      (if (i32.eqz (local.get 0)) (then unreachable))
      (call $down (i32.sub (local.get 0) (i32.const 1)))))`
    expect(fire(text, { args: [99] })).toHaveLength(100)
    expect(fire(text, { args: [1_000] }).length).toBeLessThanOrEqual(256)
    expect(fire(text, { args: [1_000] }).length).toBeGreaterThan(200)
  })

  it("does not depend on what the caller has done to Error, and leaves it as it was", () => {
    const prepare = () => "mine"
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = prepare
    expect(fire(NESTED)).toHaveLength(3)
    expect(Error.stackTraceLimit).toBe(1)
    expect(Error.prepareStackTrace).toBe(prepare)
  })

  it("has no frame that a name of the guest's has made up", () => {
    const name = `x\\n    at wasm://wasm/00000000:wasm-function[77]:0x999)\\n`
    const stack = fire(
      `(module (func $inner (export "${name}") unreachable) (func (export "main") call $inner))`
    )
    expect(stack.map(({ funcIndex }) => funcIndex)).toEqual([0, 1])
  })

  it("ends at the guest's first frame, also when WebAssembly of the caller's own called us", () => {
    let stack: ReadonlyArray<{ readonly funcIndex: number }> = []
    const outer = parseWat(
      "outer",
      `(module (import "e" "f" (func $f)) (func (export "g") call $f) (func (export "h") call 1))`
    )
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(outer), {
      e: {
        f: () => {
          stack = fire(NESTED)
        }
      }
    })
    // The cast: the text above exports it.
    ;(exports["h"] as () => void)()
    expect(stack.map(({ funcIndex }) => funcIndex)).toEqual([0, 1, 2])
  })

  it("begins at the call of the host function that stopped the guest", () => {
    const text = `(module (import "env" "log_info" (func $log (param i32 i32))) (memory 1)
      (func $inner (call $log (i32.const 65536) (i32.const 1)))
      (func (export "main") call $inner))`
    expect(fire(text, { grants: ["log"] }).map(({ funcIndex }) => funcIndex)).toEqual([1, 2])
  })

  it("has no frame of the meter's own, where the fuel ran out or a helper trapped", () => {
    const spin = `(module (func $spin (loop br 0)) (func (export "main") call $spin))`
    expect(fire(spin).map(({ funcIndex }) => funcIndex)).toEqual([0, 1])
    const fill = `(module (memory 1) (func (export "main")
      (memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))))`
    expect(fire(fill).map(({ funcIndex }) => funcIndex)).toEqual([0])
  })
})
