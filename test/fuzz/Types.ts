import { heapCodeOf, type RefType, type ValueType } from "../../src/wasm/ValueType.ts"

/**
 * The types that generated functions work on: the numbers, and references by a word each.
 *
 * The words stand for nullable references, so that every type has a value that can be written down. `node` to
 * `funcs` are the first five types of a module that has objects.
 */
export type Num = "i32" | "i64" | "f32" | "f64" | "v128"
export type Ref = "func" | "extern" | "exn" | "node" | "child" | "bytes" | "words" | "funcs"
export type Type = Num | Ref

/** Type indices. A child is a node with one field more. */
export const OBJECTS = { node: 0, child: 1, bytes: 2, words: 3, funcs: 4 } as const

export const NUMBERS: readonly [Num, ...Num[]] = ["i32", "i64", "f64", "v128", "f32"]

export const isNumber = (type: Type): type is Num => NUMBERS.some((number) => number === type)

export const heapOf = (type: Ref): number =>
  type === "func" || type === "extern" || type === "exn" ? heapCodeOf(type) : OBJECTS[type]

export const valueTypeOf = (type: Type): ValueType => (isNumber(type) ? type : REFERENCES[type])

const short = (heap: "func" | "extern" | "exn"): RefType => ({ nullable: true, heap, short: true })
const long = (heap: number): RefType => ({ nullable: true, heap, short: false })

const REFERENCES: Readonly<Record<Ref, RefType>> = {
  func: short("func"),
  extern: short("extern"),
  exn: short("exn"),
  node: long(OBJECTS.node),
  child: long(OBJECTS.child),
  bytes: long(OBJECTS.bytes),
  words: long(OBJECTS.words),
  funcs: long(OBJECTS.funcs)
}

/** The types of a struct's fields, in order. */
export const NODE_FIELDS: ReadonlyArray<Type> = ["i32", "i64", "node"]
export const CHILD_FIELDS: ReadonlyArray<Type | "i8"> = [...NODE_FIELDS, "f64", "i8"]
