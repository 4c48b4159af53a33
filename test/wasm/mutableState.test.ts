import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { freshnessOf } from "../../src/wasm/freshness.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import type { Module } from "../../src/wasm/Module.ts"
import { type MutableState, mutableState } from "../../src/wasm/mutableState.ts"
import { OPCODES } from "../../src/wasm/Opcodes.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import type { HeapType, ValueType } from "../../src/wasm/ValueType.ts"
import { MeteredInstance } from "../fuel/meter/runMetered.ts"
import { generateModule } from "../fuzz/generateModule.ts"
import { callsOf } from "../fuzz/play.ts"
import { seedling } from "../fuzz/subjects.ts"
import { readGuests } from "../guests/readGuests.ts"
import { parseWat } from "../guests/wat.ts"
import { decoded } from "./modules.ts"
import { putBack, takeImage, wholeState } from "./restoring.ts"
import { tamed } from "./tamed.ts"

/** What can change in an instance, by the analysis and in reality. */

const stateOf = (fields: string) => mutableState(decoded(parseWat("test.wat", `(module ${fields})`)))
const freshness = (fields: string) => freshnessOf(stateOf(fields))

describe("an instance is restored in place", () => {
  const RESTORED: Readonly<Record<string, string>> = {
    "where nothing can change": "(func)",
    "with a memory that is written, filled, and initialised from segments that stay": `(memory 1) (data $d "a")
      (func (i32.store (i32.const 0) (i32.const 1)) (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))
        (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))`,
    "with a memory that may grow": "(memory 1) (func (drop (memory.grow (i32.const 1))))",
    "with memories of 64-bit addresses": "(memory i64 1) (memory 1)",
    "with globals that JavaScript can set": `(global (mut i32) (i32.const 0)) (global (mut i64) (i64.const 0))
      (global (mut f32) (f32.const 0)) (global (mut f64) (f64.const 0))
      (global (mut funcref) (ref.null func)) (global (mut externref) (ref.null extern))`,
    "with tables of functions that are written": `(table $t 2 funcref) (elem $e func 0)
      (func (table.set $t (i32.const 0) (ref.null func))
        (table.fill $t (i32.const 0) (ref.null func) (i32.const 1))
        (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))
        (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
        (drop (table.grow $t (ref.null func) (i32.const 1))))`,
    "with a vector in an immutable global": "(global v128 (v128.const i64x2 1 2))"
  }
  for (const [title, fields] of Object.entries(RESTORED))
    it(title, () => expect(freshness(fields)).toEqual({ way: "restore" }))
})

describe("a new instance is made over the old one's memory", () => {
  const WHY: ReadonlyArray<readonly [string, string]> = [
    [`(data $d "a") (func (data.drop $d))`, "data.drop drops a segment, which cannot be brought back"],
    ["(elem $e func) (func (elem.drop $e))", "elem.drop drops a segment, which cannot be brought back"],
    [
      "(global (mut v128) (v128.const i64x2 1 2))",
      "global 0 is mutable and of a type that JavaScript cannot set"
    ],
    ["(global (mut exnref) (ref.null exn))", "global 0 is mutable and of a type that JavaScript cannot set"],
    [
      "(table $t 1 exnref) (func (table.set $t (i32.const 0) (ref.null exn)))",
      "table 0 can be written and is neither of funcref nor of externref"
    ]
  ]
  for (const [fields, why] of WHY)
    it(`where ${why}`, () => {
      expect(freshness(`(memory 1) ${fields}`)).toEqual({ way: "reinstantiate", why })
      expect(freshness(fields)).toEqual({ way: "new", why: `${why}, and there is no memory to keep` })
    })
})

describe("of modules that few tools can write", () => {
  const MEMORY: Module = decoded(parseWat("test.wat", "(module (memory 1))"))
  const NOTHING = mutableState(MEMORY)
  const reference = (heap: HeapType, nullable = true): ValueType => ({ nullable, heap, short: false })

  it("one that changes objects gets a new instance, one that only makes them is restored", () => {
    for (const { op, mnemonic, feature } of OPCODES) {
      if (feature !== "gc") continue
      const rows = new Uint8Array(OPCODES.length)
      rows[op] = 1
      const changes = /^struct.set|^array.(set|fill|copy|init_data|init_elem)$/.test(mnemonic)
      const why = `${mnemonic} changes an object, which cannot be told from outside`
      expect(freshnessOf(mutableState(MEMORY, rows))).toEqual(
        changes ? { way: "reinstantiate", why } : { way: "restore" }
      )
    }
  })
  it("one with references that JavaScript cannot set gets a new instance", () => {
    const kept = [reference("func"), reference("extern")]
    const lost = (["any", "eq", "i31", "struct", "array", "exn", 3] as const).map((heap) => reference(heap))
    for (const type of [...kept, ...lost, reference("func", false)]) {
      const way = kept.includes(type) ? "restore" : "reinstantiate"
      expect(freshnessOf({ ...NOTHING, globals: [{ globalIndex: 0, type }] }).way).toBe(way)
      expect(freshnessOf({ ...NOTHING, tables: [{ tableIndex: 0, type, mayGrow: false }] }).way).toBe(way)
    }
  })
})

