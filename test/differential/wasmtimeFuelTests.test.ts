import { describe, expect, it } from "vitest"
import { makePriceTable, type PriceTable } from "../../src/fuel/PriceTable.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import type { Section } from "../../src/wasm/Module.ts"
import { FUNCREF, type ValueType } from "../../src/wasm/ValueType.ts"
import { type MeteredOptions, runMetered } from "../fuel/meter/runMetered.ts"
import { Emitter } from "../fuzz/Emitter.ts"
import { engineHas } from "../guests/features.ts"

/**
 * What Wasmtime's own tests of its fuel assert, asserted of ours, in modules of our own.
 *
 * | Wasmtime's                            | here                                                                    |
 * | ------------------------------------- | ----------------------------------------------------------------------- |
 * | units of a start function             | the same less 2: it makes a function of its own that calls the start     |
 * | constant expressions cost units       | they cost none: their objects are bounded in bytes, their length in file  |
 * | fuel 1 does not pay for an entry of 1 | it does: what is allocated can be used to the last unit                  |
 * | an overdrawn call may have returned   | it is out of fuel, wherever somebody looks                               |
 * | a failed growth by a constant is paid | it costs itself: nothing was grown                                       |
 * | fuel up to 2^64 - 1                   | up to 2^53 - 1: test/fuel/FuelPolicy.test.ts, test/fuel/Account.test.ts  |
 * | a host function reads and sets fuel   | it has a price instead and cannot: test/supervisors/hostCalls.test.ts    |
 * | yielding to a host after some fuel    | slices: test/fuel/Account.test.ts, test/runtime/watchFiring.test.ts      |
 * | a store's fuel over several calls     | a firing has an account of its own                                       |
 * | stack alignment of its other compiler | none: there is one way to run                                            |
 */

const f = (body: string, fields = ""): string => `(module ${fields} (func $f (export "f") ${body}))`
const charged = (wat: string | Uint8Array, options: MeteredOptions = {}) => runMetered(wat, options, "f")

