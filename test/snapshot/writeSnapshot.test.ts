import { describe, expect, it } from "vitest"
import compile from "watr/compile"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import { parseWat } from "../guests/wat.ts"
import { decoded } from "../wasm/modules.ts"
import { freshState, refusal, stateText, type TakeOptions, taken } from "./takeSnapshot.ts"

/** What a snapshot is made of, piece by piece: guests in text, their initialiser called `init`. */
const watr = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(compile(text))

/** A snapshot whose fresh instance is in the state that was captured; its exports. */
const exportsOf = (wasm: string | Uint8Array, options?: TakeOptions): WebAssembly.Exports => {
  const { bytes, state } = taken(wasm, "init", options)
  expect(stateText(freshState(bytes))).toBe(stateText(state))
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
}

const call = (exports: WebAssembly.Exports, name: string, ...args: ReadonlyArray<unknown>): unknown => {
  const f = exports[name]
  return typeof f === "function" ? f(...args) : `no ${name}`
}

describe("memories of a snapshot", () => {
  it("have the pages that there are at the end, and what is in them", () => {
    const exports = exportsOf(`(module (memory (export "m") 1 9)
      (func (export "init") (drop (memory.grow (i32.const 3))) (i32.store (i32.const 200000) (i32.const 258)))
      (func (export "at") (param i32) (result i32) (i32.load8_u (local.get 0)))
      (func (export "grow") (result i32) (memory.grow (i32.const 6))))`)
    expect([200_000, 200_001, 0].map((at) => call(exports, "at", at))).toEqual([2, 1, 0])
    expect(call(exports, "grow")).toBe(-1)
    const { m } = exports
    expect(m instanceof WebAssembly.Memory && m.buffer.byteLength).toBe(4 * 65_536)
  })

  it("may be several, and have wide addresses", () => {
    const exports = exportsOf(
      watr(`(module (memory $a 1) (memory $b i64 1) (memory $c 1)
      (data (memory $b) (i64.const 9) "old")
      (func (export "init")
        (i64.store $b (i64.const 40000) (i64.const -1)) (i32.store8 $c (i32.const 70) (i32.const 8)))
      (func (export "b") (param i64) (result i32) (i32.load8_u $b (local.get 0)))
      (func (export "c") (param i32) (result i32) (i32.load8_u $c (local.get 0))))`)
    )
    expect([9n, 40_007n, 40_008n].map((at) => call(exports, "b", at))).toEqual([111, 255, 0])
    expect([69, 70].map((at) => call(exports, "c", at))).toEqual([0, 8])
  })

  it("leave passive segments where they are, and what was active empty", () => {
    const exports = exportsOf(`(module (memory 1)
      (data (i32.const 0) "gone") (data "kept") (data (i32.const 9) "gone too") (data "also kept")
      (func (export "init") (memory.fill (i32.const 0) (i32.const 0) (i32.const 99)))
      (func (export "kept") (result i32)
        (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 4)) (i32.load8_u (i32.const 0)))
      (func (export "gone") (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))))`)
    expect(call(exports, "kept")).toBe(107)
    expect(() => call(exports, "gone")).toThrow(WebAssembly.RuntimeError)
  })

  it("reuse the places of segments, and leave none behind that nobody needs", () => {
    const { bytes } = taken(`(module (memory 1)
      (data (i32.const 0) "a") (data (i32.const 100) "b") (data (i32.const 200) "c")
      (func (export "init") (memory.fill (i32.const 0) (i32.const 0) (i32.const 150))))`)
    const data = sectionOf(decoded(bytes), "data")
    expect(data?.segments.map(({ init }) => Buffer.from(init).toString())).toEqual(["c"])
  })

  it("have no more segments than the policy lets a module have", () => {
    const guest = `(module (memory 1) (func (export "init") (local $at i32)
      (loop $next (i32.store8 (local.get $at) (i32.const 1))
        (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 100))) (i32.const 60000))))))`
    const all = taken(guest)
    expect(all.report.memories[0]).toMatchObject({ segments: 600, segmentBytes: 600 })
    const few = taken(guest, "init", { bounds: { itemsMax: 10 } })
    expect(few.report.memories[0]?.segments).toBeLessThanOrEqual(10)
    expect(stateText(freshState(few.bytes))).toBe(stateText(all.state))
  })
})

