import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FunctionMaps } from "../../../src/fuel/meter/FunctionMaps.ts"
import { PLACEMENT_DEFAULT, PLACEMENT_EXACT } from "../../../src/fuel/meter/Placement.ts"
import { WRITES } from "../../../src/fuel/meter/WriteSites.ts"
import { GRANULE_BYTES } from "../../../src/fuel/meter/writeMap.ts"
import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import { type Mnemonic, OP, OPCODES, type Opcode } from "../../../src/wasm/Opcodes.ts"
import type { ValueType } from "../../../src/wasm/ValueType.ts"
import { Emitter } from "../../fuzz/Emitter.ts"
import { generateModule, STEPS } from "../../fuzz/generateModule.ts"
import { callsOf, playMetered } from "../../fuzz/play.ts"
import { seedling } from "../../fuzz/subjects.ts"
import { plain } from "../../wasm/code.ts"
import { decoded } from "../../wasm/modules.ts"
import { METER_OPTIONS, MeteredInstance, type MeteredOptions } from "./runMetered.ts"
import { spoiled, Watched, withOneMemory } from "./writes.ts"

/** The map of writes: everything that was written is in it, and nothing else is different for it. */

/** Instructions that take an address and values and may write there, and what they take. */
const ROWS = OPCODES.filter(
  ({ layout, feature, mnemonic }) =>
    layout.startsWith("memarg") && feature !== "relaxed-simd" && !/\.wait|notify/.test(mnemonic)
)

type Shape = "local" | "tee" | "constant" | "computed" | "beneath a call" | "one of two results" | "in a loop"
const SHAPES: ReadonlyArray<Shape> = [
  "local",
  "tee",
  "constant",
  "computed",
  "beneath a call",
  "one of two results",
  "in a loop"
]

/** A module whose `f` applies the instruction once, at `address` less `offset`. */
const applying = (row: Opcode, shape: Shape, address: number, offset: number): Uint8Array<ArrayBuffer> => {
  const takes = (row.signature.split("->")[0] ?? "").split(" ").filter((word) => word !== "")
  // The casts: what an access takes beside its address are numbers.
  const values = takes.slice(1) as ReadonlyArray<"i32" | "i64" | "f32" | "f64" | "v128">
  const gives = (row.signature.split("->")[1] ?? "").trim() !== ""
  const out = new Emitter(["i32"])
  const base = address - offset
  const push = () => {
    for (const type of values) out.constant(type, 77)
  }
  const places: Record<Shape, () => void> = {
    local: () => void out.i32(base).set(0).get(0),
    tee: () => void out.i32(base).op("local.tee", { a: 0 }),
    constant: () => void out.i32(base),
    computed: () =>
      void out
        .i32(base - 8)
        .i32(8)
        .op("i32.add"),
    "beneath a call": () =>
      void out
        .i32(base - 8)
        .i32(8)
        .op("i32.add")
        .op("call", { a: 1 }),
    "one of two results": () => void out.op("call", { a: 2 }),
    "in a loop": () => void out.i32(base).op("loop", { a: 3 })
  }
  places[shape]()
  if (shape !== "one of two results") push()
  out.row(row.op, { a: natural(row), flags: natural(row), c: offset })
  if (gives) out.op("drop")
  if (shape === "in a loop") out.op("end")
  out.op("end")
  const both = new Emitter([])
  both.i32(base)
  for (const type of values) both.constant(type, 77)
  both.op("end")
  const func = (params: ReadonlyArray<ValueType>, results: ReadonlyArray<ValueType>) => ({
    rec: false,
    types: [{ form: "plain" as const, supertypes: [], composite: { kind: "func" as const, params, results } }]
  })
  return encodeModule({
    bytes: new Uint8Array(0),
    sections: [
      {
        kind: "type",
        groups: [func(["i32"], []), func([], []), func([], ["i32", ...values]), func(["i32"], [])]
      },
      { kind: "function", typeIndices: [0, 1, 2] },
      { kind: "memory", memories: [{ address: "i32", shared: false, min: 2n, max: 2n }] },
      { kind: "export", exports: [{ name: "f", kind: "func", index: 0 }] },
      { kind: "code", bodies: [out.body(), new Emitter([]).op("end").body(), both.body()] }
    ]
  })
}

/** Atomic accesses name the alignment that they have. */
const natural = ({ mnemonic, feature }: Opcode): number => {
  if (feature !== "threads") return 0
  const bits = /(?:load|store|rmw)(\d+)/.exec(mnemonic)?.[1] ?? mnemonic.slice(1, 3)
  return Math.log2(Number(bits) / 8)
}

/** What an instruction at the edge of a granule left unmarked, in any shape; `undefined` where it writes nothing. */
const leftUnmarked = (row: Opcode, shape: Shape): ReadonlyArray<number> | undefined => {
  const at = GRANULE_BYTES * 3 - (row.feature === "threads" ? 8 : 1)
  const guest = new MeteredInstance(applying(row, shape, at, 4104), { trackWrites: true })
  const watched = new Watched(guest)
  expect(guest.call("f", 0).trap).toBeUndefined()
  return watched.changed() ? watched.unmarked() : undefined
}

