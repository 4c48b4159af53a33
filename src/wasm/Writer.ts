import type { Widths } from "./Module.ts"
import { codeOf, heapCodeOf, REF, REF_NULL, type StorageType } from "./ValueType.ts"

/**
 * A growing buffer that writes the format's integers: shortest, or as wide as {@link useWidths} says.
 *
 * The mirror of `LebReader`: the same calls in the same order over the same values give back the same bytes.
 */
export class Writer {
  length = 0
  private buffer: Uint8Array<ArrayBuffer>
  private widths: Widths | undefined
  private widthsFrom = 0
  private cursor = 0

  constructor(bytesExpected = 256) {
    this.buffer = new Uint8Array(Math.max(16, bytesExpected))
  }

  /** What was written so far, not copied: the next write may be into it. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.buffer.subarray(0, this.length)
  }

  /** From here on pads integers at the offsets that are in `widths`, which count from here. */
  useWidths(widths: Widths | undefined): void {
    this.widths = widths
    this.widthsFrom = this.length
    this.cursor = 0
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.buffer.length) return
    const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2))
    larger.set(this.bytes())
    this.buffer = larger
  }

  u8(byte: number): void {
    if (this.length === this.buffer.length) this.reserve(1)
    this.buffer[this.length++] = byte
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.length)
    this.length += bytes.length
  }

  u32(value: number): void {
    const width = this.widthHere(5)
    const first = this.length
    while (value >= 0x80) {
      this.u8((value & 0x7f) | 0x80)
      value >>>= 7
    }
    this.u8(value)
    if (width > 1) this.pad(first, width, 0)
  }

  s32(value: number): void {
    const width = this.widthHere(5)
    const first = this.length
    while (value < -0x40 || value >= 0x40) {
      this.u8((value & 0x7f) | 0x80)
      value >>= 7
    }
    this.u8(value & 0x7f)
    if (width > 1) this.pad(first, width, value < 0 ? 0x7f : 0)
  }

  /** A type index, or below zero a type's code, which has one byte. */
  s33(value: number): void {
    if (value < 0) {
      this.u8(value & 0x7f)
      return
    }
    const width = this.widthHere(5)
    const first = this.length
    while (value >= 0x40) {
      this.u8((value & 0x7f) | 0x80)
      value = Math.floor(value / 0x80)
    }
    this.u8(value)
    if (width > 1) this.pad(first, width, 0)
  }

  u64(value: number | bigint): void {
    if (typeof value === "number" && value <= 0xffffffff && this.widths === undefined) {
      this.u32(value)
      return
    }
    const width = this.widthHere(10)
    const first = this.length
    let rest = BigInt(value)
    while (rest >= 0x80n) {
      this.u8(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.u8(Number(rest))
    if (width > 1) this.pad(first, width, 0)
  }

  s64(value: bigint): void {
    const width = this.widthHere(10)
    const first = this.length
    while (value < -0x40n || value >= 0x40n) {
      this.u8(Number(value & 0x7fn) | 0x80)
      value >>= 7n
    }
    this.u8(Number(value & 0x7fn))
    if (width > 1) this.pad(first, width, value < 0n ? 0x7f : 0)
  }

  private widthHere(widthMax: number): number {
    const widths = this.widths
    if (widths === undefined) return 0
    const here = this.length - this.widthsFrom
    while ((widths[this.cursor] ?? Number.POSITIVE_INFINITY) < here) this.cursor += 2
    return widths[this.cursor] === here ? Math.min(widths[this.cursor + 1] ?? 0, widthMax) : 0
  }

  /** Lengthens the integer that was just written, by groups that repeat its sign. */
  private pad(first: number, width: number, group: number): void {
    while (this.length - first < width) {
      this.buffer[this.length - 1] = (this.buffer[this.length - 1] ?? 0) | 0x80
      this.u8(group)
    }
  }

  name(name: string): void {
    const bytes = UTF8.encode(name)
    this.u32(bytes.length)
    this.raw(bytes)
  }

  type(type: StorageType): void {
    const code = codeOf(type)
    this.s33(code)
    if ((code === REF || code === REF_NULL) && typeof type !== "string") this.s33(heapCodeOf(type.heap))
  }

  vector<A>(items: Iterable<A> & { readonly length: number }, write: (item: A) => void): void {
    this.u32(items.length)
    for (const item of items) write(item)
  }

  /** Writes a size and what has that size; the size's field takes `sizeWidth` bytes, or more if it must. */
  sized(sizeWidth: number | undefined, write: () => void): void {
    const at = this.length
    const width = Math.max(1, sizeWidth ?? 1)
    this.reserve(width)
    this.length += width
    write()
    const size = this.length - at - width
    const missing = lengthOfU32(size) - width
    if (missing > 0) {
      this.reserve(missing)
      this.buffer.copyWithin(at + lengthOfU32(size), at + width, this.length)
    }
    const end = this.length + Math.max(0, missing)
    this.length = at
    this.useWidths(undefined)
    this.u32(size)
    this.pad(at, width, 0)
    this.length = end
  }
}

/** How many bytes an unsigned number needs. */
export const lengthOfU32 = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5

const UTF8 = new TextEncoder()
