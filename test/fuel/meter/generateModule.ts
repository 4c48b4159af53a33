import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import type { Code, Module, Section } from "../../../src/wasm/Module.ts"
import { FUNCREF, type ValueType } from "../../../src/wasm/ValueType.ts"
import { engineHas } from "../../guests/features.ts"
import { Emitter, type Type } from "./Emitter.ts"
import { GLOBALS, type Shape, TABLE_SIZE } from "./Expressions.ts"
import { generateFunction } from "./generateFunction.ts"
import { Tape } from "./Tape.ts"

/**
 * A random valid module out of a list of numbers: up to four functions, two memories, a table, globals.
 *
 * Its export `f` is the first function, without parameters; `memory0`, `memory1` and `global1` … are what a run
 * leaves behind.
 */
export const generateModule = (numbers: ReadonlyArray<number>): Uint8Array<ArrayBuffer> => {
  const tape = new Tape(numbers)
  // V8 of Node 24 has no exnref: there every handler is a legacy one.
  const legacyExceptions = tape.below(2) === 1 || !engineHas("exnref")
  const shapes: ReadonlyArray<Shape> = [
    { params: [], results: tape.pick(FIRST_RESULTS) },
    ...Array.from({ length: tape.below(4) }, () => tape.pick(SHAPES))
  ]
  const around = {
    shapes,
    typeOf: (funcIndex: number) => FIRST_SHAPE_TYPE + funcIndex,
    i32ToI32: 0,
    legacyExceptions
  }
  const bodies = shapes.map((_, self) => generateFunction(tape, around, self))
  const sections: ReadonlyArray<Section> = [
    {
      kind: "type",
      groups: [
        funcType(["i32"], ["i32"]),
        funcType(["i32"], []),
        ...shapes.map((s) => funcType(s.params, s.results))
      ]
    },
    { kind: "function", typeIndices: shapes.map((_, i) => FIRST_SHAPE_TYPE + i) },
    {
      kind: "table",
      tables: [{ type: { element: FUNCREF, limits: limits(BigInt(TABLE_SIZE), 50n) }, init: undefined }]
    },
    { kind: "memory", memories: [limits(2n, 4n), limits(2n, 3n)] },
    { kind: "tag", typeIndices: [1] },
    { kind: "global", globals: GLOBALS.map((type, i) => global(type, i === 0 ? STEPS_ALLOWED : i)) },
    {
      kind: "export",
      exports: [
        { name: "f", kind: "func", index: 0 },
        { name: "memory0", kind: "memory", index: 0 },
        { name: "memory1", kind: "memory", index: 1 },
        // A vector cannot cross to JavaScript.
        ...[1, 2, 3].map((index) => ({ name: `global${index}`, kind: "global" as const, index }))
      ]
    },
    {
      kind: "element",
      segments: [
        { mode: { kind: "passive" }, items: { kind: "funcs", funcIndices: [0, 0, 0] } },
        {
          mode: { kind: "active", index: undefined, offset: constant("i32", 0) },
          items: { kind: "funcs", funcIndices: shapes.map((_, i) => i) }
        }
      ]
    },
    { kind: "dataCount", count: 1 },
    { kind: "code", bodies },
    {
      kind: "data",
      segments: [{ mode: { kind: "passive" }, init: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) }]
    }
  ]
  const module: Module = { bytes: new Uint8Array(0), sections }
  return encodeModule(module)
}

/** Calls and rounds of loops in one run. */
const STEPS_ALLOWED = 60
/** Types 0 and 1 are those of loops with a parameter and of the tag. */
const FIRST_SHAPE_TYPE = 2

/** What JavaScript can be given. */
const FIRST_RESULTS: readonly [ReadonlyArray<Type>, ...ReadonlyArray<Type>[]] = [
  ["i32"],
  [],
  ["i64", "i32"],
  ["f64"]
]

const SHAPES: readonly [Shape, ...Shape[]] = [
  { params: [], results: [] },
  { params: ["i32"], results: ["i32"] },
  { params: ["i64", "f64"], results: ["f64", "i32"] },
  { params: ["v128"], results: ["v128"] },
  { params: ["i32", "i32"], results: [] }
]

const funcType = (params: ReadonlyArray<ValueType>, results: ReadonlyArray<ValueType>) => ({
  rec: false,
  types: [
    {
      form: "plain" as const,
      supertypes: [],
      composite: { kind: "func" as const, params, results }
    }
  ]
})

const limits = (min: bigint, max: bigint) => ({ address: "i32" as const, shared: false, min, max })

const constant = (type: Type, value: number): Code =>
  new Emitter([]).constant(type, value).op("end").body().code

const global = (type: Type, value: number) => ({
  type: { type, mutable: true },
  init: constant(type, value)
})
