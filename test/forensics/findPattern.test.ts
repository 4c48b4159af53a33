import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type FindOptions,
  findPattern,
  PATTERN_BYTES_MAX,
  parseHexPattern
} from "../../src/forensics/findPattern.ts"
import { answer, complaint } from "./answers.ts"

const slowly = (
  memory: Uint8Array,
  pattern: Uint8Array,
  start: number,
  end: number
): ReadonlyArray<number> => {
  const offsets: Array<number> = []
  for (let at = start; at + pattern.length <= end; at++) {
    if (pattern.every((byte, i) => memory[at + i] === byte)) offsets.push(at)
  }
  return offsets
}

/** Few byte values, so that patterns occur, overlap and almost occur. */
const cases = fc.tuple(
  fc.uint8Array({ max: 2, maxLength: 60 }),
  fc.uint8Array({ max: 2, minLength: 1, maxLength: 6 }),
  fc.nat(60),
  fc.nat(60)
)

const law = (find: typeof findPattern) =>
  fc.property(cases, ([memory, pattern, a, b]) => {
    const end = Math.min(memory.length, Math.max(a, b))
    const start = Math.min(a, b, end)
    expect(answer(find(memory, pattern, { start, end })).offsets).toEqual(slowly(memory, pattern, start, end))
  })

describe("finding a pattern", () => {
  it("finds what comparing at every offset finds, overlapping matches included", () => {
    fc.assert(law(findPattern), { numRuns: 2000 })
  })

  it("would be caught if it forgot overlapping matches", () => {
    const forgetful: typeof findPattern = (memory, pattern, options?: FindOptions) => {
      const found = findPattern(memory, pattern, options)
      if (found._tag === "Success") {
        let next = 0
        const offsets = found.success.offsets.filter((at) => {
          if (at < next) return false
          next = at + pattern.length
          return true
        })
        Object.assign(found.success, { offsets })
      }
      return found
    }
    expect(fc.check(law(forgetful), { numRuns: 2000, seed: 1, endOnFailure: true }).failed).toBe(true)
  })

  it("stops at its bound and says that there is more", () => {
    const memory = new Uint8Array(10).fill(1)
    const one = Uint8Array.of(1)
    expect(answer(findPattern(memory, one, { offsetsMax: 9 }))).toMatchObject({ more: true })
    expect(answer(findPattern(memory, one, { offsetsMax: 10 }))).toMatchObject({ more: false })
    expect(answer(findPattern(memory, one, { offsetsMax: 9 })).offsets).toHaveLength(9)
  })

  it("refuses an empty pattern, one too long and a range outside the memory", () => {
    const memory = new Uint8Array(10)
    expect(complaint(findPattern(memory, new Uint8Array(0)))).toBe("pattern length: expected 1..65536, got 0")
    expect(complaint(findPattern(memory, new Uint8Array(PATTERN_BYTES_MAX)))).toBe("it was answered")
    expect(complaint(findPattern(memory, new Uint8Array(PATTERN_BYTES_MAX + 1)))).toContain("got 65537")
    expect(complaint(findPattern(memory, memory, { end: 11 }))).toBe("end: expected 0..10, got 11")
    expect(complaint(findPattern(memory, memory, { start: 5, end: 4 }))).toBe("start: expected 0..4, got 5")
    expect(complaint(findPattern(memory, memory, { offsetsMax: 0 }))).toBe(
      "offsetsMax: expected 1..1000000, got 0"
    )
  })

  it("reads its pattern from hexadecimal digits and refuses anything else", () => {
    expect(answer(parseHexPattern("0xDEAD be ef"))).toEqual(Uint8Array.of(0xde, 0xad, 0xbe, 0xef))
    for (const wrong of ["", "0x", "abc", "zz", "0x0x12"]) {
      expect(complaint(parseHexPattern(wrong))).toContain("pattern: expected pairs of hexadecimal digits")
    }
  })
})
