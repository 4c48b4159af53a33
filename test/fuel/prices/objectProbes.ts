import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import type { Section } from "../../../src/wasm/Module.ts"
import type { ValueType } from "../../../src/wasm/ValueType.ts"
import { Emitter } from "../../fuzz/Emitter.ts"
import type { Timable } from "./measure.ts"

/**
 * What is timed of objects, made of instructions, because the package that reads the text has no syntax for them.
 *
 * The locals of a probe: a number, a structure of one number, two arrays of numbers, something unknown.
 */
const [STRUCT, ARRAY] = [0, 1]
const [N, X, S, A, B, ANY] = [0, 1, 2, 3, 4, 5]
const reference = (heap: number | "any"): ValueType => ({ nullable: true, heap, short: false })

type Code = (e: Emitter, j: number) => void

const probe = (name: string, copies: number, code: Code): Timable => ({
  name,
  count: 1,
  copies,
  bytes: (_, count) => objectModule(code, count)
})

export const OBJECT_PROBES: Readonly<Record<string, ReadonlyArray<Timable>>> = {
  object: [
    probe("struct.new", 8, (e) => get(e, X).op("struct.new", { a: STRUCT }).op("global.set", { a: 1 })),
    probe("array.new_default of 4", 8, (e) =>
      e.i32(4).op("array.new_default", { a: ARRAY }).op("global.set", { a: 2 })
    )
  ],
  "object access": [
    probe("struct.set and struct.get", 32, (e) => {
      get(get(get(e, S), X), S)
        .op("struct.get", { a: STRUCT, b: 0 })
        .op("i32.add")
        .op("struct.set", { a: STRUCT, b: 0 })
    }),
    probe("array.get", 32, (e, j) => {
      get(get(get(e, X), A), X)
        .i32(j % 4)
        .op("i32.add")
        .i32(3)
        .op("i32.and")
      e.op("array.get", { a: ARRAY }).op("i32.add").op("local.set", { a: X })
    })
  ],
  cast: [
    probe("ref.cast", 32, (e) => {
      get(get(e, X), ANY).op("ref.cast", { a: STRUCT }).op("struct.get", { a: STRUCT, b: 0 }).op("i32.add")
      e.op("local.set", { a: X })
      get(e, X).op("if", { a: -64 })
      get(e, A).op("local.set", { a: ANY }).op("end")
    })
  ],
  "bulk array": [
    probe("array.fill of 4", 8, (e) => get(get(e, A).i32(0), X).i32(4).op("array.fill", { a: ARRAY })),
    probe("array.copy of 4", 8, (e) =>
      get(get(e, A).i32(0), B).i32(0).i32(4).op("array.copy", { a: ARRAY, b: ARRAY })
    )
  ]
}

/** Pairs whose difference is so many elements. */
export const ARRAY_ELEMENTS = 4_000
export const ARRAY_PROBES: ReadonlyArray<readonly [short: Timable, long: Timable]> = [
  pair("array.fill", (e, n) => get(get(e, A).i32(0), X).i32(n).op("array.fill", { a: ARRAY })),
  pair("array.copy", (e, n) =>
    get(get(e, A).i32(0), B).i32(0).i32(n).op("array.copy", { a: ARRAY, b: ARRAY })
  ),
  pair("array.new_default", (e, n) =>
    e.i32(n).op("array.new_default", { a: ARRAY }).op("global.set", { a: 3 })
  )
]

function pair(name: string, code: (e: Emitter, n: number) => void): readonly [Timable, Timable] {
  return [
    probe(`${name} of 96`, 4, (e) => code(e, 96)),
    probe(`${name} of ${96 + ARRAY_ELEMENTS}`, 4, (e) => code(e, 96 + ARRAY_ELEMENTS))
  ]
}

function get(e: Emitter, local: number): Emitter {
  return e.op("local.get", { a: local })
}

const objectModule = (code: Code, copies: number): Uint8Array<ArrayBuffer> => {
  const e = new Emitter(["i32"])
  for (const type of [
    "i32",
    reference(STRUCT),
    reference(ARRAY),
    reference(ARRAY),
    reference("any")
  ] as const)
    e.local(type)
  e.op("struct.new_default", { a: STRUCT }).op("local.tee", { a: S }).op("local.set", { a: ANY })
  for (const local of [A, B])
    e.i32(ARRAY_ELEMENTS + 96)
      .op("array.new_default", { a: ARRAY })
      .op("local.set", { a: local })
  e.op("loop", { a: -64 })
  for (let j = 0; j < copies; j++) code(e, j)
  get(e, N).i32(1).op("i32.sub").op("local.tee", { a: N }).op("br_if", { a: 0 }).op("end")
  get(e, X).op("global.set", { a: 0 })
  get(e, S).op("global.set", { a: 1 })
  get(e, A).op("global.set", { a: 2 })
  get(e, B).op("global.set", { a: 3 })
  const nothing = (heap: number) => new Emitter([]).op("ref.null", { a: heap }).op("end").body().code
  const sections: ReadonlyArray<Section> = [
    {
      kind: "type",
      groups: [
        { kind: "struct", fields: [{ storage: "i32", mutable: true }] } as const,
        { kind: "array", element: { storage: "i32", mutable: true } } as const,
        { kind: "func", params: ["i32"], results: [] } as const
      ].map((composite) => ({ rec: false, types: [{ form: "plain", supertypes: [], composite }] }))
    },
    { kind: "function", typeIndices: [2] },
    {
      kind: "global",
      globals: [
        { type: { type: "i32", mutable: true }, init: new Emitter([]).i32(0).op("end").body().code },
        ...[STRUCT, ARRAY, ARRAY].map((heap) => ({
          type: { type: reference(heap), mutable: true },
          init: nothing(heap)
        }))
      ]
    },
    { kind: "export", exports: [{ name: "run", kind: "func", index: 0 }] },
    { kind: "code", bodies: [e.op("end").body()] }
  ]
  return encodeModule({ bytes: new Uint8Array(0), sections })
}