describe("nothing of an instance is kept", () => {
  it("where it imports what has a state of its own", () => {
    for (const what of ["memory 1", "table 1 funcref", "global (mut i32)"])
      expect(freshness(`(import "a" "b" (${what})) (memory 1)`)).toEqual({
        way: "new",
        why: `it imports ${what.split(" ")[0]} a.b, whose state is not its own`
      })
    expect(freshness(`(import "a" "b" (global i32)) (import "a" "c" (func))`)).toEqual({ way: "restore" })
  })
  it("where its memory is shared", () => {
    expect(freshness("(memory 1 1 shared)")).toEqual({
      way: "new",
      why: "memory 0 is shared: others may write it at any time"
    })
  })
})

describe("the analysis", () => {
  it("names memories, mutable globals, and tables that are written, by their indices", () => {
    const state = stateOf(`(import "a" "g" (global i32)) (memory 1) (memory 2 3)
      (global i32 (i32.const 0)) (global (mut i64) (i64.const 0)) (table 1 funcref) (table $t 1 externref)
      (func (drop (table.grow $t (ref.null extern) (i32.const 0))))`)
    expect(state.memories.map(({ memoryIndex, mayGrow }) => [memoryIndex, mayGrow])).toEqual([
      [0, false],
      [1, false]
    ])
    expect(state.globals).toEqual([{ globalIndex: 2, type: "i64" }])
    expect(state.tables.map(({ tableIndex, mayGrow }) => [tableIndex, mayGrow])).toEqual([
      [0, true],
      [1, true]
    ])
  })
})

/**
 * Runs calls on an instance, puts back what the analysis names, and runs calls again: what the second ones differ in
 * from the same calls on a new instance. `undefined` where there was nothing to put back: it trapped, or grew.
 */
const differences = (
  bytes: Uint8Array<ArrayBuffer>,
  forget: (state: MutableState) => MutableState = (state) => state
): ReadonlyArray<string> | undefined => {
  const state = mutableState(decoded(bytes))
  expect(freshnessOf(state)).toEqual({ way: "restore" })
  const [used, fresh] = [
    new MeteredInstance(bytes, { fuel: FUEL }),
    new MeteredInstance(bytes, { fuel: FUEL })
  ]
  const names = used.made.plan.exports
  const seen = (guest: MeteredInstance) =>
    wholeState(guest.instance.exports, names).filter((text) => text !== "")
  const image = takeImage(used.instance.exports, names, forget(state))
  const play = (guest: MeteredInstance) =>
    callsOf(bytes).map(({ name, args }) => {
      const { values, trap, charged } = guest.call(name, ...args)
      return { told: `${name} ${values?.map(String)} ${trap} ${charged}`, trap }
    })
  if (play(used).some(({ trap }) => trap !== undefined) || !putBack(image)) return undefined
  const all = (guest: MeteredInstance) => [
    ...seen(guest),
    ...play(guest).map(({ told }) => told),
    ...seen(guest)
  ]
  const expected = all(fresh)
  return all(used)
    .filter((text, i) => text !== expected[i])
    .map((text) => text.slice(0, 60))
}

const FUEL = 100_000

const modules = seedling(500).map(({ numbers }) => tamed(generateModule(numbers, { alone: true })))

describe("a random module that is restored in place", () => {
  it("has the whole state of a new instance, and does the same", () => {
    let restored = 0
    fc.assert(
      fc.property(modules, (bytes) => {
        const found = differences(bytes)
        if (found === undefined) return
        restored++
        expect(found).toEqual([])
      }),
      { numRuns: 100 }
    )
    expect(restored).toBeGreaterThan(20)
  })
  const FORGETFUL: Readonly<Record<string, (state: MutableState) => MutableState>> = {
    memories: (state) => ({ ...state, memories: [] }),
    "the second memory": (state) => ({ ...state, memories: state.memories.slice(0, 1) }),
    globals: (state) => ({ ...state, globals: [] }),
    tables: (state) => ({ ...state, tables: [] })
  }
  for (const [what, forget] of Object.entries(FORGETFUL))
    it(`is found out not to be, by an analysis that forgets ${what}`, () => {
      const { failed } = fc.check(
        fc.property(modules, (bytes) => (differences(bytes, forget) ?? []).length === 0),
        { numRuns: 300, endOnFailure: true, seed: 1 }
      )
      expect(failed).toBe(true)
    })
})

describe("a reference in a global", () => {
  it("is put back, and an analysis that forgets it is found out", () => {
    const bytes = parseWat(
      "test.wat",
      `(module (global $g (mut funcref) (ref.null func))
        (func (export "f") (result i32) (ref.is_null (global.get $g)) (global.set $g (ref.func 0))))`
    )
    expect(differences(bytes)).toEqual([])
    expect(differences(bytes, (state) => ({ ...state, globals: [] }))).not.toEqual([])
  })
})

describe("a guest of the tests' that is restored in place", () => {
  it("has the whole state of a new instance, and does the same", () => {
    let restored = 0
    for (const { header, wasm } of readGuests()) {
      // Others are large on purpose.
      if (!/^(basics|exceptions|fuel|memory|tables|rust|c|assemblyscript)\//.test(header.path)) continue
      const bytes = new Uint8Array(wasm())
      const module = decodeModule(bytes)
      if (module instanceof Malformed || !WebAssembly.validate(bytes)) continue
      if ((sectionOf(module, "import")?.imports ?? []).length > 0 || bytes.length > 200_000) continue
      const state = mutableState(module)
      if (state.memories.some(({ limits }) => limits.min > 100n)) continue
      if (freshnessOf(state).way !== "restore") continue
      const found = differences(bytes)
      if (found === undefined) continue
      restored++
      expect([header.path, found]).toEqual([header.path, []])
    }
    expect(restored).toBeGreaterThan(10)
  })
})
