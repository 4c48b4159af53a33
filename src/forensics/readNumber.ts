import * as Result from "effect/Result"
import type { BadArguments } from "../outcome/RefusedReason.ts"
import { checkedView } from "./ByteRange.ts"

/** Reads one number: its width in bytes, and how; one row a kind. Little-endian, as WebAssembly's memories are. */
const KINDS = {
  u8: { byteLength: 1, read: (view: DataView) => view.getUint8(0) },
  i8: { byteLength: 1, read: (view: DataView) => view.getInt8(0) },
  u16: { byteLength: 2, read: (view: DataView) => view.getUint16(0, true) },
  i16: { byteLength: 2, read: (view: DataView) => view.getInt16(0, true) },
  u32: { byteLength: 4, read: (view: DataView) => view.getUint32(0, true) },
  i32: { byteLength: 4, read: (view: DataView) => view.getInt32(0, true) },
  u64: { byteLength: 8, read: (view: DataView) => view.getBigUint64(0, true) },
  i64: { byteLength: 8, read: (view: DataView) => view.getBigInt64(0, true) },
  f32: { byteLength: 4, read: (view: DataView) => view.getFloat32(0, true) },
  f64: { byteLength: 8, read: (view: DataView) => view.getFloat64(0, true) }
} as const satisfies Readonly<
  Record<string, { byteLength: number; read: (view: DataView) => number | bigint }>
>

export type NumberKind = keyof typeof KINDS

export const NUMBER_KINDS: ReadonlyArray<NumberKind> = [
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "u64",
  "i64",
  "f32",
  "f64"
]

/** The type of a number of that kind: a bigint where 53 bits are too few. */
export type NumberOf<K extends NumberKind> = K extends "u64" | "i64" ? bigint : number

/** The number at an offset; fails when not all of its bytes are in the memory. Need not be aligned. */
export const readNumber = <K extends NumberKind>(
  memory: Uint8Array,
  kind: K,
  offset: number
): Result.Result<NumberOf<K>, BadArguments> => {
  const { byteLength, read } = KINDS[kind]
  return Result.map(
    checkedView(memory, offset, byteLength, byteLength),
    // The row of this kind reads what `NumberOf` says.
    (bytes) => read(new DataView(bytes.buffer, bytes.byteOffset, byteLength)) as NumberOf<K>
  )
}

/** A copy of the bytes at an offset; fails when they are not all in the memory. */
export const readBytes = (
  memory: Uint8Array,
  offset: number,
  byteLength: number
): Result.Result<Uint8Array, BadArguments> =>
  Result.map(checkedView(memory, offset, byteLength, Number.MAX_SAFE_INTEGER), (bytes) => bytes.slice())
