import * as Result from "effect/Result"
import { BadArguments } from "../outcome/RefusedReason.ts"

/**
 * A stretch of a memory that somebody asked for, held against the memory before anything is read.
 *
 * What does not fit is an answer and not an exception, in the words of the caller's bad news: the parameter,
 * the bound, the value.
 */
export interface ByteRange {
  /** The first byte, 0 unless given. */
  readonly start?: number
  /** One past the last byte, the memory's length unless given. */
  readonly end?: number
}

/** Both ends, whole numbers inside the memory and in order. */
export const checkRange = (
  memory: Uint8Array,
  range: ByteRange
): Result.Result<{ readonly start: number; readonly end: number }, BadArguments> => {
  const end = range.end ?? memory.byteLength
  const start = range.start ?? 0
  return (
    checkWhole("end", end, 0, memory.byteLength) ??
    checkWhole("start", start, 0, end) ??
    Result.succeed({ start, end })
  )
}

/** The bytes from `offset`, when the memory has so many. Not a copy. */
export const checkedView = (
  memory: Uint8Array,
  offset: number,
  byteLength: number,
  byteLengthMax: number
): Result.Result<Uint8Array, BadArguments> =>
  checkWhole("offset", offset, 0, memory.byteLength) ??
  checkWhole("length", byteLength, 0, Math.min(byteLengthMax, memory.byteLength - offset)) ??
  Result.succeed(memory.subarray(offset, offset + byteLength))

/** What is wrong with a number that should be whole and between two bounds; nothing when it is. */
export const checkWhole = (
  parameter: string,
  value: number,
  min: number,
  max: number
): Result.Result<never, BadArguments> | undefined =>
  Number.isSafeInteger(value) && value >= min && value <= max
    ? undefined
    : Result.fail(new BadArguments(parameter, `${min}..${max}`, String(value)))