describe("globals of a snapshot", () => {
  it("begin with the values that there are, of every type of number", () => {
    const exports = exportsOf(`(module
      (global $a (mut i32) (i32.const 0)) (global $b (mut i64) (i64.const 0))
      (global $c (mut f32) (f32.const 0)) (global $d (mut f64) (f64.const 0)) (global $e (mut f64) (f64.const 0))
      (global $v (mut v128) (v128.const i32x4 0 0 0 0)) (global $k (mut i32) (i32.const 5))
      (func (export "init")
        (global.set $a (i32.const -7)) (global.set $b (i64.const 0x8000000000000001))
        (global.set $c (f32.const 0.1)) (global.set $d (f64.const -0)) (global.set $e (f64.const -inf))
        (global.set $v (v128.const i32x4 1 -2 3 0x80000000)))
      (func (export "all") (result i32 i64 f32 f64 f64 i32)
        global.get $a global.get $b global.get $c global.get $d global.get $e global.get $k)
      (func (export "lanes") (result i32 i32)
        (i32x4.extract_lane 1 (global.get $v)) (i32x4.extract_lane 3 (global.get $v))))`)
    const values = [-7, -(2n ** 63n) + 1n, Math.fround(0.1), -0, -Infinity, 5]
    expect(call(exports, "all")).toEqual(values)
    expect(call(exports, "lanes")).toEqual([-2, -(2 ** 31)])
  })

  it("may refer to functions, or to nothing", () => {
    const exports = exportsOf(`(module
      (global $f (mut funcref) (ref.null func)) (global $n (mut funcref) (ref.func $one)) (table 1 funcref)
      (func $one (result i32) i32.const 1) (func $two (result i32) i32.const 2) (elem declare func $two)
      (func (export "init") (global.set $f (ref.func $two)) (global.set $n (ref.null func)))
      (func (export "call") (result i32)
        (table.set 0 (i32.const 0) (global.get $f)) (call_indirect (result i32) (i32.const 0)))
      (func (export "none") (result i32) (ref.is_null (global.get $n))))`)
    expect([call(exports, "call"), call(exports, "none")]).toEqual([2, 1])
  })

  it("may hold an i31", () => {
    const exports = exportsOf(
      watr(`(module (global $g (mut i31ref) (ref.null i31))
        (func (export "init") (global.set $g (ref.i31 (i32.const -5))))
        (func (export "get") (result i32) (i31.get_s (global.get $g))))`)
    )
    expect(call(exports, "get")).toBe(-5)
  })

  it("are refused where their value cannot be written", () => {
    const nan = `(module (global $g (mut f64) (f64.const 0)) (func (export "init") (global.set $g (f64.const nan:0x123))))`
    expect(refusal(nan)).toBe("its global 0 is a NaN, whose bits cannot be seen")
    const object = watr(`(module (type $s (struct)) (global $g (mut (ref null $s)) (ref.null $s))
      (func (export "init") (global.set $g (struct.new $s))))`)
    expect(refusal(object)).toBe("its global 0 refers to an object")
  })
})

