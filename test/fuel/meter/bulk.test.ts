import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { engineHas } from "../../guests/features.ts"
import { attempt, bytesOf, MeteredInstance, type Run } from "./runMetered.ts"

/** Bulk operations by helpers do what the instruction does: same bytes, same traps, nothing changed by a trap. */

const PAGE = 65_536
/** Two pages, so that 65,535, 65,536 and 65,537 are lengths, and the last few are out of bounds. */
const interesting = [0, 1, 2, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 2 * PAGE, 2 * PAGE + 1, 0x7fffffff, -1]
const number = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...interesting) },
  { weight: 2, arbitrary: fc.nat(2 * PAGE) },
  { weight: 2, arbitrary: fc.nat(40) }
)

/** Memories and what is in them; `f`'s parameters are named for what they are. */
const MEMORIES = (address: string) => `
  (memory $a ${address} 2) (memory $b 2) (export "a" (memory $a)) (export "b" (memory $b))
  (data $d "${"0123456789abcdef".repeat(4500)}")`

const moduleWith = (address: "i32" | "i64", body: string) => `(module ${MEMORIES(address)}
  (func (export "f") (param $to ${address}) (param $from i32) (param $n i32) ${body}))`

const widen = (address: string) => (address === "i64" ? "i64.extend_i32_u" : "")

const OPERATIONS: ReadonlyArray<readonly [title: string, address: "i32" | "i64", body: string]> = (
  ["i32", "i64"] as const
).flatMap((address) => [
  [
    `memory.fill, ${address}`,
    address,
    `local.get $to i32.const 7 local.get $n ${widen(address)} memory.fill $a`
  ],
  [
    `memory.copy within a memory, ${address}`,
    address,
    `local.get $to local.get $from ${widen(address)} local.get $n ${widen(address)} memory.copy $a $a`
  ],
  [
    `memory.copy from another memory, ${address}`,
    address,
    `local.get $to local.get $from local.get $n memory.copy $a $b`
  ],
  [
    `memory.copy to another memory, ${address}`,
    address,
    `local.get $from local.get $to local.get $n memory.copy $b $a`
  ],
  [`memory.init, ${address}`, address, `local.get $to local.get $from local.get $n memory.init $a $d`],
  [
    `memory.init of a dropped segment, ${address}`,
    address,
    `data.drop $d local.get $to local.get $from local.get $n memory.init $a $d`
  ]
])

const SEED = Uint8Array.from({ length: 2 * PAGE }, (_, i) => (i * 37) ^ (i >> 8))

/** The trap of a call and the memories after it, which are the same before every one. */
const outcomeOf = ({ exports }: WebAssembly.Instance, call: () => Run) => {
  // The casts: the modules above export memories under these names.
  const memories = [exports["a"] as WebAssembly.Memory, exports["b"] as WebAssembly.Memory]
  for (const { buffer } of memories) new Uint8Array(buffer).set(SEED)
  const { trap } = call()
  return { trap, memories: memories.map(({ buffer }) => Buffer.from(buffer.slice(0))) }
}

const copiesMixed = WebAssembly.validate(
  bytesOf(`(module (memory $a i64 1) (memory $b 1)
    (func i64.const 0 i32.const 0 i32.const 0 memory.copy $a $b))`)
)

