import { describe, expect, it } from "vitest"
import { FRAME_SLOTS } from "../../../src/fuel/meter/analyseModule.ts"
import { RESERVE_SLOTS } from "../../../src/fuel/meter/findTraits.ts"
import { TRACKED } from "../../../src/fuel/meter/Traits.ts"
import { engineHas, lacksFor } from "../../guests/features.ts"
import { byReference } from "./byReference.ts"
import { MeteredInstance, metered } from "./runMetered.ts"

/** Depth: who counts it, that it stops what has no end, and that nothing forgets to give it back. */

const times = (count: number, text: string): string => Array.from({ length: count }, () => text).join(" ")
const each = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(" ")

/** Recursions without an end, and where their frames are large. */
const ENDLESS: Readonly<Record<string, string>> = {
  "that calls itself": `(func $f (export "f") call $f)`,
  "of two that call each other": `(func $f (export "f") call $g) (func $g call $f)`,
  "through a table": `(table funcref (elem $f)) (func $f (export "f") i32.const 0 call_indirect)`,
  "through a table that was filled later": `(table $t 1 funcref) (elem declare func $g)
    (func (export "f") (table.set $t (i32.const 0) (ref.func $g)) call $g)
    (func $g i32.const 0 call_indirect)`,
  "behind a handler of its own": `(tag $t) (func $f (export "f") block $b try_table (catch_all $b) call $f end end)`,
  "behind a legacy handler": `(tag $t) (func $f (export "f") try call $f catch_all call $f end)`,
  "with a thousand locals": `(func $f (export "f") (local ${times(1000, "i64")}) call $f)`,
  "with a thousand vectors": `(func $f (export "f") (local ${times(1000, "v128")}) call $f)`,
  "with five hundred operands": `(func $f (export "f")
    ${times(500, "(i32x4.splat (i32.const 1))")} call $f ${times(500, "drop")})`,
  "with a hundred parameters": `(func (export "f") ${times(100, "i64.const 1")} call $g)
    (func $g (param ${times(100, "i64")}) ${each(100, (i) => `local.get ${i}`)} call $g)`,
  "with a thousand results": `(func (export "f") call $g ${times(1000, "drop")})
    (func $g (result ${times(1000, "f64")}) call $g)`,
  "in a start function that is also called": `(func $f (export "f") call $f) (start $f)`
}

/** What each function counts: 1 depth, 0 nothing. */
const tracked = (wat: string): ReadonlyArray<number> => {
  const { traits } = metered(`(module ${wat})`).plan
  return [...traits.bits.subarray(0, traits.functions)].map((bits) => ((bits & TRACKED) === 0 ? 0 : 1))
}

describe("the depth of calls", () => {
  for (const [title, wat] of Object.entries(ENDLESS)) {
    // V8 of Node 24 has no exnref.
    it.skipIf(lacksFor(wat).length > 0)(`stops a recursion ${title} before V8 does`, () => {
      for (const slotsMax of [10_000, 100_000]) {
        const guest = new MeteredInstance(`(module ${wat})`, { slotsMax })
        const run = guest.call("f")
        expect([run.trap, run.stop, guest.stops]).toEqual(["unreachable", "stack", [1]])
      }
    })
  }

  it("stops a recursion through a reference before V8 does", () => {
    const wasm = byReference(`(module (type $t (func)) (elem declare func $f)
      (func $f (export "f") ref.func $f call_indirect (type $t)))`)
    expect(new MeteredInstance(wasm).call("f")).toMatchObject({ trap: "unreachable", stop: "stack" })
  })

  // V8 of Node 24 has no exnref.
  it.skipIf(!engineHas("exnref"))("is given back when an exception passes through", () => {
    const guest = new MeteredInstance(`(module (tag $t)
      (func $down (param i32)
        local.get 0 i32.eqz if throw $t end
        local.get 0 i32.const 1 i32.sub call $down)
      (func (export "f") (param i32)
        loop $again
          block $b try_table (catch_all $b) i32.const 500 call $down end end
          local.get 0 i32.const 1 i32.sub local.tee 0 br_if $again
        end))`)
    expect(guest.call("f", 1000)).toMatchObject({ stop: undefined, values: [] })
  })

  it("is given back by every way out of a call", () => {
    const guest = new MeteredInstance(`(module (table funcref (elem $leaf))
      (func $leaf (param i32) (result i32) local.get 0)
      (func $down (param i32) (result i32)
        block (result i32)
          local.get 0 local.get 0 i32.eqz br_if 0 drop
          local.get 0 i32.const 1 i32.sub call $down
          local.get 0 i32.const 7 i32.and i32.eqz if local.get 0 return end
          local.get 0 i32.const 6 i32.and i32.eqz br_if 0
          local.get 0 i32.const 5 i32.and i32.eqz if local.get 0 return_call $leaf end
          i32.const 0 return_call_indirect (param i32) (result i32)
        end)
      (func (export "f") (param i32)
        loop $again
          i32.const 1000 call $down drop
          local.get 0 i32.const 1 i32.sub local.tee 0 br_if $again
        end))`)
    expect(guest.call("f", 300)).toMatchObject({ stop: undefined, values: [] })
  })

  it("is not used by tail calls of any kind", () => {
    const wasm = byReference(`(module (type $t (func (param i32))) (elem declare func $h)
      (func $f (export "f") (param i32) local.get 0 i32.eqz if return end
        local.get 0 i32.const 1 i32.sub return_call $g)
      (func $g (param i32) local.get 0 ref.func $h return_call_indirect (type $t))
      (func $h (param i32) local.get 0 return_call $f))`)
    const guest = new MeteredInstance(wasm)
    expect(guest.call("f", 100_000)).toMatchObject({ stop: undefined, values: [] })
  })

  it("of a tail call's callee starts where the caller's did", () => {
    const wat = `(module
      (func $wide (param i32) (local ${times(400, "i64")}) local.get 0 return_call $down)
      (func $down (param i32) local.get 0 if local.get 0 i32.const 1 i32.sub call $down end)
      (func $again (export "f") (param i32) local.get 0 call $wide local.get 0 call $wide))`
    // The frames of `again`, and of `down` 500 times: the last one calls nothing, and takes of the reserve.
    const slots = FRAME_SLOTS + 3 + (FRAME_SLOTS + 4) * 500
    expect(new MeteredInstance(wat, { slotsMax: slots }).call("f", 500).stop).toBeUndefined()
    expect(new MeteredInstance(wat, { slotsMax: slots - 1 }).call("f", 500).stop).toBe("stack")
  })

  it("is the same in every slice", () => {
    const wat = `(module (global $n (export "n") (mut i32) (i32.const 0))
      (func $f (export "f") (param f64) global.get $n i32.const 1 i32.add global.set $n
        local.get 0 local.get 0 f64.add call $f))`
    const depths = [{}, { sliceMax: 1 }, { sliceMax: 1000 }].map((options) => {
      const guest = new MeteredInstance(wat, options)
      guest.call("f", 1)
      return guest.export<WebAssembly.Global>("n").value
    })
    expect(new Set(depths).size).toBe(1)
  })
})

