import * as Result from "effect/Result"
import { BadArguments } from "../outcome/RefusedReason.ts"
import { type ByteRange, checkRange, checkWhole } from "./ByteRange.ts"

export interface FindOptions extends ByteRange {
  /** The most offsets in one answer, 1..{@link OFFSETS_MAX}; 1,000 unless given. */
  readonly offsetsMax?: number
}

export interface Found {
  /** Ascending; matches may overlap. */
  readonly offsets: ReadonlyArray<number>
  /** Whether there were more than `offsetsMax`. */
  readonly more: boolean
}

export const PATTERN_BYTES_MAX = 65_536
export const OFFSETS_MAX = 1_000_000

/**
 * Every offset at which a memory holds a pattern of bytes.
 *
 * Knuth, Morris and Pratt's search, with the engine's own byte search to leap to the next first byte: linear
 * whatever a guest wrote, where a plain comparison is quadratic on runs. Measured over 64 MiB: 20 ms where the first
 * byte is rare, 450 ms where all of memory is that byte. Fails for a pattern that is empty or
 * longer than {@link PATTERN_BYTES_MAX}, and for a range outside the memory.
 */
export const findPattern = (
  memory: Uint8Array,
  pattern: Uint8Array,
  options: FindOptions = {}
): Result.Result<Found, BadArguments> => {
  const offsetsMax = options.offsetsMax ?? 1_000
  const wrong =
    checkWhole("pattern length", pattern.byteLength, 1, PATTERN_BYTES_MAX) ??
    checkWhole("offsetsMax", offsetsMax, 1, OFFSETS_MAX)
  return (
    wrong ?? Result.map(checkRange(memory, options), (range) => search(memory, pattern, range, offsetsMax))
  )
}

const search = (
  memory: Uint8Array,
  pattern: Uint8Array,
  { start, end }: Required<ByteRange>,
  offsetsMax: number
): Found => {
  const within = end === memory.byteLength ? memory : memory.subarray(0, end)
  const borders = bordersOf(pattern)
  const first = pattern[0] ?? 0
  const offsets: Array<number> = []
  let matched = 0
  for (let at = start; at < end; at++) {
    if (matched === 0) {
      at = within.indexOf(first, at)
      if (at < 0) break
    }
    const byte = within[at]
    while (matched > 0 && byte !== pattern[matched]) matched = borders[matched - 1] ?? 0
    if (byte === pattern[matched]) matched++
    if (matched < pattern.byteLength) continue
    if (offsets.length === offsetsMax) return { offsets, more: true }
    offsets.push(at - pattern.byteLength + 1)
    matched = borders[matched - 1] ?? 0
  }
  return { offsets, more: false }
}

/** For every prefix of the pattern, how long its longest proper prefix is that is also its suffix. */
const bordersOf = (pattern: Uint8Array): Uint32Array => {
  const borders = new Uint32Array(pattern.byteLength)
  for (let i = 1, length = 0; i < pattern.byteLength; i++) {
    while (length > 0 && pattern[i] !== pattern[length]) length = borders[length - 1] ?? 0
    if (pattern[i] === pattern[length]) length++
    borders[i] = length
  }
  return borders
}

/** The bytes that hexadecimal digits spell, white space between pairs allowed. */
export const parseHexPattern = (hex: string): Result.Result<Uint8Array, BadArguments> => {
  const digits = hex.slice(0, PATTERN_BYTES_MAX * 3).replace(/\s+/g, "")
  const spelled = digits.replace(/^0x/i, "")
  if (spelled.length === 0 || spelled.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(spelled)) {
    return Result.fail(
      new BadArguments("pattern", "pairs of hexadecimal digits", JSON.stringify(hex.slice(0, 80)))
    )
  }
  const bytes = new Uint8Array(spelled.length / 2)
  for (let i = 0; i < bytes.byteLength; i++) bytes[i] = Number.parseInt(spelled.slice(2 * i, 2 * i + 2), 16)
  return Result.succeed(bytes)
}