describe("an instruction that writes", () => {
  it("is marked, whichever it is and however its address was made", () => {
    const writing = new Set<Mnemonic>()
    for (const row of ROWS)
      for (const shape of SHAPES) {
        const unmarked = leftUnmarked(row, shape)
        if (unmarked === undefined) continue
        writing.add(row.mnemonic)
        expect([row.mnemonic, shape, unmarked]).toEqual([row.mnemonic, shape, []])
      }
    // 9 stores, 5 of vectors, 7 atomic ones and 7 changes of each of 7 widths. A compare-and-exchange that
    // finds something else than it expects writes nothing.
    const changes = [...writing].filter((name) => name.includes("rmw"))
    expect(writing.size - changes.length).toBe(9 + 5 + 7)
    expect(changes.length).toBeGreaterThan(25)
  })
  it("is found out to be forgotten, whichever it is", () => {
    for (const row of ROWS) {
      if (WRITES[row.op] !== 1 || leftUnmarked(row, "local") === undefined) continue
      WRITES[row.op] = 0
      try {
        expect([row.mnemonic, leftUnmarked(row, "local")?.length]).not.toEqual([row.mnemonic, 0])
      } finally {
        WRITES[row.op] = 1
      }
    }
  })
  it("at an address that wraps traps as before, and so does one past the end", () => {
    const source = `(module (memory 1 1) (func (export "f") (param i32)
      (i32.store offset=4294967290 (local.get 0) (i32.const 1))))`
    for (const address of [6, 7, 65_536, -1, 0]) {
      const [tracked, plain] = [true, false].map((trackWrites) =>
        new MeteredInstance(source, { trackWrites }).call("f", address)
      )
      expect(tracked?.trap).toBe("memory access out of bounds")
      expect([tracked?.trap, tracked?.charged]).toEqual([plain?.trap, plain?.charged])
    }
  })
})

describe("what is tracked", () => {
  const untracked = (memories: string) =>
    new MeteredInstance(`(module ${memories})`, {
      trackWrites: true,
      imports: { m: { m: new WebAssembly.Memory({ initial: 1 }) } }
    }).made.plan
  it("is one memory of the module's own, and else the plan says why not", () => {
    expect(untracked("").untracked).toBe("the module has no memory")
    expect(untracked("(memory 1) (memory 1)").untracked).toBe("the module has 2 memories")
    expect(untracked(`(import "m" "m" (memory 1))`).untracked).toBe("the module imports its memory")
    expect(untracked("(memory 1 1 shared)").untracked).toBe("the memory is shared")
    expect(untracked("(memory i64 1)").untracked).toBe("the memory has 64-bit addresses")
    expect(untracked("(memory 1)").untracked).toBeUndefined()
    for (const memories of ["", "(memory 1) (memory 1)"])
      expect(untracked(memories).exports.writes).toBeUndefined()
  })
  it("is nothing where nobody asks", () => {
    const { plan } = new MeteredInstance("(module (memory 1))").made
    expect([plan.untracked, plan.exports.writes]).toEqual(["it was not asked for", undefined])
  })
})

describe("a bulk operation", () => {
  const source = (body: string) => `(module (memory (export "m") 8 8) (data $d "abcdefgh")
    (func (export "f") (param i32 i32 i32) ${body}))`
  const FILL = source("(memory.fill (local.get 0) (local.get 1) (local.get 2))")
  const marksOf = (wat: string, ...args: ReadonlyArray<number>) => {
    const guest = new MeteredInstance(wat, { trackWrites: true })
    const watched = new Watched(guest)
    const { trap } = guest.call("f", ...args)
    return { trap, marks: watched.marks(), unmarked: watched.unmarked() }
  }
  it("marks every granule from its first byte to its last, and none for nothing", () => {
    const cases: ReadonlyArray<readonly [number, number, ReadonlyArray<number>]> = [
      [4096, 4096, [1]],
      [4095, 2, [0, 1]],
      [4095, 1, [0]],
      [8192, 0, []],
      [0, 3 * 4096 + 1, [0, 1, 2, 3]]
    ]
    for (const [to, count, marks] of cases)
      expect(marksOf(FILL, to, 1, count)).toEqual({ trap: undefined, marks, unmarked: [] })
  })
  it("marks them also in chunks, in either direction", () => {
    const all = Array.from({ length: 51 }, (_, i) => i)
    expect(marksOf(FILL, 0, 1, 51 * 4096 - 5)).toMatchObject({ marks: all, unmarked: [] })
    const COPY = source(
      `(i32.store8 offset=200000 (local.get 0) (i32.const 1))
       (memory.copy (local.get 0) (local.get 1) (local.get 2))`
    )
    for (const [to, from] of [
      [40_000, 0],
      [0, 40_000]
    ] as const)
      expect(marksOf(COPY, to, from, 220_000).unmarked).toEqual([])
  })
  it("is found out to be marked only at its ends", () => {
    const spoil = spoiled("helpers", (one) =>
      one.op === OP["memory.fill"] && one.a === 1 ? [plain("drop"), plain("drop"), plain("drop")] : [one]
    )
    const guest = new MeteredInstance(FILL, { trackWrites: true, spoil })
    const watched = new Watched(guest)
    guest.call("f", 0, 1, 3 * 4096)
    expect(watched.marks()).toEqual([0, 2])
    expect(watched.unmarked().length).toBeGreaterThan(0)
  })
  it("marks what comes from a segment", () => {
    const INIT = source("(memory.init $d (local.get 0) (local.get 1) (local.get 2))")
    expect(marksOf(INIT, 4094, 1, 6)).toEqual({ trap: undefined, marks: [0, 1], unmarked: [] })
  })
  it("that is out of bounds marks nothing", () => {
    expect(marksOf(FILL, 8 * 65_536 - 1, 1, 2)).toMatchObject({
      marks: [],
      trap: "memory access out of bounds"
    })
    expect(marksOf(FILL, 0, 1, -1)).toMatchObject({ marks: [], trap: "memory access out of bounds" })
  })
})

