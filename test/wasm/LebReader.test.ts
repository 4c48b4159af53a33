import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { LebReader } from "../../src/wasm/LebReader.ts"
import { lengthOfU32, Writer } from "../../src/wasm/Writer.ts"

const u32 = fc.nat({ max: 0xffffffff })
const s32 = fc.integer()
const s33 = fc.oneof(fc.nat({ max: 0xffffffff }), fc.integer({ min: -64, max: -1 }))
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const s64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

/** Writes one integer, read back by a reader that keeps widths. */
const written = (write: (writer: Writer) => void, width?: number) => {
  const writer = new Writer()
  writer.useWidths(width === undefined ? undefined : [0, width])
  write(writer)
  const reader = new LebReader(writer.bytes())
  reader.keepWidths()
  return reader
}

/** The law for one type of integer: shortest or padded, it is read as what was written, to its last byte. */
const readsBack = <A>(
  values: fc.Arbitrary<A>,
  widthMax: number,
  write: (writer: Writer, value: A) => void,
  read: (reader: LebReader) => A
) =>
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 12 }), (value, width) => {
      const shortest = written((writer) => write(writer, value))
      expect(read(shortest)).toBe(value)
      expect(shortest.at).toBe(shortest.bytes.length)
      expect(shortest.takeWidths()).toBe(undefined)
      const padded = written((writer) => write(writer, value), width)
      expect(read(padded)).toBe(value)
      expect(padded.at).toBe(padded.bytes.length)
      const expected = Math.max(Math.min(width, widthMax), shortest.bytes.length)
      expect(padded.bytes.length).toBe(expected)
      expect(padded.takeWidths()).toEqual(expected > shortest.bytes.length ? [0, expected] : undefined)
    })
  )

describe("integers", () => {
  it("of 32 bits are read as what was written, at any width", () => {
    readsBack(
      u32,
      5,
      (writer, value) => writer.u32(value),
      (reader) => reader.u32()
    )
    readsBack(
      s32,
      5,
      (writer, value) => writer.s32(value),
      (reader) => reader.s32()
    )
  })

  it("of 64 bits are read as what was written, at any width", () => {
    readsBack(
      u64,
      10,
      (writer, value) => writer.u64(value),
      (reader) => {
        const at = reader.at
        reader.u64()
        return reader.u64At(at)
      }
    )
    readsBack(
      s64,
      10,
      (writer, value) => writer.s64(value),
      (reader) => {
        const at = reader.at
        reader.skipS64()
        return reader.s64At(at)
      }
    )
  })

  it("that are type indices are read as what was written, at any width", () => {
    readsBack(
      s33.filter((value) => value >= 0),
      5,
      (writer, value) => writer.s33(value),
      (reader) => reader.s33()
    )
  })

  it("that are type codes have one byte, whatever width is asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: -64, max: -1 }), (code) => {
        const reader = written((writer) => writer.s33(code), 5)
        expect(reader.s33()).toBe(code)
        expect(reader.bytes.length).toBe(1)
      })
    )
  })

  it("need as many bytes as lengthOfU32 says", () => {
    fc.assert(
      fc.property(u32, (value) => {
        expect(written((writer) => writer.u32(value)).bytes.length).toBe(lengthOfU32(value))
      })
    )
  })
})
