import * as Result from "effect/Result"
import type { Forensics } from "../outcome/Crash.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import { BadArguments } from "../outcome/RefusedReason.ts"
import type { ByteRange } from "./ByteRange.ts"
import { type Extracted, type ExtractOptions, extractStrings } from "./extractStrings.ts"
import { type FindOptions, type Found, findPattern } from "./findPattern.ts"
import { hexDump } from "./hexDump.ts"
import { type MemoryStatistics, memoryStatistics } from "./memoryStatistics.ts"
import { type NumberKind, type NumberOf, readBytes, readNumber } from "./readNumber.ts"

/**
 * Questions to one captured memory. Every answer is a value: what was asked for, or which parameter was wrong.
 *
 * It looks at the bytes where they are; each question is also a function of its own over any bytes. Nothing it
 * does takes more than one pass, and every answer has a bound that its options name.
 */
export interface Analyser {
  readonly byteLength: number
  readonly find: (pattern: Uint8Array, options?: FindOptions) => Result.Result<Found, BadArguments>
  readonly strings: (options?: ExtractOptions) => Result.Result<Extracted, BadArguments>
  readonly number: <K extends NumberKind>(kind: K, offset: number) => Result.Result<NumberOf<K>, BadArguments>
  readonly bytes: (offset: number, byteLength: number) => Result.Result<Uint8Array, BadArguments>
  readonly hex: (offset: number, byteLength: number) => Result.Result<ReadonlyArray<string>, BadArguments>
  readonly statistics: (range?: ByteRange) => Result.Result<MemoryStatistics, BadArguments>
}

/**
 * An analyser of any bytes.
 *
 *     const memory = analyserOf(Uint8Array.of(0x2a, 0, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f))
 *     memory.number("u32", 0)           // => Result.succeed(42)
 *     memory.find(Uint8Array.of(0x6c)) // => Result.succeed({ offsets: [6, 7], more: false })
 *     memory.number("u32", 6)
 *     // => Result.fail(new BadArguments("length", "0..3", "4"))
 */
export const analyserOf = (memory: Uint8Array): Analyser => ({
  byteLength: memory.byteLength,
  find: (pattern, options) => findPattern(memory, pattern, options),
  strings: (options) => extractStrings(memory, options),
  number: (kind, offset) => readNumber(memory, kind, offset),
  bytes: (offset, byteLength) => readBytes(memory, offset, byteLength),
  hex: (offset, byteLength) => hexDump(memory, offset, byteLength),
  statistics: (range) => memoryStatistics(memory, range)
})

/**
 * An analyser of one memory of a dump, the first unless another index is given.
 *
 * Fails with `Missing` and its reason when that memory was not captured, with `BadArguments` when the guest
 * has no memory of that index.
 */
export const analyse = (
  dump: Pick<Forensics, "memories">,
  memoryIndex = 0
): Result.Result<Analyser, BadArguments | Missing> => {
  if (isMissing(dump.memories)) return Result.fail(dump.memories)
  const memory = dump.memories.find((memory) => memory.memoryIndex === memoryIndex)
  if (memory === undefined) {
    const indices = dump.memories.map((memory) => memory.memoryIndex).join(", ")
    return Result.fail(
      new BadArguments(
        "memory index",
        indices === "" ? "a guest with a memory" : `one of ${indices}`,
        String(memoryIndex)
      )
    )
  }
  return isMissing(memory.bytes) ? Result.fail(memory.bytes) : Result.succeed(analyserOf(memory.bytes))
}