describe("tables of a snapshot", () => {
  it("hold the functions that they held, and have grown as they had", () => {
    const exports = exportsOf(`(module (table $t 3 9 funcref) (table $u 2 funcref)
      (elem (table $t) (i32.const 0) func $one $two) (elem (table $u) (i32.const 1) func $two)
      (func $one (result i32) i32.const 1) (func $two (result i32) i32.const 2)
      (func (export "init")
        (table.set $t (i32.const 0) (ref.null func)) (drop (table.grow $t (ref.func $one) (i32.const 2))))
      (func (export "t") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0)))
      (func (export "u") (param i32) (result i32) (call_indirect $u (result i32) (local.get 0)))
      (func (export "size") (result i32) (table.size $t)))`)
    expect([1, 3, 4].map((at) => call(exports, "t", at))).toEqual([2, 1, 1])
    expect(() => call(exports, "t", 0)).toThrow(WebAssembly.RuntimeError)
    expect([call(exports, "u", 1), call(exports, "size")]).toEqual([2, 5])
  })

  it("leave passive element segments where they are", () => {
    const exports = exportsOf(`(module (table 4 funcref)
      (elem (i32.const 0) func $one $one) (elem func $two) (elem (i32.const 2) func $one)
      (func $one (result i32) i32.const 1) (func $two (result i32) i32.const 2)
      (func (export "init") (table.fill 0 (i32.const 0) (ref.null func) (i32.const 4)))
      (func (export "later") (result i32)
        (table.init 1 (i32.const 3) (i32.const 0) (i32.const 1)) (call_indirect (result i32) (i32.const 3))))`)
    expect(call(exports, "later")).toBe(2)
  })

  it("may be of one type of function only, null or not", () => {
    const exports = exportsOf(
      watr(`(module (type $f (func (result i32)))
        (table $t 3 (ref null $f)) (table $n 2 (ref $f) (ref.func $one)) (elem declare func $two)
        (func $one (type $f) i32.const 1) (func $two (type $f) i32.const 2)
        (func (export "init")
          (table.set $t (i32.const 1) (ref.func $two)) (table.set $n (i32.const 0) (ref.func $two)))
        (func (export "t") (result i32) (call_ref $f (table.get $t (i32.const 1))))
        (func (export "n") (param i32) (result i32) (call_ref $f (table.get $n (local.get 0)))))`)
    )
    expect([call(exports, "t"), call(exports, "n", 0), call(exports, "n", 1)]).toEqual([2, 2, 1])
  })

  it("are refused where they would be more segments than a module may have", () => {
    const guest = `(module (table 9 funcref) (func $f (export "init")
      (table.set 0 (i32.const 1) (ref.func $f)) (table.set 0 (i32.const 3) (ref.func $f))
      (table.set 0 (i32.const 5) (ref.func $f))))`
    expect(refusal(guest, "init", { bounds: { itemsMax: 2 } })).toBe("itemsMax 3")
    expect(taken(guest, "init", { bounds: { itemsMax: 3 } }).report.tables).toEqual([0])
  })

  it("are refused where they hold what is no function", () => {
    const guest = watr(`(module (table 2 anyref)
      (func (export "init") (table.set 0 (i32.const 1) (ref.i31 (i32.const 1)))))`)
    expect(refusal(guest)).toBe("its code changes table 0, whose element 1 is no function of the module")
  })
})

describe("exports and the start function of a snapshot", () => {
  const counter = `(module (global $n (mut i32) (i32.const 0)) (export "n" (global $n))
    (func $add (global.set $n (i32.add (global.get $n) (i32.const 1)))) (start $add)
    (func (export "init") call $add) (func (export "add") call $add) (func (export "same")))`
  const names = (options?: TakeOptions) => Object.keys(exportsOf(counter, options))

  it("ran once, and is not run again", () => {
    const { n } = exportsOf(counter)
    expect(n instanceof WebAssembly.Global && n.value).toBe(2)
  })

  it("lack the initialiser unless it is to be kept", () => {
    expect(names()).toEqual(["n", "add", "same"])
    expect(names({ keepInit: true })).toEqual(["n", "init", "add", "same"])
  })

  it("have the new names that were asked for, in the place of what had them", () => {
    expect(names({ renameExports: new Map([["add", "same"]]) })).toEqual(["n", "same"])
    const changed = new Map([
      ["add", "same"],
      ["same", "add"]
    ])
    expect(names({ renameExports: changed })).toEqual(["n", "same", "add"])
    expect(names({ renameExports: new Map([["add", "init"]]) })).toEqual(["n", "init", "same"])
  })

  it("are refused a name that is not there, that goes, or that two would have", () => {
    const refused = (...renames: ReadonlyArray<[string, string]>) =>
      refusal(counter, "init", { renameExports: new Map(renames) })
    expect(refused(["none", "x"])).toBe("BadArguments")
    expect(refused(["init", "x"])).toBe("BadArguments")
    expect(refused(["add", "x"], ["same", "x"])).toBe("BadArguments")
  })

  it("declare a function that only they had declared", () => {
    const { bytes } = taken(`(module (table 1 funcref)
      (func $init (export "init") (table.set 0 (i32.const 0) (ref.func $init))
        (table.set 0 (i32.const 0) (ref.null func))))`)
    expect(WebAssembly.validate(bytes)).toBe(true)
  })
})

