import type { Forensics } from "../outcome/Crash.ts"

/**
 * A crash as a file: `MNTN`, version 3, the only version that is read.
 *
 *      0  "MNTN"                                 little-endian throughout
 *      4  version u16 = 3
 *      6  section, section, … up to the end of the file, each
 *           id u16 │ digest 8 bytes │ length u64 │ contents, `length` bytes
 *
 *     id  name       contents, in this order                  T? = 1 T, or 0
 *      1  identity   functionName argumentsDigest             T! = 1 T, or 0 and why it is missing, a text
 *                    moduleHash engine, texts │               T* = u32 count, then so many T
 *                    versions (key text, value text)* by key  text = u32 length, UTF-8
 *                    │ nan u8: canonical, engine              bytes = u64 length, bytes
 *                    │ prices u8: wasmtime, weighted
 *      2  reason     tag u8, its place in `CRASH_TAGS` │ that reason's fields
 *      3  fuel       allocated used remaining f64 │ exactness u8: exact, bound
 *                    │ why text?
 *      4  lifecycle  (state u8 │ event text │ atMicros f64)*
 *      5  stack      (funcIndex f64 │ name text? │ codeOffset f64?)*!
 *      6  globals    (globalIndex f64 │ type text │ value text!)*!
 *      7  tables     (tableIndex f64 │ type text │ length f64 │ elements i32*!)*!
 *      8  journal    (module name, texts │ results text* │ readBytes f64 │ writes (offset f64 │ bytes)*)* │ dropped f64
 *      9  memories   (memoryIndex pages pageBytes f64 │ image, see MemoryImage.ts, !)*!
 *
 * The digest is the first 8 bytes of the contents' SHA-256: against accidents, not against forgers. Sections
 * come in any order, each id at most once, 1 to 9 all there; one with another id is skipped and reported.
 */
export interface Dump extends Forensics {
  readonly formatVersion: 3
  /** What a newer writer put in and this reader passed over. */
  readonly skipped: ReadonlyArray<SkippedSection>
}

export interface SkippedSection {
  readonly id: number
  /** Where its contents start in the file. */
  readonly offset: number
  readonly byteLength: number
}

export const DUMP_MAGIC = Uint8Array.of(0x4d, 0x4e, 0x54, 0x4e)
export const DUMP_VERSION = 3
export const SECTION_DIGEST_BYTES = 8
