import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { placeSegments } from "../../src/snapshot/placeSegments.ts"

/** Passive segments are letters, active ones numbers, and an emptied one is 0. */
const place = (old: ReadonlyArray<string | number>, made: ReadonlyArray<number>, indexUsedMax = -1) =>
  placeSegments<string | number>(
    old,
    (one) => typeof one === "number",
    () => 0,
    made,
    indexUsedMax
  )

describe("placed segments", () => {
  it("take the places of the active ones, in their order", () => {
    expect(place([1, "a", 2, 3], [7, 8, 9, 10])).toEqual([7, "a", 8, 9, 10])
    expect(place([1, "a", 2], [])).toEqual([0, "a"])
    expect(place([1, 2, 3], [7], 1)).toEqual([7, 0])
    expect(place([1, 2, 3], [])).toEqual([])
  })

  it("leave every passive one at its index, and every index that is used in place", () => {
    const segment = fc.oneof(fc.constant("a"), fc.constant(1))
    const laws = fc.property(
      fc.array(segment, { maxLength: 9 }),
      fc.array(fc.integer({ min: 2, max: 9 }), { maxLength: 9 }),
      fc.nat(8),
      (old, made, used) => {
        const indexUsedMax = Math.min(used, old.length - 1)
        const placed = place(old, made, indexUsedMax)
        old.forEach((one, i) => {
          if (typeof one === "string") expect(placed[i]).toBe(one)
        })
        expect(placed.length).toBeGreaterThan(indexUsedMax)
        expect(placed.filter((one) => typeof one === "number" && one > 0)).toEqual(made)
      }
    )
    fc.assert(laws)
  })
})
