/**
 * Bytes in the making: little-endian, growing, and without a copy of what is large.
 *
 * Small writes go to a buffer that doubles; a blob of 4 KiB or more is kept by reference and copied once, at
 * the end. A dump is mostly such blobs, and doubling past a memory of 1 GiB would hold it twice.
 */
export class ByteWriter {
  byteLength = 0
  readonly #parts: Array<Uint8Array> = []
  #scratch = new Uint8Array(256)
  #view = new DataView(this.#scratch.buffer)
  #used = 0

  // The place is reserved before the view is looked up: reserving may replace it.
  u8(value: number): void {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
  }

  u16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value, true)
  }

  u32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
  }

  i32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setInt32(at, value, true)
  }

  /** A length: a whole number up to 2^53 - 1 in eight bytes. */
  u64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setBigUint64(at, BigInt(value), true)
  }

  f64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  bytes(bytes: Uint8Array): void {
    if (bytes.byteLength < 4096) {
      const at = this.#reserve(bytes.byteLength)
      this.#scratch.set(bytes, at)
      return
    }
    this.#flush()
    this.#parts.push(bytes)
    this.byteLength += bytes.byteLength
  }

  /** What was written, as pieces in order; nothing may be written afterwards. */
  finish(): ReadonlyArray<Uint8Array> {
    this.#flush()
    return this.#parts
  }

  #reserve(byteLength: number): number {
    const at = this.#used
    if (at + byteLength > this.#scratch.byteLength) {
      const grown = new Uint8Array(Math.max(this.#scratch.byteLength * 2, at + byteLength))
      grown.set(this.#scratch.subarray(0, at))
      this.#scratch = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#used = at + byteLength
    this.byteLength += byteLength
    return at
  }

  #flush(): void {
    if (this.#used === 0) return
    this.#parts.push(this.#scratch.subarray(0, this.#used))
    this.#scratch = new Uint8Array(256)
    this.#view = new DataView(this.#scratch.buffer)
    this.#used = 0
  }
}