describe("what Wasmtime's tests count", () => {
  const rows: ReadonlyArray<readonly [title: string, units: number, wat: string]> = [
    ["a function without instructions is its entry", 1, f("")],
    ["dropping is free, a constant is not", 1 + 1, f("(drop (i64.const 9))")],
    ["a block is free", 1, f("(block (block))")],
    ["a loop that is not repeated is free", 1, f("(loop (nop))")],
    ["nothing after a return counts", 1, f("return i32.const 1 i32.const 2 i32.add drop unreachable")],
    ["what is before a return does", 1 + 2, f("(result f64) f64.const 1 f64.neg return")],
    [
      "a condition and its if count, an arm not taken does not",
      1 + 2,
      f("(if (i32.const 0) (then (call $f)))")
    ],
    ["an arm that is taken counts", 1 + 2 + 2, f("(if (i32.const 7) (then (drop (i32.eqz (i32.const 0)))))")],
    ["then, and not else", 1 + 2 + 1, f("(if (i32.const 7) (then (drop (i32.const 0))) (else (call $f)))")],
    ["else, and not then", 1 + 2 + 1, f("(if (i32.const 0) (then (call $f)) (else (drop (i32.const 0))))")],
    ["a branch taken skips", 1 + 2, f("(block (br_if 0 (i32.const 1)) (call $f))")],
    ["a branch not taken goes on", 1 + 2 + 1, f("(block (br_if 0 (i32.const 0)) (drop (i32.const 4)))")],
    ["a call is itself and an entry", 1 + 1 + 1, f("(call $g)", "(func $g)")],
    [
      "arguments count",
      1 + 2 + 1 + 1,
      f("(call $g (i32.const 1) (i32.const 2))", "(func $g (param i32 i32))")
    ],
    [
      "what a callee does counts",
      1 + 1 + 1 + 1,
      f("(drop (call $g))", "(func $g (result i32) (i32.const 3))")
    ],
    [
      "an indirect call is no dearer",
      1 + 2 + 1,
      f("(call_indirect (i32.const 0))", "(table funcref (elem $g)) (func $g)")
    ],
    [
      "each round of a loop counts",
      1 + 2 + 8 * 6,
      f(`(local i64) i64.const 8 local.set 0
        (loop (br_if 0 (i32.wrap_i64 (local.tee 0 (i64.sub (local.get 0) (i64.const 1))))))`)
    ],
    [
      "bytes copied count",
      1 + 4 + 300,
      f("(memory.copy (i32.const 8) (i32.const 0) (i32.const 300))", "(memory 1)")
    ],
    [
      "bytes filled count",
      1 + 4 + 300,
      f("(memory.fill (i32.const 8) (i32.const 0) (i32.const 300))", "(memory 1)")
    ],
    [
      "bytes of a segment count",
      1 + 4 + 5,
      f("(memory.init $d (i32.const 8) (i32.const 1) (i32.const 5))", '(memory 1) (data $d "sixsix")')
    ],
    [
      "elements copied count",
      1 + 4 + 30,
      f("(table.copy (i32.const 1) (i32.const 0) (i32.const 30))", "(table 40 funcref)")
    ],
    [
      "elements filled count",
      1 + 4 + 30,
      f("(table.fill 0 (i32.const 1) (ref.null func) (i32.const 30))", "(table 40 funcref)")
    ],
    [
      "elements grown count",
      1 + 3 + 30,
      f("(drop (table.grow 0 (ref.null func) (i32.const 30)))", "(table 0 funcref)")
    ],
    [
      "elements of a segment count",
      1 + 4 + 3,
      f(
        "(table.init $e (i32.const 1) (i32.const 0) (i32.const 3))",
        "(table 9 funcref) (elem $e func $f $f $f)"
      )
    ]
  ]
  for (const [title, units, wat] of rows)
    it(title, () => expect(charged(wat)).toMatchObject({ trap: undefined, charged: units }))

  it("what a module declares charges nothing", () => {
    expect(runMetered(`(module (memory 1) (func (export "f")))`, { fuel: 1 }, "f").charged).toBe(1)
  })

  it("what is before unreachable counts, unreachable does not", () => {
    expect(charged(f("unreachable"))).toMatchObject({ trap: "unreachable", charged: 1 })
    expect(charged(f("i32.const 1 i32.const 2 i32.const 3 unreachable"))).toMatchObject({ charged: 1 + 3 })
  })

  it("a load that must trap has been paid", () => {
    const wat = f(
      "(drop (i32.load8_u offset=0xfffffff0 (i32.add (i32.const 1) (i32.const 2))))",
      "(memory 1 1)"
    )
    expect(charged(wat)).toMatchObject({ trap: "memory access out of bounds", charged: 1 + 4 })
  })

  it("elements of arrays count, however an array is made or changed", () => {
    const n = 50
    const make = (e: Emitter) => e.i32(n).op("array.new_default", { a: 0 }).op("local.tee", { a: 0 })
    const array = (e: Emitter) => e.op("local.get", { a: 0 })
    const made = 1 + 3 + n
    expect(charged(arrays((e) => make(e).op("drop")))).toMatchObject({ charged: made })
    expect(charged(arrays((e) => e.i32(7).i32(n).op("array.new", { a: 0 }).op("drop")))).toMatchObject({
      charged: 1 + 3 + n
    })
    expect(
      charged(arrays((e) => e.i32(1).i32(20).op("array.new_data", { a: 0, b: 0 }).op("drop")))
    ).toMatchObject({ charged: 1 + 3 + 20 })
    expect(charged(arrays((e) => make(e).i32(2).i32(7).i32(20).op("array.fill", { a: 0 })))).toMatchObject({
      charged: made + 4 + 20
    })
    expect(
      charged(arrays((e) => array(make(e).i32(9)).i32(0).i32(20).op("array.copy", { a: 0, b: 0 })))
    ).toMatchObject({ charged: made + 5 + 20 })
    expect(
      charged(arrays((e) => make(e).i32(9).i32(0).i32(20).op("array.init_data", { a: 0, b: 0 })))
    ).toMatchObject({ charged: made + 4 + 20 })
  })
})

