import * as Result from "effect/Result"
import { BadDump } from "./BadDump.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const { try: attempt } = Result

/**
 * Reads a stretch of a file that nobody vouches for, and remembers the first thing that was wrong.
 *
 * After a failure every read answers zero, empty or nothing, so that a codec reads on without asking; loops
 * look at `failed`, and whoever started the reader looks once, at the end. Nothing is allocated by a length or
 * a count before it was held against the bytes that are left.
 */
export class ByteReader {
  failed: BadDump | undefined = undefined
  at: number
  readonly end: number
  /** Bytes of raw memory that may still be allocated. */
  memoryBytesLeft: number
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array, start: number, end: number, memoryBytesLeft: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = start
    this.end = end
    this.memoryBytesLeft = memoryBytesLeft
  }

  get bytesLeft(): number {
    return this.end - this.at
  }

  fail(what: string, offset: number): void {
    this.failed ??= new BadDump(what, offset)
    this.at = this.end
  }

  u8(thing: string): number {
    const at = this.#take(1, thing)
    return at < 0 ? 0 : this.#view.getUint8(at)
  }

  u16(thing: string): number {
    const at = this.#take(2, thing)
    return at < 0 ? 0 : this.#view.getUint16(at, true)
  }

  u32(thing: string): number {
    const at = this.#take(4, thing)
    return at < 0 ? 0 : this.#view.getUint32(at, true)
  }

  i32(thing: string): number {
    const at = this.#take(4, thing)
    return at < 0 ? 0 : this.#view.getInt32(at, true)
  }

  f64(thing: string): number {
    const at = this.#take(8, thing)
    return at < 0 ? 0 : this.#view.getFloat64(at, true)
  }

  /** A length in eight bytes; beyond 2^53 - 1 it is no length of anything. */
  u64(thing: string): number {
    const at = this.#take(8, thing)
    if (at < 0) return 0
    const value = this.#view.getBigUint64(at, true)
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value)
    this.fail(`${thing}: expected at most ${Number.MAX_SAFE_INTEGER}, got ${value}`, at)
    return 0
  }

  /** How many entries follow, each of at least `entryBytesMin`; 0 when they cannot all be there. */
  count(entryBytesMin: number, thing: string): number {
    const at = this.at
    const count = this.u32(thing)
    const countMax = Math.floor(this.bytesLeft / entryBytesMin)
    if (count <= countMax) return count
    this.fail(`${thing}: expected at most ${countMax} entries in the bytes left, got ${count}`, at)
    return 0
  }

  /** The next bytes, not a copy. */
  view(byteLength: number, thing: string): Uint8Array {
    const at = this.#take(byteLength, thing)
    return at < 0 ? new Uint8Array(0) : this.#bytes.subarray(at, at + byteLength)
  }

  text(thing: string): string {
    const bytes = this.view(this.u32(thing), thing)
    const at = this.at - bytes.byteLength
    const text = attempt(() => utf8.decode(bytes))
    if (Result.isSuccess(text)) return text.success
    this.fail(`${thing}: expected UTF-8, got other bytes`, at)
    return ""
  }

  #take(byteLength: number, thing: string): number {
    if (this.failed !== undefined) return -1
    if (byteLength > this.bytesLeft) {
      this.fail(`${thing}: expected ${byteLength} bytes, got ${this.bytesLeft}`, this.at)
      return -1
    }
    const at = this.at
    this.at = at + byteLength
    return at
  }
}
