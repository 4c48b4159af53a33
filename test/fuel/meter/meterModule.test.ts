import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FunctionMaps } from "../../../src/fuel/meter/FunctionMaps.ts"
import { meterModule } from "../../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../../src/fuel/meter/Placement.ts"
import {
  BRANCH_HINTS,
  decodeCodeMetadata,
  encodeCodeMetadata,
  type FuncMetadata
} from "../../../src/wasm/CodeMetadata.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import { InstructionReader } from "../../../src/wasm/InstructionReader.ts"
import { Malformed } from "../../../src/wasm/Malformed.ts"
import { OP } from "../../../src/wasm/Opcodes.ts"
import { bodiesOf, sectionOf } from "../../../src/wasm/sectionOf.ts"
import { generateModule } from "../../fuzz/generateModule.ts"
import { lacksFor } from "../../guests/features.ts"
import { custom, decoded, leb, moduleBytes, SAMPLER, wat, withBody } from "../../wasm/modules.ts"
import { bytesOf, METER_OPTIONS, MeteredInstance, metered } from "./runMetered.ts"

/** What metering does to a module beside its code. */

const accepted = (source: string | Uint8Array): boolean =>
  WebAssembly.validate(bytesOf(source)) &&
  (["engine", "canonical"] as const).every((nan) => WebAssembly.validate(metered(source, { nan }).bytes))

describe("a start function", () => {
  it("does not run when the instance is made, and can be called under the meter", () => {
    const guest = new MeteredInstance(`(module (global $g (export "g") (mut i32) (i32.const 0))
      (func $s (global.set $g (i32.const 7))) (start $s))`)
    const global = guest.export<WebAssembly.Global>("g")
    expect(global.value).toBe(0)
    expect(guest.call(guest.made.plan.exports.start ?? "").charged).toBe(1 + 2)
    expect(global.value).toBe(7)
  })
  it("may be imported", () => {
    let called = 0
    const imports = { m: { f: () => void called++ } }
    const guest = new MeteredInstance(`(module (import "m" "f" (func $f)) (start $f))`, { imports })
    expect(called).toBe(0)
    guest.call(guest.made.plan.exports.start ?? "")
    expect(called).toBe(1)
  })
  it("that spins is stopped", () => {
    const guest = new MeteredInstance(`(module (func $s loop br 0 end) (start $s))`, { fuel: 1000 })
    expect(guest.call(guest.made.plan.exports.start ?? "")).toMatchObject({ stop: "fuel", charged: 1001 })
  })
  it("is absent where there is none", () => {
    expect(metered("(module)").plan.exports.start).toBeUndefined()
  })
})

describe("the exports that the meter adds", () => {
  it("have names that the guest does not use", () => {
    const taken = ["munition:fuel", "munition:fuel'", "munition:depth", "munition:hooks", "munition:memory:0"]
    const guest = new MeteredInstance(
      `(module (memory 1) (func $f) ${taken.map((name) => `(export "${name}" (func $f))`).join(" ")})`
    )
    for (const name of taken) expect(guest.export(name)).toBeTypeOf("function")
    const { fuel, depth, hooks, memories } = guest.made.plan.exports
    expect(fuel).toBe("munition:fuel''")
    expect(guest.export(fuel)).toBeInstanceOf(WebAssembly.Global)
    expect(guest.export(depth)).toBeInstanceOf(WebAssembly.Global)
    expect(guest.export(hooks)).toBeInstanceOf(WebAssembly.Table)
    expect(memories.map((name) => guest.export(name))).toEqual([expect.any(WebAssembly.Memory)])
    expect(guest.call("munition:fuel").charged).toBe(1)
  })
  it("reach every memory, table, tag and mutable global, in the order of their indices", () => {
    const guest = new MeteredInstance(
      `(module (import "m" "g" (global (mut i64))) (memory 1) (memory 2) (table 3 funcref) (table 4 externref)
        (tag) (global i32 (i32.const 1)) (global (mut f32) (f32.const 2)) (global (mut funcref) (ref.null func)))`,
      { imports: { m: { g: new WebAssembly.Global({ value: "i64", mutable: true }, 5n) } } }
    )
    const { memories, tables, tags, globals } = guest.made.plan.exports
    const pages = memories.map((name) => guest.export<WebAssembly.Memory>(name).buffer.byteLength / 65_536)
    expect(pages).toEqual([1, 2])
    expect(tables.map((name) => guest.export<WebAssembly.Table>(name).length)).toEqual([3, 4])
    expect(tags.length).toBe(1)
    expect(globals.map(({ globalIndex, type, how }) => [globalIndex, type, how])).toEqual([
      [0, "i64", "global"],
      [2, "f32", "global"],
      [3, "funcref", "global"]
    ])
    expect(globals.map(({ name }) => guest.export<WebAssembly.Global>(name).value)).toEqual([5n, 2, null])
  })
  it("read a vector in two halves", () => {
    const guest = new MeteredInstance(
      `(module (global $v (mut v128) (v128.const i64x2 1 -2))
        (func (export "f") (global.set $v (i64x2.add (global.get $v) (global.get $v)))))`
    )
    const [global] = guest.made.plan.exports.globals
    expect(global).toMatchObject({ type: "v128", how: "halves" })
    guest.call("f")
    expect(guest.call(global?.name ?? "").values).toEqual([2n, -4n])
  })
})

