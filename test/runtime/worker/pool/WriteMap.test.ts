import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GRANULE_BYTES, WRITE_BEYOND_BYTES, WRITE_MAP_PAGES } from "../../../../src/fuel/meter/writeMap.ts"
import { WriteMap } from "../../../../src/runtime/worker/pool/WriteMap.ts"

const memory = new WebAssembly.Memory({ initial: WRITE_MAP_PAGES, maximum: WRITE_MAP_PAGES })
const PAGE_BYTES = 65_536

const taken = (map: WriteMap): ReadonlyArray<readonly [number, number]> => {
  const ranges: Array<readonly [number, number]> = []
  map.take((start, end) => void ranges.push([start, end]))
  return ranges
}

describe("the map of writes", () => {
  it("tells of every byte that was marked, and of little else, once", () => {
    const writes = fc.array(
      fc.record({ at: fc.nat(16 * PAGE_BYTES - 1), length: fc.oneof(fc.nat(20), fc.nat(100_000)) }),
      { maxLength: 8 }
    )
    fc.assert(
      fc.property(writes, (all) => {
        const map = new WriteMap(memory, 16 * PAGE_BYTES)
        taken(map)
        const marked = new Set<number>()
        for (const { at, length } of all) {
          const end = Math.min(at + length, 16 * PAGE_BYTES)
          map.mark(at, end - at)
          for (let byte = at; byte < end; byte += 1) marked.add(Math.floor(byte / GRANULE_BYTES))
        }
        const granules = [...marked].toSorted((a, b) => a - b)
        expect(taken(map)).toEqual(
          granules.map((granule) => [
            granule * GRANULE_BYTES,
            (granule + 1) * GRANULE_BYTES + WRITE_BEYOND_BYTES
          ])
        )
        expect(taken(map)).toEqual([])
      }),
      { numRuns: 50 }
    )
  })

  it("knows the last granule of the memory, and none beyond it", () => {
    const map = new WriteMap(memory, PAGE_BYTES)
    new Uint8Array(memory.buffer).fill(0)
    new Uint8Array(memory.buffer)[15] = 1
    new Uint8Array(memory.buffer)[16] = 1
    expect(taken(map).map(([start]) => start)).toEqual([15 * GRANULE_BYTES])
    new Uint8Array(memory.buffer)[16] = 0
  })

  it("is empty for a memory without a page", () => {
    new Uint8Array(memory.buffer).fill(1)
    expect(taken(new WriteMap(memory, 0))).toEqual([])
    new Uint8Array(memory.buffer).fill(0)
  })
})
