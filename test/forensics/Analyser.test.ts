import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { analyse, analyserOf } from "../../src/forensics/Analyser.ts"
import { Missing } from "../../src/outcome/Missing.ts"
import { answer, complaint } from "./answers.ts"
import { sampleForensics } from "./sampleForensics.ts"

const memory = answer(analyse(sampleForensics))

describe("the analyser of a dump", () => {
  it("looks at the first memory unless told which", () => {
    expect(memory.byteLength).toBe(131_072)
    expect(answer(memory.number("u32", 0x1_0010))).toBe(0xdead_beef)
  })

  it("says why there is nothing to look at", () => {
    expect(complaint(analyse(sampleForensics, 1))).toBe("missing: over the policy's bound")
    const none = { memories: new Missing("worker died before capture") }
    expect(complaint(analyse(none))).toBe("missing: worker died before capture")
  })

  it("names the memories there are when asked for another", () => {
    expect(complaint(analyse(sampleForensics, 2))).toBe("memory index: expected one of 0, 1, got 2")
    expect(complaint(analyse({ memories: [] }))).toBe("memory index: expected a guest with a memory, got 0")
  })
})

describe("numbers and bytes", () => {
  const bytes = analyserOf(Uint8Array.of(0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0x80, 0x3f))

  it("are read little-endian, in every width and sign", () => {
    const all = [
      bytes.number("u8", 0),
      bytes.number("i8", 0),
      bytes.number("u16", 0),
      bytes.number("i16", 0),
      bytes.number("u32", 0),
      bytes.number("i32", 0),
      bytes.number("u64", 0),
      bytes.number("i64", 0),
      bytes.number("f32", 8)
    ].map((result) => answer<number | bigint>(result))
    expect(all).toEqual([
      255,
      -1,
      0xfeff,
      -257,
      0xffff_feff,
      -257,
      0x7fff_ffff_ffff_feffn,
      0x7fff_ffff_ffff_feffn,
      1
    ])
    expect(answer(analyserOf(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0xbf)).number("f64", 0))).toBe(-1.5)
  })

  it("are read up to the last byte and not past it", () => {
    expect(answer(bytes.number("u32", 8))).toBe(0x3f80_0000)
    expect(complaint(bytes.number("u32", 9))).toBe("length: expected 0..3, got 4")
    expect(complaint(bytes.number("u8", 13))).toBe("offset: expected 0..12, got 13")
    expect(complaint(bytes.number("u8", -1))).toBe("offset: expected 0..12, got -1")
    expect(complaint(bytes.number("u8", 0.5))).toBe("offset: expected 0..12, got 0.5")
  })

  it("come as a copy when they are bytes", () => {
    const copy = answer(memory.bytes(0x400, 7))
    copy.fill(0)
    expect(new TextDecoder().decode(answer(memory.bytes(0x400, 7)))).toBe("request")
    expect(complaint(memory.bytes(131_072, 1))).toBe("length: expected 0..0, got 1")
    expect(answer(memory.bytes(131_072, 0)).byteLength).toBe(0)
  })
})

describe("a hex dump", () => {
  it("shows the offset, sixteen bytes and their characters", () => {
    expect(answer(memory.hex(0x400, 32))).toMatchInlineSnapshot(`
      [
        "00000400  72 65 71 75 65 73 74 20  34 32 20 6f 66 20 74 65  |request 42 of te|",
        "00000410  6e 61 6e 74 20 62 6c 75  65 00 00 00 00 00 00 00  |nant blue.......|",
      ]
    `)
    expect(answer(memory.hex(0x1_000e, 5))).toMatchInlineSnapshot(`
      [
        "0001000e  00 00 ef be ad                                    |.....|",
      ]
    `)
  })

  it("is refused past the memory and past its own bound", () => {
    expect(complaint(memory.hex(131_072 - 16, 17))).toBe("length: expected 0..16, got 17")
    const large = analyserOf(new Uint8Array(2 ** 20 + 1))
    expect(complaint(large.hex(0, 2 ** 20))).toBe("it was answered")
    expect(complaint(large.hex(0, 2 ** 20 + 1))).toBe("length: expected 0..1048576, got 1048577")
  })
})

describe("statistics", () => {
  it("tell how full a memory is and where it is empty", () => {
    const { histogram, entropyBits, ...rest } = answer(memory.statistics())
    expect(rest).toEqual({
      byteLength: 131_072,
      zeroBytes: 131_072 - 30,
      pages: 2,
      nonZeroPages: 2,
      firstNonZero: 0x400,
      lastNonZero: 0x1_0014,
      longestZeroRun: { offset: 0x1_0015, byteLength: 131_072 - 0x1_0015 },
      textBytes: 25,
      distinctBytes: 21
    })
    expect(histogram.reduce((a, b) => a + b)).toBe(131_072)
    expect(entropyBits).toBeLessThan(0.01)
  })

  it("give eight bits to a memory of all byte values, none to one value, and survive an empty one", () => {
    const even = analyserOf(Uint8Array.from({ length: 4096 }, (_, i) => i & 255))
    expect(answer(even.statistics()).entropyBits).toBeCloseTo(8, 10)
    expect(answer(analyserOf(new Uint8Array(99).fill(7)).statistics()).entropyBits).toBe(0)
    const empty = answer(analyserOf(new Uint8Array(0)).statistics())
    expect([empty.entropyBits, empty.longestZeroRun, empty.firstNonZero]).toEqual([0, undefined, undefined])
  })

  it("agree with counting, for any bytes and any range", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 3, maxLength: 60 }), fc.nat(60), fc.nat(60), (bytes, a, b) => {
        const end = Math.min(bytes.length, Math.max(a, b))
        const start = Math.min(a, b, end)
        const told = answer(analyserOf(bytes).statistics({ start, end }))
        const looked = [...bytes.subarray(start, end)]
        expect(told.zeroBytes).toBe(looked.filter((byte) => byte === 0).length)
        const runs = looked.join("").match(/0+/g) ?? []
        expect(told.longestZeroRun?.byteLength ?? 0).toBe(Math.max(0, ...runs.map((run) => run.length)))
      })
    )
  })
})