describe("bulk operations on memories", () => {
  for (const [title, address, body] of OPERATIONS) {
    const mixed = address === "i64" && title.includes("another memory")
    // V8 of Node 22 copies only between memories of one address type.
    it.skipIf(mixed && !copiesMixed)(`leave the bytes and the trap of the instruction: ${title}`, () => {
      const wasm = bytesOf(moduleWith(address, body))
      const plain = new WebAssembly.Instance(new WebAssembly.Module(wasm))
      const guest = new MeteredInstance(wasm)
      fc.assert(
        fc.property(number, number, number, (to, from, n) => {
          const args = [address === "i64" ? BigInt(to >>> 0) : to, from, n]
          // The cast: `f` is a function.
          const f = plain.exports["f"] as (...args: ReadonlyArray<unknown>) => unknown
          const expected = outcomeOf(plain, () => attempt(() => f(...args)))
          const got = outcomeOf(guest.instance, () => guest.call("f", ...args))
          expect(got.trap).toBe(expected.trap)
          expect(got.memories.map((bytes, i) => expected.memories[i]?.equals(bytes))).toEqual([true, true])
        }),
        { numRuns: 50 }
      )
    })
  }

  it("trap on 64-bit addresses and lengths that would wrap", () => {
    const wat = `(module (memory i64 1) (export "m" (memory 0))
      (func (export "f") (param i64 i64 i64) local.get 0 local.get 1 local.get 2 memory.copy)
      (func (export "fill") (param i64 i64) local.get 0 i32.const 1 local.get 1 memory.fill))`
    const instance = new MeteredInstance(wat)
    const huge = [-1n, -65_536n, 2n ** 63n - 1n, -(2n ** 63n), 65_537n, 2n ** 32n]
    for (const a of [0n, 1n, ...huge]) {
      for (const n of huge) {
        expect(instance.call("f", a, 0n, n).trap).toBe("memory access out of bounds")
        expect(instance.call("f", 0n, a, n).trap).toBe("memory access out of bounds")
        expect(instance.call("fill", a, n).trap).toBe("memory access out of bounds")
      }
    }
    for (const a of huge) {
      expect(instance.call("f", a, 0n, 0n).trap).toBe("memory access out of bounds")
      expect(instance.call("f", 0n, a, 0n).trap).toBe("memory access out of bounds")
    }
    expect(new Uint8Array(instance.export<WebAssembly.Memory>("m").buffer).every((byte) => byte === 0)).toBe(
      true
    )
  })

  it("charge nothing for what is out of bounds", () => {
    const wat = `(module (memory 1) (func (export "f") (param i32) i32.const 1 i32.const 0 local.get 0 memory.fill))`
    expect(new MeteredInstance(wat).call("f", PAGE).charged).toBe(5)
    expect(new MeteredInstance(wat).call("f", PAGE - 1).charged).toBe(5 + PAGE - 1)
  })

  it("charge nothing for what a dropped segment no longer has", () => {
    const wat = `(module (memory 1) (data $d "0123456789")
      (func (export "f") (param i32 i32) data.drop $d i32.const 1 local.get 0 local.get 1 memory.init $d))`
    expect(new MeteredInstance(wat).call("f", 3, 4)).toMatchObject({
      charged: 6,
      trap: "memory access out of bounds"
    })
    expect(new MeteredInstance(wat).call("f", 0, 0)).toMatchObject({ charged: 6, trap: undefined })
  })

  it("stop within a chunk of where the fuel ends", () => {
    const wat = `(module (memory 100) (export "m" (memory 0))
      (func (export "f") i32.const 0 i32.const 1 i32.const 6553600 memory.fill))`
    const instance = new MeteredInstance(wat, { fuel: 3 * PAGE })
    expect(instance.call("f").stop).toBe("fuel")
    const bytes = new Uint8Array(instance.export<WebAssembly.Memory>("m").buffer)
    expect(bytes.indexOf(0)).toBe(2 * PAGE)
  })
})

// V8 of Node 22 has no tables with 64-bit indices: there the third table is left out, with the tests of it.
const hasWide = engineHas("table64")

/** Tables of numbered functions, read back by calling what is there. */
const TABLES = `(type $t (func (result i32)))
  (table $a (export "ta") 10 funcref) (table $b (export "tb") 12 funcref) ${hasWide ? '(table $w (export "tw") i64 10 funcref)' : ""}
  ${Array.from({ length: 8 }, (_, i) => `(func $f${i} (result i32) i32.const ${i})`).join(" ")}
  (elem $e func $f7 $f6 $f5 $f4 $f3 $f2 $f1 $f0)
  (elem (table $a) (i32.const 1) func $f0 $f1 $f2 $f3) (elem (table $b) (i32.const 0) func $f4 $f5 $f6 $f7)
  ${hasWide ? "(elem (table $w) (i64.const 3) func $f2 $f4 $f6)" : ""}`