describe("nothing of the guest's", () => {
  it("moves in any index space, and custom sections stay", () => {
    const before = decoded(wat(SAMPLER))
    const after = decoded(metered(wat(SAMPLER)).bytes)
    const starts = <A>(whole: ReadonlyArray<A> | undefined, part: ReadonlyArray<A> | undefined) =>
      expect((whole ?? []).slice(0, part?.length)).toEqual(part)
    starts(sectionOf(after, "type")?.groups, sectionOf(before, "type")?.groups)
    starts(sectionOf(after, "function")?.typeIndices, sectionOf(before, "function")?.typeIndices)
    const named = (module: typeof before) =>
      sectionOf(module, "export")?.exports.map(({ name, kind }) => ({ name, kind }))
    starts(named(after), named(before))
    expect(sectionOf(after, "import")?.imports).toEqual(sectionOf(before, "import")?.imports)
    expect(sectionOf(after, "element")?.segments.length).toBe(sectionOf(before, "element")?.segments.length)
    const customs = (module: typeof before) =>
      module.sections.flatMap((s) => (s.kind === "custom" && s.name !== BRANCH_HINTS ? [s.payload] : []))
    expect(customs(after)).toEqual(customs(before))
  })
})

/** Without the meter's own hints. */
const GUESTS_ONLY = { placement: { ...PLACEMENT_DEFAULT, hintBranches: false } }