describe("what Wasmtime's tests see run out", () => {
  const FUEL = 10_000
  const runsOut = (wat: string | Uint8Array) =>
    expect(charged(wat, { fuel: FUEL, tableElementsMax: 200_000 })).toMatchObject({
      stop: "fuel",
      values: undefined
    })
  const chain = Array.from(
    { length: 18 },
    (_, i) => `(func $g${i} (call $g${i + 1}) (call $g${i + 1}))`
  ).join(" ")
  const loops: ReadonlyArray<readonly [title: string, wat: string]> = [
    ["a loop of br", f("(loop $l (br $l))")],
    ["a loop of br_if", f("(loop $l (br_if $l (i32.const 5)))")],
    ["a loop of br_table", f("(loop $l (br_table $l $l (i32.const 5)))")],
    ["a tree of calls without a loop", f("(call $g0)", `${chain} (func $g18)`)],
    [
      "a copy of more bytes than there is fuel",
      f("(memory.copy (i32.const 0) (i32.const 0) (i32.const 60000))", "(memory 1)")
    ],
    [
      "a fill of more bytes than there is fuel",
      f("(memory.fill (i32.const 0) (i32.const 0) (i32.const 60000))", "(memory 1)")
    ],
    [
      "a segment of more bytes than there is fuel",
      f(
        "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 20000))",
        `(memory 1) (data $d "${"b".repeat(20_000)}")`
      )
    ],
    [
      "a copy of more elements than there is fuel",
      f("(table.copy (i32.const 0) (i32.const 0) (i32.const 15000))", "(table 15000 funcref)")
    ],
    [
      "a fill of more elements than there is fuel",
      f("(table.fill 0 (i32.const 0) (ref.null func) (i32.const 15000))", "(table 15000 funcref)")
    ],
    [
      "a growth by more elements than there is fuel",
      f("(drop (table.grow 0 (ref.null func) (i32.const 15000)))", "(table 0 funcref)")
    ],
    [
      "a segment of more elements than there is fuel",
      f(
        "(table.init $e (i32.const 0) (i32.const 0) (i32.const 15000))",
        `(table 15000 funcref) (elem $e func ${"$f ".repeat(15_000)})`
      )
    ]
  ]
  for (const [title, wat] of loops) it(title, () => runsOut(wat))

  it("loops of branches on references", () => {
    const loop = (first: (e: Emitter) => Emitter, type: number, again: (e: Emitter) => Emitter) =>
      arrays((e) => again(first(e).op("loop", { a: type })).op("end"))
    const nothing = (e: Emitter) => e.op("local.get", { a: 0 })
    const some = (e: Emitter) => e.i32(3).op("array.new_default", { a: 0 })
    runsOut(
      loop(
        (e) => e,
        EMPTY,
        (e) => nothing(e).op("br_on_null", { a: 0 }).op("drop")
      )
    )
    runsOut(loop(some, 3, (e) => e.op("br_on_non_null", { a: 0 })))
    runsOut(loop(nothing, 4, (e) => e.op("br_on_cast", { a: 0, b: 0, c: 0, flags: 3 }).op("drop")))
    runsOut(loop(nothing, 5, (e) => e.op("br_on_cast_fail", { a: 0, b: ANY, c: I31, flags: 1 }).op("drop")))
  })

  it("arrays longer than there is fuel", () => {
    runsOut(arrays((e) => e.i32(20_000).op("array.new_default", { a: 0 }).op("drop")))
    runsOut(arrays((e) => e.i32(1).i32(20_000).op("array.new", { a: 0 }).op("drop")))
  })
})

