import type { TypeGroup } from "../../src/wasm/Module.ts"
import { EMPTY } from "../../src/wasm/ValueType.ts"
import { engineHas } from "../guests/features.ts"
import type { Tape } from "./Tape.ts"
import { CHILD_FIELDS, NODE_FIELDS, type Num, type Type, valueTypeOf } from "./Types.ts"

/**
 * What a generated module consists of, decided before any of its functions is written: which parts of
 * WebAssembly it uses, its functions and their types, its memories and tables.
 *
 * Its index spaces are the same in every module as far as they go: four imported functions, two memories, two
 * tables, three tags, the globals of {@link GLOBALS}.
 */
export interface Shape {
  readonly params: ReadonlyArray<Type>
  readonly results: ReadonlyArray<Type>
  /** Calls nothing and loops little: it takes no step. */
  readonly leaf: boolean
}

/** Functions of the host's. What each does is in `GuestHost.ts`. */
export const IMPORTS: ReadonlyArray<Shape & { readonly name: string }> = [
  { name: "log", params: ["i32"], results: ["i32"], leaf: false },
  { name: "poke", params: ["i32", "i32"], results: [], leaf: false },
  { name: "boom", params: ["i32"], results: ["i32"], leaf: false },
  { name: "back", params: ["i32"], results: ["i32"], leaf: false }
]

export const STEPS_GLOBAL = 0
export const TABLE_SIZE = 16
export const TAGS: ReadonlyArray<ReadonlyArray<Num>> = [["i32"], [], ["i64", "f64"]]
/** Lengths of the passive data segments. */
export const DATA = [9, 400] as const

export class ModulePlan {
  readonly objects: boolean
  readonly references: boolean
  readonly tailCalls: boolean
  /** The two kinds do not go together. */
  readonly exceptions: "legacy" | "exnref"
  /** Address types. */
  readonly memories: readonly ["i32", "i32" | "i64"]
  readonly tables: readonly ["i32", "i32" | "i64"]
  /** Whether the bits of NaNs may be seen: if not, every one is made canonical where it is made. */
  readonly showsNan: boolean
  readonly globals: ReadonlyArray<Type>
  readonly shapes: ReadonlyArray<Shape>
  readonly hasStart: boolean
  readonly #signatures: Array<{
    readonly params: ReadonlyArray<Type>
    readonly results: ReadonlyArray<Type>
  }> = []

  constructor(tape: Tape, showsNan: boolean, starts = true) {
    const may = (feature: string) => tape.below(2) === 1 && engineHas(feature)
    this.showsNan = showsNan
    this.exceptions = may("exnref") ? "exnref" : "legacy"
    this.objects = may("gc")
    this.references = this.objects || may("function-references")
    this.tailCalls = may("tail-call")
    this.memories = ["i32", may("memory64") ? "i64" : "i32"]
    this.tables = ["i32", may("table64") ? "i64" : "i32"]
    this.globals = [
      "i32",
      "i32",
      "i64",
      "f64",
      "v128",
      "f32",
      "func",
      ...(this.objects ? OBJECT_GLOBALS : [])
    ]
    this.hasStart = tape.below(4) === 1 && starts
    const extra = Array.from({ length: tape.below(6) }, (): Shape => {
      const shape = tape.pick(SHAPES)
      return { ...shape, leaf: tape.below(5) > 2 }
    })
    this.shapes = [
      ...IMPORTS,
      { params: [], results: tape.pick(FIRST_RESULTS), leaf: false },
      ...extra,
      ...(this.objects && tape.below(2) === 1 ? [OBJECT_SHAPE] : []),
      ...(this.hasStart ? [{ params: [], results: [], leaf: false }] : [])
    ]
  }

  /** Every type that there can be a local of. */
  get types(): readonly [Type, ...Type[]] {
    const exn: ReadonlyArray<Type> = this.exceptions === "exnref" ? ["exn"] : []
    return ["i32", "i64", "f64", "v128", "f32", "func", ...exn, ...(this.objects ? OBJECT_GLOBALS : [])]
  }

  typeOfFunc(funcIndex: number): number {
    const { params, results } = this.shapes[funcIndex] ?? EMPTY_SHAPE
    return this.typeIndex(params, results)
  }

  /** The index of a function type; a new one is added. */
  typeIndex(params: ReadonlyArray<Type>, results: ReadonlyArray<Type>): number {
    const key = String([params, results.length, results])
    const found = this.#signatures.findIndex((s) => String([s.params, s.results.length, s.results]) === key)
    const at = found >= 0 ? found : this.#signatures.push({ params, results }) - 1
    return at + (this.objects ? OBJECT_TYPES.length : 0)
  }

  /** A block type, in its short form where it has one. */
  blockType(params: ReadonlyArray<Type>, results: ReadonlyArray<Type>): number {
    if (params.length === 0 && results.length === 0) return EMPTY
    const short = params.length === 0 && results.length === 1 ? SHORT.get(results[0] ?? "func") : undefined
    return short ?? this.typeIndex(params, results)
  }

  /** The type section, once everything has been written. */
  get groups(): ReadonlyArray<TypeGroup> {
    const functions = this.#signatures.map(({ params, results }) => ({
      rec: false,
      types: [
        {
          form: "plain" as const,
          supertypes: [],
          composite: {
            kind: "func" as const,
            params: params.map(valueTypeOf),
            results: results.map(valueTypeOf)
          }
        }
      ]
    }))
    return [...(this.objects ? OBJECT_TYPES : []), ...functions]
  }
}

const EMPTY_SHAPE: Shape = { params: [], results: [], leaf: false }
const OBJECT_GLOBALS = ["node", "bytes", "words", "child", "funcs"] as const
const SHORT: ReadonlyMap<Type, number> = new Map([
  ["i32", -1],
  ["i64", -2],
  ["f32", -3],
  ["f64", -4],
  ["v128", -5]
])

/** What JavaScript can be given. */
const FIRST_RESULTS: readonly [ReadonlyArray<Type>, ...ReadonlyArray<Type>[]] = [
  ["i32"],
  [],
  ["i64", "i32"],
  ["f64"]
]

const SHAPES: readonly [Shape, ...Shape[]] = [
  { params: [], results: [], leaf: false },
  { params: ["i32"], results: ["i32"], leaf: false },
  { params: ["i64", "f64"], results: ["f64", "i32"], leaf: false },
  { params: ["v128"], results: ["v128"], leaf: false },
  { params: ["i32", "i32"], results: [], leaf: false },
  { params: ["i32"], results: ["i32"], leaf: true },
  { params: ["f32", "func"], results: ["i64"], leaf: false }
]
const OBJECT_SHAPE: Shape = { params: ["node", "i32"], results: ["node"], leaf: true }

const field = (type: Type | "i8") => ({
  storage: type === "i8" ? type : valueTypeOf(type),
  mutable: true
})
const OBJECT_TYPES: ReadonlyArray<TypeGroup> = [
  {
    rec: false,
    types: [
      {
        form: "sub",
        supertypes: [],
        composite: { kind: "struct", fields: NODE_FIELDS.map(field) }
      }
    ]
  },
  {
    rec: false,
    types: [
      {
        form: "sub final",
        supertypes: [0],
        composite: { kind: "struct", fields: CHILD_FIELDS.map(field) }
      }
    ]
  },
  ...["i8" as const, "i32" as const, valueTypeOf("func")].map((storage) => ({
    rec: false,
    types: [
      {
        form: "plain" as const,
        supertypes: [],
        composite: { kind: "array" as const, element: { storage, mutable: true } }
      }
    ]
  }))
]
