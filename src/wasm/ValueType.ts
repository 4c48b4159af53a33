/**
 * The types of values, as the file wrote them.
 *
 * Numbers and vectors are words; a reference says whether it may be null, what it points at, and whether it
 * was written in its one-byte form, because a module that is not changed must come out with the same bytes.
 */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | RefType

export type StorageType = ValueType | "i8" | "i16"

export interface RefType {
  readonly nullable: boolean
  readonly heap: HeapType
  /** Written as one byte: `funcref` instead of `(ref null func)`. */
  readonly short: boolean
}

/** A type index, or one of the types that need none. */
export type HeapType = number | AbstractHeapType

export type AbstractHeapType = keyof typeof ABSTRACT

/** Each abstract heap type's code, as the signed number that the file holds. */
export const ABSTRACT = {
  noexn: -12,
  nofunc: -13,
  noextern: -14,
  none: -15,
  func: -16,
  extern: -17,
  any: -18,
  eq: -19,
  i31: -20,
  struct: -21,
  array: -22,
  exn: -23
} as const

/** The codes of the other value types, and of the marks before a reference's long form. */
export const I32 = -1
export const I64 = -2
export const F32 = -3
export const F64 = -4
export const V128 = -5
export const I8 = -8
export const I16 = -9
/** `(ref ht)`: a heap type follows. */
export const REF = -28
/** `(ref null ht)`: a heap type follows. */
export const REF_NULL = -29
/** As a block type: neither parameters nor results. */
export const EMPTY = -64

const NUMBERS: ReadonlyMap<number, "i32" | "i64" | "f32" | "f64" | "v128"> = new Map([
  [I32, "i32"],
  [I64, "i64"],
  [F32, "f32"],
  [F64, "f64"],
  [V128, "v128"]
])

// The cast: `entries` forgets that its keys were the names.
const HEAPS = Object.entries(ABSTRACT) as ReadonlyArray<[AbstractHeapType, number]>
const HEAP_BY_CODE = new Map<number, AbstractHeapType>(HEAPS.map(([name, code]) => [code, name]))
const SHORT_BY_CODE = new Map<number, RefType>(
  HEAPS.map(([heap, code]) => [code, Object.freeze({ nullable: true, heap, short: true })])
)

/** *Returns* the heap type that a signed number stands for, `undefined` for none. */
export const heapTypeOf = (code: number): HeapType | undefined => (code >= 0 ? code : HEAP_BY_CODE.get(code))

export const heapCodeOf = (heap: HeapType): number => (typeof heap === "number" ? heap : ABSTRACT[heap])

/** *Returns* the value type of a one-byte code, `undefined` for what is none (or has a longer form). */
export const valueTypeOf = (code: number): ValueType | undefined =>
  NUMBERS.get(code) ?? SHORT_BY_CODE.get(code)

/** *Returns* the value type of a code and, where that is `REF` or `REF_NULL`, of the heap type after it. */
export const valueTypeOfCodes = (code: number, heapCode: number): ValueType | undefined => {
  if (code !== REF && code !== REF_NULL) return valueTypeOf(code)
  const heap = heapTypeOf(heapCode)
  return heap === undefined ? undefined : { nullable: code === REF_NULL, heap, short: false }
}

const NUMBER_CODES = { i32: I32, i64: I64, f32: F32, f64: F64, v128: V128, i8: I8, i16: I16 } as const

/** *Returns* the first code of a type; where the type is a reference in its long form, a heap type follows. */
export const codeOf = (type: StorageType): number => {
  if (typeof type === "string") return NUMBER_CODES[type]
  if (type.short) return heapCodeOf(type.heap)
  return type.nullable ? REF_NULL : REF
}

/** `funcref` and `externref`, as one byte each. */
export const FUNCREF: RefType = Object.freeze({ nullable: true, heap: "func", short: true })
export const EXTERNREF: RefType = Object.freeze({ nullable: true, heap: "extern", short: true })