describe("what Wasmtime's tests allow to be configured and bounded", () => {
  const table = (rules: Partial<Parameters<typeof makePriceTable>[0]>): PriceTable => {
    const made = makePriceTable({
      id: "t",
      entry: 1,
      bulkByte: 1,
      bulkElement: 1,
      grownPage: 1,
      price: () => 0,
      ...rules
    })
    if ("instruction" in made) return made
    throw new Error(made.join())
  }
  const never = /^(br|throw|rethrow)/
  const price = (prices: Readonly<Record<string, number>>) => (mnemonic: string) =>
    prices[mnemonic] ?? (never.test(mnemonic) ? 1 : 0)

  it("each instruction has a price of its own", () => {
    const prices = table({
      price: price({ "i32.const": 11, "i32.add": 23, "i64.const": 64, "i64.add": 128, drop: 5 })
    })
    const wat = f("(drop (i32.add (i32.const 1) (i32.const 2))) (drop (i64.add (i64.const 3) (i64.const 4)))")
    expect(charged(wat, { prices }).charged).toBe(1 + 2 * 11 + 23 + 2 * 64 + 128 + 2 * 5)
  })

  it("bytes, elements, array elements and pages have prices of their own", () => {
    const prices = table({
      bulkByte: 3,
      bulkElement: 7,
      arrayElement: 13,
      grownPage: 11,
      price: price({ "memory.fill": 50 })
    })
    const wat = f(
      `(memory.fill (i32.const 0) (i32.const 0) (i32.const 5)) (table.fill 0 (i32.const 0) (ref.null func) (i32.const 5))
       (drop (memory.grow (i32.const 5))) (drop (table.grow 0 (ref.null func) (i32.const 5)))`,
      "(memory 1 6) (table 5 10 funcref)"
    )
    expect(charged(wat, { prices }).charged).toBe(1 + 50 + 5 * (3 + 7 + 11 + 7))
    expect(
      charged(
        arrays((e) => e.i32(5).op("array.new_default", { a: 0 }).op("drop")),
        { prices }
      ).charged
    ).toBe(1 + 5 * 13)
  })

  it("a growth that fails costs itself, in a table or a memory of either width", () => {
    expect(charged(f("(drop (memory.grow (i32.const 5)))", "(memory 1 1)")).charged).toBe(1 + 2)
    expect(
      charged(f("(drop (table.grow 0 (ref.null func) (i32.const 5)))", "(table 0 0 funcref)")).charged
    ).toBe(1 + 3)
    expect(
      charged(f("(drop (memory.grow (i64.const 0x7fffffffffffffff)))", "(memory i64 0 0)")).charged
    ).toBe(1 + 2)
  })

  it("an operation out of bounds is found out before its bytes are charged", () => {
    const wat = f("(memory.fill (i32.const 65535) (i32.const 0) (i32.const 500))", "(memory 1)")
    expect(charged(wat)).toMatchObject({ trap: "memory access out of bounds", charged: 1 + 4 })
  })

  // Node 22 has no such tables.
  it.skipIf(!engineHas("table64"))(
    "growing a table of 64 bits by a negative number gives no fuel back",
    () => {
      const wat = f(
        "(loop $l (drop (table.grow 0 (ref.null func) (i64.const -500))) (br $l))",
        "(table i64 0 65536 funcref)"
      )
      expect(charged(wat, { fuel: 100_000 })).toMatchObject({ stop: "fuel" })
    }
  )

  it("a growth that nobody can pay stops the guest", () => {
    const wat = f(
      "(drop (table.grow 0 (ref.func $f) (i32.const 9999999)))",
      "(table 1 10000000 funcref) (elem declare func $f)"
    )
    expect(charged(wat, { fuel: 2, tableElementsMax: 10_000_000 })).toMatchObject({ stop: "fuel" })
  })

  it("the last unit can be used, and one less is too little", () => {
    const wat = f("(drop (i32.add (i32.const 1) (i32.const 2)))")
    expect(charged(wat, { fuel: 4 })).toMatchObject({ stop: undefined, charged: 4 })
    expect(charged(wat, { fuel: 3 }).charged).toBe(4)
    expect(charged(f(""), { fuel: 1 })).toMatchObject({ stop: undefined, charged: 1 })
    expect(charged(f(""), { fuel: 0 }).charged).toBe(1)
  })
})

/** As the format numbers them: no type of a block, the heap types `any` and `i31`. */
const [EMPTY, ANY, I31] = [-64, -18, -20]

/** What loops of the types 3, 4 and 5 take. */
const LOOPED: ReadonlyArray<ValueType> = [
  { nullable: false, heap: 0, short: false },
  { nullable: true, heap: 0, short: false },
  { nullable: true, heap: "any", short: true }
]

/** A module whose `f` has an array of bytes in its local 0; there are types and a segment to make arrays of. */
function arrays(code: (e: Emitter) => Emitter): Uint8Array {
  const e = new Emitter([])
  e.local({ nullable: true, heap: 0, short: false })
  const composites = [
    { kind: "array", element: { storage: "i8", mutable: true } } as const,
    { kind: "array", element: { storage: FUNCREF, mutable: true } } as const,
    { kind: "func", params: [], results: [] } as const,
    ...LOOPED.map((type) => ({ kind: "func", params: [type], results: [] }) as const)
  ]
  const sections: ReadonlyArray<Section> = [
    {
      kind: "type",
      groups: composites.map((composite) => ({
        rec: false,
        types: [{ form: "plain", supertypes: [], composite }]
      }))
    },
    { kind: "function", typeIndices: [2] },
    { kind: "export", exports: [{ name: "f", kind: "func", index: 0 }] },
    { kind: "dataCount", count: 1 },
    { kind: "code", bodies: [code(e).op("end").body()] },
    { kind: "data", segments: [{ mode: { kind: "passive" }, init: new Uint8Array(300) }] }
  ]
  return encodeModule({ bytes: new Uint8Array(0), sections })
}