describe("branch hints", () => {
  const WAT = `(module (memory 1) (func $a (export "a") (param i32)
      loop local.get 0 if i32.const 1 drop end
      i32.const 0 i32.const 0 i32.const 9 memory.fill
      local.get 0 br_if 0 end) (func $b (param i32) local.get 0 if end))`
  const hint = (offset: number, taken: number) => ({ offset, payload: Uint8Array.of(taken) })
  /** Every `if` and `br_if`, taken and not in turn. */
  const HINTS: ReadonlyArray<FuncMetadata> = bodiesOf(decoded(bytesOf(WAT))).map((body, funcIndex) => {
    const offsets: Array<number> = []
    const reader = new InstructionReader(body.code.bytes, body.code.start, body.code.end)
    while (reader.next())
      if (reader.op === OP["if"] || reader.op === OP["br_if"]) offsets.push(reader.start - body.offset)
    return { funcIndex, entries: offsets.map((offset, i) => hint(offset, 1 - i)) }
  })
  const hinted = (functions: ReadonlyArray<FuncMetadata>, name = BRANCH_HINTS) => {
    const module = decoded(bytesOf(WAT))
    const at = module.sections.findIndex(({ kind }) => kind === "code")
    const section = encodeCodeMetadata(name, functions)
    return encodeModule({ ...module, sections: module.sections.toSpliced(at, 0, section) })
  }
  const hintsOf = (bytes: Uint8Array) => {
    const section = decoded(bytes).sections.find((s) => s.kind === "custom" && s.name === BRANCH_HINTS)
    const functions = section?.kind === "custom" ? decodeCodeMetadata(section) : undefined
    return functions instanceof Malformed ? undefined : functions
  }

  it("point at the same instructions as before", () => {
    const bytes = hinted(HINTS)
    const before = bodiesOf(decoded(bytes))
    const made = metered(bytes, GUESTS_ONLY)
    const after = hintsOf(made.bytes)
    expect(after?.map(({ entries }) => entries.map(({ payload }) => [...payload]))).toEqual([
      [[1], [0]],
      [[1]]
    ])
    after?.forEach(({ funcIndex, entries }, i) => {
      entries.forEach(({ offset }, j) => {
        const original = (before[funcIndex]?.offset ?? 0) + (HINTS[i]?.entries[j]?.offset ?? 0)
        const there = (made.plan.bodyOffsets[funcIndex] ?? 0) + offset
        expect([0x04, 0x0d]).toContain(bytes[original])
        expect(made.bytes[there]).toBe(bytes[original])
        const map = new FunctionMaps(decoded(bytes), made.plan, { ...METER_OPTIONS, ...GUESTS_ONLY }).mapOf(
          funcIndex
        )
        expect(map?.toOriginal(offset)).toBe(original)
      })
    })
    expect(WebAssembly.validate(made.bytes)).toBe(true)
  })
  it("are left out where they cannot be read, or name a function twice", () => {
    const broken = decoded(hinted(HINTS))
    const cut = broken.sections.map((s) =>
      s.kind === "custom" ? { ...s, payload: s.payload.subarray(0, 4) } : s
    )
    expect(hintsOf(metered(encodeModule({ ...broken, sections: cut }), GUESTS_ONLY).bytes)).toBeUndefined()
    expect(hintsOf(metered(hinted([...HINTS, ...HINTS]), GUESTS_ONLY).bytes)).toBeUndefined()
  })
  it("of functions that there are not are dropped", () => {
    const after = hintsOf(
      metered(hinted([...HINTS, { funcIndex: 99, entries: [hint(3, 1)] }]), GUESTS_ONLY).bytes
    )
    expect(after?.at(-1)).toEqual({ funcIndex: 99, entries: [] })
  })
})

