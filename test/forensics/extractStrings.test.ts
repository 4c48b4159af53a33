import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type ExtractOptions, extractStrings } from "../../src/forensics/extractStrings.ts"
import { answer, complaint } from "./answers.ts"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const utf16 = (text: string): Uint8Array =>
  Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]))
const texts = (memory: Uint8Array, options?: ExtractOptions): ReadonlyArray<string> =>
  answer(extractStrings(memory, options)).strings.map(({ offset, text }) => `${offset} ${text}`)

describe("extracting strings", () => {
  it("finds runs of at least four characters with their offsets", () => {
    expect(texts(utf8("\0\0four\0abc\x01\tfive!\x7f\0end."))).toEqual(["2 four", "11 \tfive!", "19 end."])
  })

  it("counts characters and not bytes, and takes only ASCII when told", () => {
    const memory = utf8("\0größe\0日本\0")
    expect(texts(memory)).toEqual(["1 größe"])
    expect(texts(memory, { charsMin: 2 })).toEqual(["1 größe", "9 日本"])
    expect(texts(memory, { charsMin: 2, encoding: "ascii" })).toEqual(["1 gr"])
  })

  it("ends a string at bytes that are not shortest-form UTF-8, surrogates and controls", () => {
    for (const bytes of [
      [0xc0, 0xaf],
      [0xed, 0xa0, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xc2, 0x85],
      [0xe2, 0x82]
    ]) {
      expect(texts(Uint8Array.from([...utf8("abcd"), ...bytes, ...utf8("efgh")]))).toEqual([
        "0 abcd",
        `${4 + bytes.length} efgh`
      ])
    }
  })

  it("finds UTF-16 at both alignments", () => {
    const memory = Uint8Array.from([...utf16("even"), 255, 255, 255, ...utf16("Größe"), 255])
    expect(texts(memory, { encoding: "utf16le" })).toEqual(["0 even", "11 Größe"])
  })

  it("stays inside its range", () => {
    expect(texts(utf8("0123456789"), { start: 2, end: 7 })).toEqual(["2 23456"])
    expect(complaint(extractStrings(utf8("0123"), { end: 5 }))).toBe("end: expected 0..4, got 5")
  })

  it("stops at its bounds, on strings and on each string's length, and says so", () => {
    const memory = utf8("aaaa\0bbbb\0cccc")
    expect(answer(extractStrings(memory, { stringsMax: 2 })).more).toBe(true)
    expect(answer(extractStrings(memory, { stringsMax: 3 })).more).toBe(false)
    expect(answer(extractStrings(utf8("x".repeat(300)))).strings).toEqual([
      { offset: 0, byteLength: 300, chars: 300, text: "x".repeat(256) }
    ])
    expect(complaint(extractStrings(memory, { charsMin: 0 }))).toBe("charsMin: expected 1..65536, got 0")
    expect(complaint(extractStrings(memory, { stringsMax: 100_001 }))).toContain(
      "expected 1..100000, got 100001"
    )
  })

  it("finds in ASCII what a regular expression finds", () => {
    const bytes = fc.array(fc.constantFrom(0, 9, 31, 32, 65, 126, 127, 200), { maxLength: 60 })
    fc.assert(
      fc.property(bytes, (bytes) => {
        const runs = String.fromCharCode(...bytes).matchAll(/[\t\x20-\x7e]{4,}/g)
        expect(texts(Uint8Array.from(bytes), { encoding: "ascii" })).toEqual(
          [...runs].map((run) => `${run.index} ${run[0]}`)
        )
      }),
      { numRuns: 1000 }
    )
  })
})