/** Random modules with one memory, which import nothing. */
const modules = seedling(500).map(({ numbers }) => ({
  bytes: withOneMemory(generateModule(numbers, { alone: true })),
  numbers
}))

const PLACEMENTS = [
  PLACEMENT_DEFAULT,
  PLACEMENT_EXACT,
  { ...PLACEMENT_DEFAULT, fuelInLocals: false, refillOutsideLoops: false }
]

describe("a random module", () => {
  it("does and costs the same tracked, and its traps are at the same places", () => {
    let traps = 0
    fc.assert(
      fc.property(
        modules,
        fc.constantFrom(...PLACEMENTS),
        fc.boolean(),
        ({ bytes }, placement, canonical) => {
          fc.pre(bytes !== undefined)
          const options = { placement, nan: canonical ? "canonical" : "engine" } as const
          const calls = callsOf(bytes)
          const [tracked, plain] = [true, false].map((trackWrites) => {
            const { rounds, state, guest } = playMetered(bytes, calls, { ...options, trackWrites })
            expect(guest.made.plan.untracked === undefined).toBe(trackWrites)
            const maps = new FunctionMaps(decoded(bytes), guest.made.plan, { ...METER_OPTIONS, ...options })
            const { bodyOffsets } = guest.made.plan
            const told = rounds.map(({ name, outcome, units, stop, run }) => ({
              ...{ name, outcome, units, stop },
              frames: run.frames.map(({ funcIndex, offset }) => [
                funcIndex,
                maps.mapOf(funcIndex)?.toOriginal(offset - (bodyOffsets[funcIndex] ?? 0))
              ])
            }))
            traps += rounds.filter(({ returned }) => !returned).length
            return { told, state, slots: guest.made.frameSlots }
          })
          expect(tracked).toEqual(plain)
        }
      ),
      { numRuns: 60 }
    )
    expect(traps).toBeGreaterThan(0)
  })

  const unmarkedIn = (bytes: Uint8Array<ArrayBuffer>, options: MeteredOptions) => {
    const guest = new MeteredInstance(bytes, { trackWrites: true, ...options })
    const watched = new Watched(guest)
    const steps = guest.export<WebAssembly.Global<"i32">>("steps")
    return callsOf(bytes).flatMap(({ name, args }) => {
      steps.value = STEPS
      watched.begin()
      guest.call(name, ...args)
      return watched.unmarked()
    })
  }
  it("changes no byte outside of a marked granule and what is beyond it", () => {
    fc.assert(
      fc.property(modules, fc.constantFrom(...PLACEMENTS), ({ bytes }, placement) => {
        fc.pre(bytes !== undefined)
        expect(unmarkedIn(bytes, { placement })).toEqual([])
      }),
      { numRuns: 60 }
    )
  })
  const MUTANTS: Readonly<Record<string, MeteredOptions["spoil"]>> = {
    "marks with an offset that is too large by a granule": spoiled("everywhere", (one, i, all) =>
      one.op === OP["i32.store8"] && one.b === 1 && all[i - 1]?.op === OP["i32.const"]
        ? [{ ...one, c: 1 }]
        : [one]
    ),
    "forgets that bulk operations write": spoiled("helpers", (one) => {
      const drop = plain("drop")
      if (one.op === OP["i32.store8"] && one.b === 1) return [drop, drop]
      return one.op === OP["memory.fill"] && one.a === 1 ? [drop, drop, drop] : [one]
    })
  }
  for (const [title, spoil] of Object.entries(MUTANTS))
    it(`finds out a meter that ${title}`, () => {
      const { failed } = fc.check(
        fc.property(modules, ({ bytes }) => {
          fc.pre(bytes !== undefined)
          return unmarkedIn(bytes, spoil === undefined ? {} : { spoil }).length === 0
        }),
        { numRuns: 200, endOnFailure: true, seed: 1 }
      )
      expect(failed).toBe(true)
    })
})
