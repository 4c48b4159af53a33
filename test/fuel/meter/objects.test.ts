import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import type { ArrayType, FuncType, Section } from "../../../src/wasm/Module.ts"
import type { StorageType, ValueType } from "../../../src/wasm/ValueType.ts"
import { Emitter } from "../../fuzz/Emitter.ts"
import { engineHas } from "../../guests/features.ts"
import { attempt, MeteredInstance } from "./runMetered.ts"

/**
 * Objects: what is allocated is counted in bytes, operations on arrays do what the instructions do.
 *
 * The module is made of instructions, because wabt has no syntax for it: two arrays in globals, `make(n)` fills
 * them with numbers, `get(array, i)` reads, and one export for every operation.
 */

const BYTES = 0
const WORDS = 1
const arrayType = (storage: StorageType): ArrayType => ({
  kind: "array",
  element: { storage, mutable: true }
})
const reference = (heap: number): ValueType => ({ nullable: true, heap, short: false })

const OPERATIONS = {
  copyWithin: {
    params: 3,
    body: (e: Emitter) => array(e, BYTES).get(0).array(BYTES).get(1).get(2).op("array.copy", BYTES, BYTES)
  },
  fill: { params: 3, body: (e: Emitter) => array(e, BYTES).get(0).get(1).get(2).op("array.fill", BYTES) },
  copyWords: {
    params: 3,
    body: (e: Emitter) => array(e, WORDS).get(0).array(WORDS).get(1).get(2).op("array.copy", WORDS, WORDS)
  },
  initBytes: {
    params: 3,
    body: (e: Emitter) => array(e, BYTES).get(0).get(1).get(2).op("array.init_data", BYTES, 0)
  },
  initWords: {
    params: 3,
    body: (e: Emitter) => array(e, WORDS).get(0).get(1).get(2).op("array.init_data", WORDS, 0)
  },
  newWords: {
    params: 3,
    body: (e: Emitter) => new Wrapped(e).get(0).get(1).op("array.new_data", WORDS, 0).set(WORDS)
  },
  newBytes: {
    params: 3,
    body: (e: Emitter) => new Wrapped(e).get(0).get(1).op("array.new", BYTES).set(BYTES)
  }
} as const

/** An emitter that speaks of the two arrays. */
class Wrapped {
  readonly emitter: Emitter
  constructor(emitter: Emitter) {
    this.emitter = emitter
  }
  get(local: number): this {
    this.emitter.op("local.get", { a: local })
    return this
  }
  array(which: number): this {
    this.emitter.op("global.get", { a: which })
    return this
  }
  set(which: number): this {
    this.emitter.op("global.set", { a: which })
    return this
  }
  op(mnemonic: Parameters<Emitter["op"]>[0], a: number, b = 0): this {
    this.emitter.op(mnemonic, { a, b })
    return this
  }
}
function array(emitter: Emitter, which: number): Wrapped {
  return new Wrapped(emitter).array(which)
}

const DATA = Uint8Array.from({ length: 300 }, (_, i) => i)

const arraysModule = (): Uint8Array<ArrayBuffer> => {
  const three: FuncType = { kind: "func", params: ["i32", "i32", "i32"], results: [] }
  const read: FuncType = { kind: "func", params: ["i32"], results: ["i32"] }
  const operations = Object.entries(OPERATIONS)
  const bodies = [
    ...operations.map(([, { body }]) => {
      const emitter = new Emitter(three.params)
      body(emitter)
      return emitter.op("end").body()
    }),
    makeBody(three),
    readBody(read, BYTES),
    readBody(read, WORDS)
  ]
  const names = [...operations.map(([name]) => name), "make", "byte", "word"]
  const nothing = (heap: number) => new Emitter([]).op("ref.null", { a: heap }).op("end").body().code
  const sections: ReadonlyArray<Section> = [
    {
      kind: "type",
      groups: [arrayType("i8"), arrayType("i32"), three, read].map((composite) => ({
        rec: false,
        types: [{ form: "plain", supertypes: [], composite }]
      }))
    },
    { kind: "function", typeIndices: [...operations.map(() => 2), 2, 3, 3] },
    {
      kind: "global",
      globals: [BYTES, WORDS].map((heap) => ({
        type: { type: reference(heap), mutable: true },
        init: nothing(heap)
      }))
    },
    { kind: "export", exports: names.map((name, index) => ({ name, kind: "func", index })) },
    { kind: "dataCount", count: 1 },
    { kind: "code", bodies },
    { kind: "data", segments: [{ mode: { kind: "passive" }, init: DATA }] }
  ]
  return encodeModule({ bytes: new Uint8Array(0), sections })
}

/** Arrays of the first parameter's length, in which the element i is i. */
const makeBody = (type: FuncType) => {
  const e = new Emitter(type.params)
  const w = new Wrapped(e)
  for (const which of [BYTES, WORDS]) w.get(0).op("array.new_default", which).set(which)
  e.op("loop", { a: -64 })
  for (const which of [BYTES, WORDS]) w.array(which).get(1).get(1).op("array.set", which)
  w.get(1)
  e.i32(1).op("i32.add").op("local.tee", { a: 1 })
  w.get(0)
  e.op("i32.lt_u").op("br_if", { a: 0 }).op("end")
  return e.op("end").body()
}

