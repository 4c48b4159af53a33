import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { findRuns, GAP_BYTES_MAX } from "../../src/snapshot/findRuns.ts"

const image = fc
  .array(fc.record({ at: fc.nat(999), length: fc.integer({ min: 1, max: 30 }), byte: fc.nat(255) }), {
    maxLength: 30
  })
  .map((writes) => {
    const bytes = new Uint8Array(1_000)
    for (const { at, length, byte } of writes) bytes.fill(byte, at, at + length)
    return bytes
  })

describe("the runs of memories", () => {
  it("hold every byte that is not zero, begin and end with one, and are far from each other", () => {
    fc.assert(
      fc.property(fc.array(image, { maxLength: 3 }), fc.integer({ min: 1, max: 12 }), (images, runsMax) => {
        const runs = findRuns(images, runsMax)
        const rebuilt = images.map((bytes) => new Uint8Array(bytes.length))
        for (const [i, { memoryIndex, start, end }] of runs.entries()) {
          const bytes = images[memoryIndex]?.subarray(start, end) ?? new Uint8Array()
          expect(bytes.at(0)).not.toBe(0)
          expect(bytes.at(-1)).not.toBe(0)
          rebuilt[memoryIndex]?.set(bytes, start)
          const next = runs[i + 1]
          if (next?.memoryIndex === memoryIndex) expect(next.start - end).toBeGreaterThan(GAP_BYTES_MAX)
        }
        expect(rebuilt).toEqual(images)
        expect(runs.length).toBeLessThanOrEqual(Math.max(runsMax, images.length))
      })
    )
  })

  it("are as many as may be, also where all gaps are of one length", () => {
    const bytes = new Uint8Array(1_000).map((_, at) => (at % 50 === 0 ? 1 : 0))
    const runs = findRuns([bytes], 7)
    expect(runs).toHaveLength(7)
    expect(runs[0]).toEqual({ memoryIndex: 0, start: 0, end: 651 })
  })

  it("are found wherever the bytes stand in their buffer", () => {
    fc.assert(
      fc.property(image, fc.nat(3), (bytes, by) => {
        const moved = new Uint8Array(bytes.length + 4).subarray(by, by + bytes.length)
        moved.set(bytes)
        expect(findRuns([moved], 1_000)).toEqual(findRuns([bytes], 1_000))
      })
    )
  })
})
