import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BadWire, pack, unpack } from "../../../src/runtime/worker/wire.ts"

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "binary" }),
    fc.boolean(),
    fc.constant(null),
    fc.double(),
    fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n }),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== "$"),
      tie("value"),
      { maxKeys: 4, noNullPrototype: false }
    )
  )
})).value

/** Of everything in it. */
const prototypesOf = (one: unknown): ReadonlyArray<unknown> =>
  typeof one !== "object" || one === null || ArrayBuffer.isView(one)
    ? []
    : Array.isArray(one)
      ? one.flatMap(prototypesOf)
      : [Object.getPrototypeOf(one), ...Object.values(one).flatMap(prototypesOf)]

describe("what is packed and unpacked", () => {
  it("is the same value, and its objects inherit nothing", () => {
    fc.assert(
      fc.property(value, (given) => {
        const frame = pack(given)
        if (frame instanceof BadWire) return expect(frame.what).toBe("")
        const got = unpack(frame)
        expect(got).toEqual(given)
        expect(prototypesOf(got).every((prototype) => prototype === null)).toBe(true)
      })
    )
  })
})

describe("a text that anybody may have written", () => {
  it("gives an object without a prototype or a reason, and changes no prototype", () => {
    const got = unpack({ text: `{"__proto__":{"polluted":1},"constructor":{"$":"u"}}`, parts: [] })
    expect(Object.getPrototypeOf(got)).toBe(null)
    expect(Object.hasOwn(Object(got), "__proto__")).toBe(true)
    expect("polluted" in {}).toBe(false)
  })

  it.each([
    ["lists within lists", "[".repeat(18) + "]".repeat(18), /nested deeper than 16/],
    ["a part that is not there", `{"$":1,"v":0}`, /no such part: 0/],
    ["a part by a name", `{"$":1,"v":"length"}`, /no such part: length/],
    ["a kind that there is not", `{"$":"toString"}`, /no such part/],
    ["a number of a thousand digits", `{"$":"n","v":"${"9".repeat(1_000)}"}`, /no such part/]
  ])("is refused with a reason: %s", (_, text, reason) => {
    const got = unpack({ text, parts: [] })
    expect(got instanceof BadWire ? got.what : got).toMatch(reason)
  })
})
