import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parseWat } from "../../guests/wat.ts"
import { MeteredProcess } from "./MeteredProcess.ts"

/** So many that the count ends before V8's own stack, which the frames of JavaScript between fill too. */
const AGAIN_LOCALS = 200

/** `dig(n)` calls itself n deep, in frames of 15 slots; `again` is called again by its import. */
const DIGGER = parseWat(
  "digger",
  `(module
    (import "env" "back" (func $back (param i32)))
    (global $starts (mut i32) (i32.const 0))
    (global (export "shown") (mut i32) (i32.const 7))
    (func $start (global.set $starts (i32.add (global.get $starts) (i32.const 1))))
    (start $start)
    (func (export "starts") (result i32) (global.get $starts))
    (func $dig (export "dig") (param i32)
      (if (local.get 0) (then (call $dig (i32.sub (local.get 0) (i32.const 1))))))
    (func $again (export "again") (param i32) (local ${"i64 ".repeat(AGAIN_LOCALS)})
      (if (i32.lt_s (local.get 0) (i32.const 0)) (then (call $again (local.get 0))))
      (call $back (local.get 0))))`
)

interface Digger {
  starts(): number
  dig(levels: number): void
  again(levels: number): void
}

const makeDigger = () => {
  const metered = new MeteredProcess(WebAssembly, () => performance.now())
  const { bytes, note } = metered.meter(DIGGER)
  const module = new WebAssembly.Module(bytes)
  note(module)
  let deepest = 0
  const back = (levels: number): void => {
    deepest = Math.max(deepest, levels)
    exports.again(levels + 1)
  }
  const imports = { env: { back } }
  const instance = new WebAssembly.Instance(module, imports)
  metered.adopt(module, instance, imports)
  // The cast: the module above exports these.
  const exports = instance.exports as unknown as Digger
  return { metered, module, instance, exports, deepest: () => deepest }
}

describe("a metered process", () => {
  it("runs the start function once, and before anybody calls", () => {
    expect(makeDigger().exports.starts()).toBe(1)
  })

  it("shows the exports of the module as it was and no others", () => {
    const { metered, module, instance } = makeDigger()
    const names = ["shown", "starts", "dig", "again"]
    expect(Object.keys(instance.exports)).toEqual(names)
    expect(metered.exportsOf(module).map(({ name }) => name)).toEqual(names)
    expect(WebAssembly.Module.exports(module).length).toBeGreaterThan(names.length)
  })

  it("charges what a call costs, each time the same", () => {
    const { metered, exports } = makeDigger()
    const costs = [10, 10, 11].map((levels) => {
      const before = metered.fuel()
      exports.dig(levels)
      return metered.fuel() - before
    })
    // A level is an entry, local.get, if, local.get, i32.const, i32.sub and call; the last has the first three.
    expect(costs).toEqual([73, 73, 80])
  })

  it("lets an outermost call use all of the stack however many went before it", () => {
    const { exports } = makeDigger()
    for (let i = 0; i < 10_000; i++) exports.dig(2_000)
    expect(() => exports.dig(5_000)).toThrow(WebAssembly.RuntimeError)
    expect(() => exports.dig(2_000)).not.toThrow()
  })

  it("counts on when a call re-enters by way of JavaScript", () => {
    const { exports, deepest } = makeDigger()
    expect(() => exports.again(1)).toThrow(WebAssembly.RuntimeError)
    expect(deepest()).toBeGreaterThan(100)
    expect(deepest()).toBeLessThan(49_152 / AGAIN_LOCALS)
  })
})

describe("the swapped entry points", () => {
  it("keep classes, identities and errors, and count a drifting pair's calls without an end", () => {
    const answer = execFileSync(process.execPath, [join(import.meta.dirname, "trySwap.ts")], {
      encoding: "utf8"
    })
    expect(JSON.parse(answer)).toEqual({
      classes: [true, true],
      sameFunction: true,
      setAndCalled: 49,
      malformed: "CompileError",
      missingImport: "TypeError",
      sharedTableCalls: 1_200_000,
      fuelGrew: true
    })
  })
})
