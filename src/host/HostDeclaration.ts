import type { AccessBound } from "./HostMemory.ts"

/**
 * What is known of a host function before it is called: its name and type, the capability it hides behind, what it
 * costs and how much of the guest's memory it may touch.
 *
 * Plain fields only, so that it crosses to the worker; what it *does* is a row of the built-in table, an export of
 * a module that the worker loads, or an Effect that stays on the caller's side.
 */
export type HostDeclaration = BuiltinDeclaration | LocalDeclaration | RemoteDeclaration

interface Declared {
  readonly module: string
  readonly name: string
  readonly type: FunctionType
  /** A capability's name, or `host:NAME`. */
  readonly capability: string
  readonly price: HostPrice
  readonly bound: AccessBound
}

/** Part of Munition; `builtin/table.ts` has what it does. */
export interface BuiltinDeclaration extends Declared {
  readonly kind: "builtin"
}

/** A plain synchronous function, exported under `exportName` by the ES module at `url`, which the worker imports. */
export interface LocalDeclaration extends Declared {
  readonly kind: "local"
  readonly url: string
  readonly exportName: string
}

/** An Effect on the caller's side; the ranges that its parameters describe are copied and go along with the call. */
export interface RemoteDeclaration extends Declared {
  readonly kind: "remote"
  readonly reads: ReadonlyArray<RemoteRange>
}

/** The parameters, by index, that hold a range's offset and its length in bytes. */
export interface RemoteRange {
  readonly offsetParam: number
  readonly lengthParam: number
}

/** The types that a host function can take and give; a reference has no copy that could cross or be journalled. */
export const HOST_VALUE_TYPES = ["i32", "i64", "f32", "f64"] as const

/** The type of one parameter or result of a host function. */
export type HostValueType = (typeof HOST_VALUE_TYPES)[number]

/** `number` for i32, f32 and f64, `bigint` for i64. */
export type HostValue = number | bigint

export interface FunctionType {
  readonly params: ReadonlyArray<HostValueType>
  readonly results: ReadonlyArray<HostValueType>
}

/** Fuel for a call, charged before it happens: `base`, and `perByte` for what it reads and writes of the memory. */
export interface HostPrice {
  readonly base: number
  readonly perByte: number
}

/** A function's type as the text format's readers know it: `(i32, i32) -> (i64)`. */
export const showFunctionType = (type: {
  readonly params: ReadonlyArray<string>
  readonly results: ReadonlyArray<string>
}): string => `(${type.params.join(", ")}) -> (${type.results.join(", ")})`

/** One key for a pair of names that may hold any character, a separator too. */
export const importKey = (module: string, name: string): string => `${module.length}:${module}${name}`