describe("what a snapshot does not change", () => {
  it("is the code, and the custom sections that are still true", () => {
    const guest = parseWat(
      "guest",
      `(module (memory 1) (func $f (export "init")
      (i32.store (i32.const 0) (i32.const 1))) (func (export "other")))`
    )
    const module = decodeModule(guest)
    if (module instanceof Malformed) throw module
    const custom = (name: string, payload: string) =>
      ({ kind: "custom", name, payload: new TextEncoder().encode(payload) }) as const
    const dressed = encodeModule({
      ...module,
      sections: [
        custom("first", "1"),
        ...module.sections,
        custom(".debug_line", "2"),
        custom("sourceMappingURL", "3"),
        custom("reloc.CODE", "4")
      ]
    })
    const { bytes, report } = taken(dressed)
    const made = decoded(bytes)
    expect(made.sections.flatMap((one) => (one.kind === "custom" ? [one.name] : []))).toEqual([
      "first",
      "name",
      ".debug_line"
    ])
    expect(report.sectionsDropped).toEqual(["sourceMappingURL", "reloc.CODE"])
    const codeOf = (wasm: Uint8Array) => {
      const { origin } = sectionOf(decoded(wasm), "code") ?? {}
      return Buffer.from(wasm.subarray(origin?.start, origin?.end)).toString("hex")
    }
    expect(codeOf(bytes)).toBe(codeOf(guest))
  })

  it("is nothing at all where the initialiser does nothing", () => {
    const guest = parseWat("guest", `(module (memory 1) (data (i32.const 5) "text") (func (export "init")))`)
    expect(Buffer.compare(taken(guest, "init", { keepInit: true }).bytes, guest)).toBe(0)
  })
})

describe("a snapshot is refused", () => {
  it("where a segment may have been dropped, and where it makes no difference it is not", () => {
    const guest = (data: string, code: string) =>
      `(module (memory 1) (table 1 funcref) ${data} (func (export "init")) (func ${code}))`
    const read = "(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 1))"
    expect(refusal(guest(`(data "x")`, `(data.drop 0) ${read}`))).toBe(
      "its code drops data segment 0, and whether it did cannot be seen"
    )
    expect(
      refusal(
        guest(
          "(elem funcref (ref.null func))",
          "(elem.drop 0) (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1))"
        )
      )
    ).toBe("its code drops element segment 0, and whether it did cannot be seen")
    for (const [data, code] of [
      [`(data "x")`, "(data.drop 0)"],
      [`(data "")`, `(data.drop 0) ${read}`],
      [`(data (i32.const 0) "x")`, `(data.drop 0) ${read}`]
    ] as const)
      expect(taken(guest(data, code)).report.bytesAfter).toBeGreaterThan(8)
  })

  it("where objects are part of the state", () => {
    const guest = (code: string) =>
      watr(`(module (type $s (struct (field (mut i32)))) (global $g (ref $s) (struct.new $s (i32.const 1)))
        (func (export "init") ${code}) (func (export "get") (result i32) (struct.get $s 0 (global.get $g))))`)
    expect(refusal(guest("(struct.set $s 0 (global.get $g) (i32.const 2))"))).toBe(
      "its constant expressions make objects, and its code changes objects"
    )
    expect(call(exportsOf(guest("")), "get")).toBe(1)
  })

  it("where memory is shared or imported, or would make the module larger than it may be", () => {
    expect(refusal(`(module (memory 1 1 shared) (func (export "init")))`)).toBe("its memory 0 is shared")
    expect(refusal(`(module (import "a" "b" (memory 1)) (func (export "init")))`)).toBe(
      "its memory a.b is imported"
    )
    const large = `(module (memory 1) (func (export "init") (memory.fill (i32.const 0) (i32.const 1) (i32.const 5000))))`
    expect(refusal(large, "init", { bounds: { moduleBytesMax: 5_000 } })).toMatch(/^moduleBytesMax 50\d\d$/)
  })

  it("where it is no module", () => {
    expect(refusal(Uint8Array.of(1, 2, 3))).toBe("Malformed")
  })
})

describe("answers of the host", () => {
  it("are told, since every instance has them from then on", () => {
    const guest = `(module (import "env" "get_random_u32" (func $random (result i32)))
      (import "env" "get_time_ms" (func $time (result i64))) (global $g (mut i32) (i32.const 0))
      (func (export "init") (global.set $g (i32.add (call $random) (call $random))))
      (func (export "time") (result i64) call $time))`
    const { report } = taken(guest, "init", { grants: ["random:virtual=7", "time"] })
    expect(report.frozen).toEqual([{ module: "env", name: "get_random_u32", calls: 2 }])
  })
})
