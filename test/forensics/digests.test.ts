import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { argumentsDigest, moduleHash } from "../../src/forensics/digests.ts"

describe("digests", () => {
  it("are what sha256sum says", () => {
    expect(moduleHash(new TextEncoder().encode("abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    // printf 'i32 20\n' | sha256sum
    expect(argumentsDigest([{ type: "i32", value: "20" }])).toMatchInlineSnapshot(
      `"6fda6cd1ded1e0630743d59e3db6a4bd66139005fe29f0c6463dcb44d68f265b"`
    )
    expect(argumentsDigest([])).toBe(moduleHash(new Uint8Array(0)))
  })

  it("differ for different arguments, however their text is cut", () => {
    const argument = fc.record({
      type: fc.constantFrom("i32", "a b"),
      value: fc.string({ unit: fc.constantFrom(" ", "\n", "\\", "n", "s", "i"), maxLength: 4 })
    })
    const args = fc.array(argument, { maxLength: 3 })
    fc.assert(
      fc.property(args, args, (a, b) => {
        expect(argumentsDigest(a) === argumentsDigest(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
      { numRuns: 3000 }
    )
  })
})