const TABLE_OPERATIONS: ReadonlyArray<readonly [title: string, body: string]> = [
  ["table.fill", "local.get $to ref.func $f7 local.get $n table.fill $a"],
  ["table.copy within a table", "local.get $to local.get $from local.get $n table.copy $a $a"],
  ["table.copy between tables", "local.get $to local.get $from local.get $n table.copy $b $a"],
  [
    "table.copy within a table of 64 bits",
    `local.get $to i64.extend_i32_s local.get $from i64.extend_i32_s local.get $n i64.extend_i32_s
     table.copy $w $w`
  ],
  [
    "table.copy into a table of 64 bits",
    "local.get $to i64.extend_i32_s local.get $from local.get $n table.copy $w $a"
  ],
  ["table.init", "local.get $to local.get $from local.get $n table.init $a $e"],
  [
    "table.init of a dropped segment",
    "elem.drop $e local.get $to local.get $from local.get $n table.init $a $e"
  ]
]

describe("bulk operations on tables", () => {
  const few = fc.oneof(fc.integer({ min: 0, max: 13 }), fc.constantFrom(-1, 0x7fffffff))
  const contents = (exports: WebAssembly.Exports) =>
    (hasWide ? ["ta", "tb", "tw"] : ["ta", "tb"]).map((name) => {
      // The cast: the module above exports tables of functions under these names.
      const table = exports[name] as WebAssembly.Table
      // A table of 64 bits is indexed by bigints.
      const index = (i: number): number => (name === "tw" ? (BigInt(i) as unknown as number) : i)
      return Array.from({ length: Number(table.length) }, (_, i) => table.get(index(i))?.() ?? null)
    })

  for (const [title, body] of TABLE_OPERATIONS) {
    // As said above.
    it.skipIf(body.includes("$w") && !hasWide)(
      `leave the elements and the trap of the instruction: ${title}`,
      () => {
        const wasm = bytesOf(
          `(module ${TABLES} (func (export "f") (param $to i32) (param $from i32) (param $n i32) ${body}))`
        )
        fc.assert(
          fc.property(few, few, few, (...args) => {
            const plain = new WebAssembly.Instance(new WebAssembly.Module(wasm))
            const guest = new MeteredInstance(wasm)
            // The cast: `f` is a function.
            const f = plain.exports["f"] as (...args: ReadonlyArray<number>) => void
            const expected = attempt(() => f(...args)).trap
            expect(guest.call("f", ...args).trap).toBe(expected)
            expect(contents(guest.instance.exports)).toEqual(contents(plain.exports))
          }),
          { numRuns: 50 }
        )
      }
    )
  }

  it("move more than a chunk of elements in the right direction", () => {
    const wat = `(module (table $t (export "t") 70000 externref)
      (func (export "f") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 table.copy)
      (func (export "set") (param i32 externref) local.get 0 local.get 1 table.set))`
    const indices = (from: number, to: number, n: number) => {
      const guest = new MeteredInstance(wat)
      const table = guest.export<WebAssembly.Table>("t")
      for (let i = 0; i < 70_000; i++) table.set(i, i)
      guest.call("f", to, from, n)
      return [0, 1, 2, n - 1, n, n + 1, 65_535, 65_536, 65_537].map((i) => table.get(i))
    }
    const moved = (from: number, to: number, n: number) => {
      const numbers = Array.from({ length: 70_000 }, (_, i) => i).copyWithin(to, from, from + n)
      return [0, 1, 2, n - 1, n, n + 1, 65_535, 65_536, 65_537].map((i) => numbers[i])
    }
    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [0, 4000],
      [4000, 0]
    ] as const)
      expect(indices(from, to, 65_990)).toEqual(moved(from, to, 65_990))
  })
})