describe("a function counts depth", () => {
  it("unless every path of its calls ends within the reserve", () => {
    expect(tracked(`(func $a) (func $b call $a) (func (export "c") call $b call $a)`)).toEqual([0, 0, 0])
  })
  it("if it calls itself, however", () => {
    expect(tracked(`(func $a call $a) (func $b call $c) (func $c return_call $b)`)).toEqual([1, 1, 1])
  })
  it("if it calls one that does", () => {
    expect(tracked(`(func $a call $a) (func $b call $a) (func $leaf) (func $c call $leaf)`)).toEqual([
      1, 1, 0, 0
    ])
  })
  it("if its own frame is larger than the reserve", () => {
    const fits = RESERVE_SLOTS - FRAME_SLOTS
    expect(tracked(`(func (local ${times(fits, "i64")})) (func (local ${times(fits + 1, "i64")}))`)).toEqual([
      0, 1
    ])
  })
  it("if the frames of a chain together are", () => {
    const chain = each(200, (i) => `(func $f${i} ${i === 0 ? "" : `call $f${i - 1}`})`)
    const counts = tracked(chain)
    expect(counts.indexOf(1)).toBe(RESERVE_SLOTS / FRAME_SLOTS)
    expect(counts.lastIndexOf(0)).toBe(counts.indexOf(1) - 1)
  })
  it("if it calls through a table what can call through a table", () => {
    const table = `(type $t (func)) (table 1 funcref)`
    expect(tracked(`${table} (func i32.const 0 call_indirect (type $t))`)).toEqual([0])
    expect(tracked(`${table} (func $a (export "a") i32.const 0 call_indirect (type $t))`)).toEqual([0])
    expect(
      tracked(`${table} (func $a (export "a") ref.func $a drop i32.const 0 call_indirect (type $t))`)
    ).toEqual([1])
    expect(
      tracked(`${table} (elem func $a) (func $a (param i32) i32.const 0 call_indirect (type $t))`)
    ).toEqual([0])
    expect(tracked(`${table} (elem func $a) (func $a i32.const 0 call_indirect (type $t))`)).toEqual([1])
    expect(
      tracked(`${table} (global funcref (ref.func $a)) (func $a i32.const 0 call_indirect (type $t))`)
    ).toEqual([1])
    expect(tracked(`${table} (func $leaf (export "l")) (func i32.const 0 call_indirect (type $t))`)).toEqual([
      0, 0
    ])
  })
  it("not for calls in code that cannot run", () => {
    expect(tracked(`(func $a return call $a)`)).toEqual([0])
  })
  it("never if it is imported", () => {
    expect(tracked(`(import "m" "f" (func $i)) (export "e" (func $i)) (func call $i)`)).toEqual([0, 0])
  })
})
