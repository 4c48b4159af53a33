/**
 * A growing run of bytes, with the integers of the binary format.
 *
 * Sizes that are known only afterwards are written five bytes wide and filled in: one copy less of every body.
 */
export class CodeBuffer {
  bytes: Uint8Array<ArrayBuffer>
  at = 0

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity)
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + count))
    grown.set(this.bytes)
    this.bytes = grown
  }

  u8(value: number): this {
    if (this.at === this.bytes.length) this.reserve(1)
    this.bytes[this.at++] = value
    return this
  }

  u32(value: number): this {
    if (this.at + 5 > this.bytes.length) this.reserve(5)
    let rest = value >>> 0
    while (rest > 0x7f) {
      this.bytes[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.at++] = rest
    return this
  }

  /** A signed integer of up to 33 bits: constants, and block types. */
  s32(value: number): this {
    this.reserve(5)
    let rest = value
    for (;;) {
      const low = rest & 0x7f
      rest = Math.floor(rest / 128)
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.bytes[this.at++] = low
        return this
      }
      this.bytes[this.at++] = low | 0x80
    }
  }

  s64(value: bigint): this {
    let rest = value
    for (;;) {
      const low = Number(rest & 0x7fn)
      rest >>= 7n
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return this.u8(low)
      this.u8(low | 0x80)
    }
  }

  copy(source: Uint8Array, start: number, end: number): this {
    const count = end - start
    this.reserve(count)
    // A run of instructions is 23 bytes on average; below about 40 the loop beats the call of `set`.
    if (count < 40) {
      const { bytes } = this
      let to = this.at
      for (let from = start; from < end; from++) bytes[to++] = source[from] ?? 0
    } else this.bytes.set(source.subarray(start, end), this.at)
    this.at += count
    return this
  }

  /** Leaves room for a size and returns where, for {@link sizeSince}. */
  openSize(): number {
    this.reserve(5)
    this.at += 5
    return this.at
  }

  /** Fills in the size of what was written since `openSize` returned `start`. */
  sizeSince(start: number): void {
    let rest = this.at - start
    for (let i = 5; i > 1; i--) {
      this.bytes[start - i] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[start - 1] = rest
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.at)
  }
}
