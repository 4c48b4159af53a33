import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  GRANULE_BITS,
  GRANULE_BYTES,
  WRITE_BEYOND_BYTES,
  WRITE_MAP_PAGES
} from "../../../../src/fuel/meter/writeMap.ts"
import { makeImage } from "../../../../src/runtime/worker/pool/MemoryImage.ts"

/** An image, held against a plain copy. */

const PAGE_BYTES = 65_536
const PAGES_MAX = 256

interface Patch {
  readonly at: number
  readonly length: number
  readonly byte: number
}

/** Bytes here and there, near the ends of pages and granules more often than not. */
const patch = (most: number): fc.Arbitrary<Patch> =>
  fc.record({
    at: fc.oneof(
      fc.nat(PAGES_MAX * PAGE_BYTES - 1),
      fc.nat(PAGES_MAX * 16).map((granule) => granule * GRANULE_BYTES),
      fc.nat(PAGES_MAX * 16).map((granule) => Math.max(0, granule * GRANULE_BYTES - 1)),
      fc.nat(300)
    ),
    length: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: most })),
    byte: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 255 }))
  })

const memoryOf = (pages: number) => new WebAssembly.Memory({ initial: pages, maximum: pages + 1 })
const bytesOf = ({ buffer }: WebAssembly.Memory) => new Uint8Array(buffer)

const put = (bytes: Uint8Array, { at, length, byte }: Patch): void => {
  const from = at % Math.max(1, bytes.length)
  bytes.fill(byte, from, from + length)
}

/** What the meter notes of a guest's store, which is of at most sixteen bytes, or of a bulk operation. */
const note = (map: WebAssembly.Memory, bytes: Uint8Array, { at, length }: Patch): void => {
  const from = at % Math.max(1, bytes.length)
  const end = Math.min(bytes.length, from + length)
  const last = length <= WRITE_BEYOND_BYTES ? from : end - 1
  bytesOf(map).fill(1, from >>> GRANULE_BITS, (last >>> GRANULE_BITS) + 1)
}

const some = (most: number) => fc.array(patch(most), { maxLength: 12 })
const sizes = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 5, max: PAGES_MAX }))

const image = (pages: number, initial: ReadonlyArray<Patch>, map?: WebAssembly.Memory) => {
  const memory = memoryOf(pages)
  const bytes = bytesOf(memory)
  for (const one of initial) put(bytes, one)
  return { memory, bytes, copy: bytes.slice(), image: makeImage(memory, map) }
}

const isSame = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

describe("the image of a memory", () => {
  it("puts back every byte, whatever was there and whatever was written", () => {
    fc.assert(
      fc.property(
        sizes,
        some(200_000),
        fc.array(some(200_000), { maxLength: 3 }),
        (pages, initial, rounds) => {
          const { bytes, copy, image: made } = image(pages, initial)
          for (const round of rounds) {
            for (const one of round) put(bytes, one)
            made.restore()
            expect(isSame(bytes, copy)).toBe(true)
            expect(made.differsAt()).toBeUndefined()
          }
        }
      ),
      { numRuns: 60 }
    )
  })

  it("puts back every byte that is noted, by the meter or by the host", () => {
    const map = new WebAssembly.Memory({ initial: WRITE_MAP_PAGES, maximum: WRITE_MAP_PAGES })
    const written = fc.array(fc.tuple(patch(200_000), fc.boolean()), { maxLength: 12 })
    fc.assert(
      fc.property(sizes, some(200_000), fc.array(written, { maxLength: 3 }), (pages, initial, rounds) => {
        // Notes of before the image was taken mean nothing.
        bytesOf(map).fill(1)
        const { bytes, copy, image: made } = image(pages, initial, map)
        for (const round of rounds) {
          for (const [one, byHost] of bytes.length === 0 ? [] : round) {
            put(bytes, one)
            const from = one.at % bytes.length
            if (byHost) made.noteWrite(from, Math.min(one.length, bytes.length - from))
            else note(map, bytes, one)
          }
          made.restore()
          expect(isSame(bytes, copy)).toBe(true)
          expect(
            bytesOf(map)
              .subarray(0, bytes.length / GRANULE_BYTES)
              .some((mark) => mark !== 0)
          ).toBe(false)
        }
      }),
      { numRuns: 60 }
    )
  })

  it("tells the first byte that differs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), some(50_000), some(50_000), (pages, initial, later) => {
        const { bytes, copy, image: made } = image(pages, initial)
        for (const one of later) put(bytes, one)
        const first = bytes.findIndex((byte, i) => byte !== copy[i])
        expect(made.differsAt()).toBe(first < 0 ? undefined : first)
      }),
      { numRuns: 40 }
    )
  })

  it("touches nothing that was not noted", () => {
    const map = new WebAssembly.Memory({ initial: WRITE_MAP_PAGES, maximum: WRITE_MAP_PAGES })
    const { bytes, image: made } = image(4, [], map)
    bytes[3 * GRANULE_BYTES] = 1
    bytes[9 * GRANULE_BYTES - 1] = 1
    made.noteWrite(9 * GRANULE_BYTES - 1, 1)
    made.noteWrite(3 * GRANULE_BYTES, 0)
    made.restore()
    expect([bytes[3 * GRANULE_BYTES], bytes[9 * GRANULE_BYTES - 1]]).toEqual([1, 0])
    expect(made.differsAt()).toBe(3 * GRANULE_BYTES)
  })

  it("is of no use when the memory has grown, by nothing even", () => {
    for (const pages of [0, 1]) {
      const { memory, image: made } = image(2, [])
      expect(made.hasGrown).toBe(false)
      memory.grow(pages)
      expect(made.hasGrown).toBe(true)
    }
  })

  it("clears all of it", () => {
    const { bytes, image: made } = image(3, [{ at: 100, length: 150_000, byte: 7 }])
    made.clear()
    expect(bytes.some((byte) => byte !== 0)).toBe(false)
  })
})
