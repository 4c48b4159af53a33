import { Malformed } from "./Malformed.ts"

/**
 * A cursor over bytes that reads the format's integers, checked: nothing is read past `end`, no integer is
 * longer than its type allows or has bits that its type lacks.
 *
 * Linkers leave integers that are longer than their value needs. Whoever must write the same bytes again asks
 * for their widths with {@link keepWidths}; the reading of the shortest form does no more work for it.
 */
export class LebReader {
  readonly bytes: Uint8Array
  /** Offset of the next byte. */
  at: number
  /** Offset after the last byte that may be read. */
  end: number
  private widths: Array<number> | undefined
  private widthsFrom = -1

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes
    this.at = start
    this.end = Math.min(end, bytes.length)
  }

  /** From here on keeps the width of every integer that is too long, by its offset from here. */
  keepWidths(): void {
    this.widths = undefined
    this.widthsFrom = this.at
  }

  /** *Returns* what was kept since {@link keepWidths}, `undefined` if every integer had its shortest form. */
  takeWidths(): ReadonlyArray<number> | undefined {
    const widths = this.widths
    this.widths = undefined
    return widths
  }

  private tooLong(first: number): void {
    if (this.widthsFrom < 0) return
    this.widths ??= []
    if (this.widths.length === WIDTHS_MAX) this.fail("too many integers that are longer than need be", first)
    this.widths.push(first - this.widthsFrom, this.at - first)
  }

  fail(what: string, offset: number = this.at): never {
    throw new Malformed(offset, what)
  }

  u8(): number {
    if (this.at >= this.end) this.fail("unexpected end")
    return this.bytes[this.at++] ?? 0
  }

  /** Moves on by a number of bytes. */
  skip(count: number): void {
    if (count > this.end - this.at)
      this.fail(`unexpected end: ${count} bytes wanted, ${this.end - this.at} left`)
    this.at += count
  }

  u32(): number {
    const at = this.at
    if (at < this.end) {
      const byte = this.bytes[at] ?? 0
      if (byte < 0x80) {
        this.at = at + 1
        return byte
      }
    }
    return this.longU32()
  }

  private longU32(): number {
    const first = this.at
    if (this.end - first >= 3) {
      // Two bytes and three, in their shortest form, without a loop.
      const { bytes } = this
      const one = bytes[first] ?? 0
      const two = bytes[first + 1] ?? 0
      if (two < 0x80 && two > 0) {
        this.at = first + 2
        return (one & 0x7f) | (two << 7)
      }
      const three = bytes[first + 2] ?? 0
      if (two >= 0x80 && three < 0x80 && three > 0) {
        this.at = first + 3
        return (one & 0x7f) | ((two & 0x7f) << 7) | (three << 14)
      }
    }
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8()
      if (shift === 28 && byte > 0x0f) this.fail("integer too long or too large for u32", first)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        if (byte === 0 && shift > 0) this.tooLong(first)
        return value >>> 0
      }
    }
  }

  s32(): number {
    const first = this.at
    if (this.end - first >= 2) {
      const { bytes } = this
      const one = bytes[first] ?? 0
      const two = bytes[first + 1] ?? 0
      // Two bytes, unless the second only repeats the sign.
      if (one >= 0x80 && two < 0x80 && !isPadding(two, one)) {
        this.at = first + 2
        return (((one & 0x7f) | (two << 7)) << 18) >> 18
      }
    }
    let value = 0
    let previous = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8()
      if (shift === 28 && byte > 0x07 && (byte < 0x78 || byte > 0x7f))
        this.fail("integer too long or too large for s32", first)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        if (shift > 0 && isPadding(byte, previous)) this.tooLong(first)
        return shift < 28 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
      }
      previous = byte
    }
  }

  /** A type index or, below zero, the code of a type; codes have one byte and no other form. */
  s33(): number {
    const first = this.at
    const byte = this.u8()
    if (byte < 0x80) return byte < 0x40 ? byte : byte - 0x80
    let value = byte & 0x7f
    let previous = byte
    for (let factor = 0x80; ; factor *= 0x80) {
      const next = this.u8()
      if (factor === 0x10000000 && next > 0x0f) this.fail("type index too long or too large for s33", first)
      value += (next & 0x7f) * factor
      if (next < 0x80) {
        if ((next & 0x40) !== 0) this.fail("type code of more than one byte", first)
        if (isPadding(next, previous)) this.tooLong(first)
        return value
      }
      previous = next
    }
  }

  /** *Returns* a number that is exact up to 2^53; {@link u64At} reads the same integer exactly. */
  u64(): number {
    const first = this.at
    if (first < this.end) {
      const byte = this.bytes[first] ?? 0
      if (byte < 0x80) {
        this.at = first + 1
        return byte
      }
    }
    let value = 0
    let factor = 1
    for (let length = 1; ; length++) {
      const byte = this.u8()
      if (length === 10 && byte > 0x01) this.fail("integer too long or too large for u64", first)
      value += (byte & 0x7f) * factor
      factor *= 0x80
      if (byte < 0x80) {
        if (byte === 0 && length > 1) this.tooLong(first)
        return value
      }
    }
  }

  /** Passes over a signed 64-bit integer; {@link s64At} reads it. */
  skipS64(): void {
    const first = this.at
    let previous = 0
    for (let length = 1; ; length++) {
      const byte = this.u8()
      if (length === 10 && byte !== 0x00 && byte !== 0x7f)
        this.fail("integer too long or too large for s64", first)
      if (byte < 0x80) {
        if (length > 1 && isPadding(byte, previous)) this.tooLong(first)
        return
      }
      previous = byte
    }
  }

  /** Reads again, exactly, what {@link u64} passed over at that offset. */
  u64At(offset: number): bigint {
    return this.groupsAt(offset, false)
  }

  /** Reads again what {@link skipS64} passed over at that offset. */
  s64At(offset: number): bigint {
    return BigInt.asIntN(64, this.groupsAt(offset, true))
  }

  private groupsAt(offset: number, signed: boolean): bigint {
    let value = 0n
    for (let at = offset, shift = 0n; ; at++, shift += 7n) {
      const byte = this.bytes[at] ?? 0
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return signed && (byte & 0x40) !== 0 ? value - (1n << (shift + 7n)) : value
    }
  }
}

/** Eight million widths; past some hundred million an array takes the process down with it. */
const WIDTHS_MAX = 0x1000000

/** Whether a signed integer's last group only repeats the sign of the one before. */
const isPadding = (last: number, previous: number): boolean =>
  (last === 0x00 && (previous & 0x40) === 0) || (last === 0x7f && (previous & 0x40) !== 0)