const readBody = (type: FuncType, which: number) => {
  const e = new Emitter(type.params)
  new Wrapped(e)
    .array(which)
    .get(0)
    .op(which === BYTES ? "array.get_u" : "array.get", which)
  return e.op("end").body()
}

const LENGTH = 100
const wasm = arraysModule()
const plainModule = new WebAssembly.Module(wasm)

/** The trap of an operation and both arrays after it. */
const outcomeOf = (
  call: (
    name: string,
    ...args: ReadonlyArray<number>
  ) => { trap: string | undefined; values: ReadonlyArray<unknown> | undefined },
  name: string,
  args: ReadonlyArray<number>,
  made = true
) => {
  if (made) call("make", LENGTH, 0, 0)
  const { trap } = call(name, ...args)
  const contents = (reader: string) =>
    Array.from({ length: LENGTH + 1 }, (_, i) => call(reader, i).values?.[0] ?? "trap")
  return { trap, bytes: contents("byte"), words: contents("word") }
}

const plainCall = () => {
  const { exports } = new WebAssembly.Instance(plainModule)
  return (name: string, ...args: ReadonlyArray<number>) =>
    // The cast: every export is a function of integers.
    attempt(() => (exports[name] as (...args: ReadonlyArray<number>) => unknown)(...args))
}

const meteredCall = () => {
  const guest = new MeteredInstance(wasm)
  return (name: string, ...args: ReadonlyArray<number>) => guest.call(name, ...args)
}

describe("operations on arrays", () => {
  const number = fc.oneof(fc.nat(LENGTH + 2), fc.constantFrom(-1, 0x7fffffff, 300, 301, 75, 76))
  for (const name of Object.keys(OPERATIONS)) {
    it(`leave the elements and the trap of the instruction: ${name}`, () => {
      const [plain, guest] = [plainCall(), meteredCall()]
      fc.assert(
        // What makes arrays is given lengths that there is room for; the bound is another test's.
        fc.property(number, number, number, (a, b, c) => {
          const args = name.startsWith("new") ? [a & 0x3ff, b & 0x3ff, c] : [a, b, c]
          expect(outcomeOf(guest, name, args)).toEqual(outcomeOf(plain, name, args))
        }),
        { numRuns: 40 }
      )
    })
    it(`on no array trap as the instruction does: ${name}`, () => {
      expect(outcomeOf(meteredCall(), name, [1, 2, 3], false)).toEqual(
        outcomeOf(plainCall(), name, [1, 2, 3], false)
      )
    })
  }

  it("move more than a chunk in the right direction", () => {
    const guest = meteredCall()
    guest("make", 140_000, 0, 0)
    guest("copyWords", 1, 0, 139_999)
    const words = [0, 1, 2, 65_536, 65_537, 65_538, 131_073, 139_999].map((i) => guest("word", i).values?.[0])
    expect(words).toEqual([0, 0, 1, 65_535, 65_536, 65_537, 131_072, 139_998])
  })
})

describe("the bytes of objects", () => {
  it("are counted by what was allocated, arrays by their length and element", () => {
    const objectBytesMax = 1000
    const left = (length: number) => {
      const guest = new MeteredInstance(wasm, { objectBytesMax })
      const run = guest.call("newBytes", 7, length, 0)
      return [run.stop, guest.export<WebAssembly.Global>(guest.made.plan.exports.heap ?? "").value]
    }
    expect(left(0)).toEqual([undefined, 984n])
    expect(left(984)).toEqual([undefined, 0n])
    expect(left(985)).toEqual(["objects", -1n])
    expect(left(-1)).toEqual(["objects", 984n - 0xffffffffn])
  })
  // V8 of Node 24 has no exnref.
  it.skipIf(!engineHas("exnref"))("count exceptions where they can be kept, and only there", () => {
    const throwing = (clause: string, results: string) => `(module (tag $t (param i64))
      (func (export "f") (param i32) loop $again
        block $h (result ${results}) try_table (${clause} $h) i64.const 1 throw $t end unreachable end
        ${"drop ".repeat(results.split(" ").length)}
        local.get 0 i32.const 1 i32.sub local.tee 0 br_if $again end))`
    const options = { objectBytesMax: 100_000 }
    const bytes = 336 + 32
    const kept = new MeteredInstance(throwing("catch_ref $t", "i64 exnref"), options)
    expect(kept.call("f", Math.floor(100_000 / bytes)).stop).toBeUndefined()
    expect(new MeteredInstance(throwing("catch_all_ref", "exnref"), options).call("f", 1000).stop).toBe(
      "objects"
    )
    expect(new MeteredInstance(throwing("catch $t", "i64"), options).call("f", 10_000).stop).toBeUndefined()
  })
})