describe("V8 accepts what comes out", () => {
  const cases: ReadonlyArray<readonly [string, string | Uint8Array<ArrayBuffer>]> = [
    ["of a module with nothing in it", moduleBytes()],
    ["of one with custom sections only", moduleBytes(custom("a", 1), custom("b"), custom("a"))],
    [
      "of one with imports only",
      `(module (import "m" "f" (func)) (import "m" "m" (memory 1)) (import "m" "t" (table 1 funcref)))`
    ],
    ["of one with a memory and data only", `(module (memory 1) (data (i32.const 0) "x"))`],
    [
      "of imported functions that are exported and in tables",
      `(module (import "m" "f" (func $f)) (export "f" (func $f)) (table 2 funcref) (elem (i32.const 0) $f $f))`
    ],
    [
      "of a function exported a hundred times",
      `(module (func $f) ${Array.from({ length: 100 }, (_, i) => `(export "${i}" (func $f))`).join(" ")})`
    ],
    [
      "of element segments of every form",
      `(module (table $t 9 funcref) (table $u 9 externref) (func $f)
      (elem (i32.const 0) $f) (elem (table $t) (i32.const 1) func $f) (elem func $f) (elem declare func $f)
      (elem (i32.const 2) funcref (ref.func $f) (ref.null func)) (elem externref (ref.null extern))
      (elem (table $u) (i32.const 0) externref (ref.null extern)) (func (table.init $t 2 (i32.const 0) (i32.const 0) (i32.const 0))))`
    ],
    [
      "of unreachable code with operands from nowhere",
      `(module (memory 1) (func (result i32) unreachable i32.add)
      (func (result i32) i32.const 1 br 0 select) (func (param i32) return call 2 drop loop (param i32) drop end memory.fill)
      (func (result f64) unreachable if (result f64) f64.const 1 else f64.const 2 end f64.add)
      (func unreachable block (param i32 i64) drop drop end br_table 0 0))`
    ],
    [
      "of blocks and loops with parameters",
      `(module (func (param i32) (result i32)
      local.get 0 block (param i32) (result i32 i32) local.get 0 end i32.add
      loop (param i32) (result i32) local.get 0 br_if 0 end
      local.get 0 if (param i32) (result i32) i32.eqz else i32.clz end))`
    ],
    [
      "of legacy exceptions of every kind",
      `(module (tag $t (param i32)) (func (result i32)
      try (result i32)
        try i32.const 1 throw $t delegate 0
        i32.const 2
      catch $t try rethrow 1 catch_all rethrow 1 end
      catch_all try rethrow 1 catch_all unreachable end i32.const 3 end
      drop try try i32.const 1 throw $t delegate 1 end i32.const 0))`
    ],
    [
      "of clauses to blocks, to loops and to the function",
      `(module (tag $t (param i32)) (func (result i32)
      try_table (catch $t 0) call 1 end
      block $b loop $l try_table (catch_all $l) call 1 end end end
      block (result i32 exnref) try_table (result i32 exnref) (catch_ref $t 0) i32.const 1 throw $t end end drop)
      (func block (result exnref) try_table (result exnref) (catch_all_ref 0) unreachable end end throw_ref))`
    ],
    [
      "of thousands of nested blocks",
      withBody(...new Array(20_000).fill([0x02, 0x40]).flat(), ...new Array(20_000).fill(0x0b))
    ],
    [
      "of a br_table with thousands of targets",
      withBody(0x02, 0x40, 0x41, 0, 0x0e, ...leb(60_000), ...new Array(60_001).fill(0), 0x0b)
    ],
    [
      "of a body whose locals are in many runs",
      `(module (func ${"(local i32) (local f64) ".repeat(500)} (export "f")))`.replace(/\(export "f"\)/, "")
    ],
    ["of functions without instructions", `(module ${"(func) ".repeat(300)})`],
    ["of everything that wabt can write", wat(SAMPLER)]
  ]
  for (const [title, source] of cases) {
    const lacks = typeof source === "string" ? lacksFor(source) : []
    // V8 of Node 24 has no exnref.
    it.skipIf(lacks.length > 0)(title, () => expect(accepted(source)).toBe(true))
  }

  it("whatever the width of the body's size", () => {
    for (const size of [1, 20, 60, 61, 62, 63, 64, 8_180, 8_190, 8_192, 16_384])
      expect(accepted(`(module (func ${"nop ".repeat(size)} loop end))`)).toBe(true)
  })
  it("whatever the widths of the guest's integers", () => {
    expect(accepted(wat(SAMPLER, { canonicalize_lebs: false }))).toBe(true)
  })
})

describe("bytes that no validator has seen", () => {
  it("are metered or malformed, and nothing else happens", () => {
    const seeds = [wat(SAMPLER), generateModule(Array.from({ length: 300 }, (_, i) => (i * 7919) % 65_521))]
    fc.assert(
      fc.property(
        fc.nat(1),
        fc.array(fc.tuple(fc.nat(0xffff), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.constantFrom("engine", "canonical"),
        (seed, changes, nan) => {
          const bytes = (seeds[seed] ?? bytesOf("(module)")).slice()
          for (const [at, value] of changes) bytes[8 + (at % (bytes.length - 8))] = value
          const module = decodeModule(bytes)
          if (module instanceof Malformed) return
          const made = meterModule(module, { ...METER_OPTIONS, nan })
          if (made instanceof Malformed) return
          // What was valid stays valid.
          if (WebAssembly.validate(bytes)) expect(WebAssembly.validate(made.bytes)).toBe(true)
        }
      ),
      { numRuns: 300 }
    )
  })
})
