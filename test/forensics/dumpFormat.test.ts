import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import { deflateSync } from "fflate"
import { describe, expect } from "vitest"
import { BadDump, describeBadDump } from "../../src/forensics/BadDump.ts"
import type { Dump } from "../../src/forensics/Dump.ts"
import { decodeDump } from "../../src/forensics/decodeDump.ts"
import { sha256Hex } from "../../src/forensics/digests.ts"
import { encodeDump, sectionDigest } from "../../src/forensics/encodeDump.ts"
import type { Forensics } from "../../src/outcome/Crash.ts"
import { CRASH_TAGS } from "../../src/outcome/CrashReason.ts"
import { Missing } from "../../src/outcome/Missing.ts"
import { arbitraryForensics, arbitraryReason } from "./arbitraryForensics.ts"
import { sampleForensics } from "./sampleForensics.ts"

const decode = (bytes: Uint8Array, bytesMax?: number): Result.Result<Dump, BadDump> =>
  Effect.runSync(Effect.result(decodeDump(bytes, bytesMax === undefined ? {} : { bytesMax })))

const opened = (bytes: Uint8Array): Forensics => {
  const dump = Result.getOrThrowWith(decode(bytes), (bad) => new Error(describeBadDump(bad)))
  const { formatVersion: _version, skipped: _skipped, ...forensics } = dump
  return forensics
}

const complaint = (bytes: Uint8Array, bytesMax?: number): string => {
  const result = decode(bytes, bytesMax)
  return Result.isFailure(result) ? describeBadDump(result.failure) : "it opened"
}

const roundTripLaw = (open: (bytes: Uint8Array) => Forensics) =>
  fc.property(arbitraryForensics, (forensics) => {
    expect(open(encodeDump(forensics))).toStrictEqual(forensics)
  })

describe("the law of the dump", () => {
  it("says that decoding what was encoded is the identity", () => {
    fc.assert(roundTripLaw(opened), { numRuns: 200 })
  }, 60_000)

  it("is broken by a decoder that forgets how many answers were dropped", () => {
    const forgetful = (bytes: Uint8Array): Forensics => {
      const forensics = opened(bytes)
      return { ...forensics, journal: { ...forensics.journal, dropped: 0 } }
    }
    expect(fc.check(roundTripLaw(forgetful), { endOnFailure: true }).failed).toBe(true)
  })

  it("is broken by a decoder that takes missing memories for none", () => {
    const forgetful = (bytes: Uint8Array): Forensics => {
      const forensics = opened(bytes)
      return { ...forensics, memories: forensics.memories instanceof Missing ? [] : forensics.memories }
    }
    expect(fc.check(roundTripLaw(forgetful), { endOnFailure: true }).failed).toBe(true)
  })

  it("gives the same bytes for equal forensics, whatever the order of the versions' keys", () => {
    const one = encodeDump({ ...sampleForensics, versions: { v8: "1", node: "2" } })
    const other = encodeDump({ ...sampleForensics, versions: { node: "2", v8: "1" } })
    expect(one).toEqual(other)
  })

  it("covers every tag that a crash can have", () => {
    const tags = new Set(fc.sample(arbitraryReason, { numRuns: 500, seed: 1 }).map((reason) => reason._tag))
    expect([...tags].sort()).toEqual([...CRASH_TAGS].sort())
  })

  it("accepts what crossed a thread and lost its classes", () => {
    const plain: Forensics = structuredClone({ ...sampleForensics, stack: new Missing("no stack") })
    expect(plain.stack).not.toBeInstanceOf(Missing)
    expect(opened(encodeDump(plain))).toStrictEqual({ ...sampleForensics, stack: new Missing("no stack") })
  })

  it("keeps a key named __proto__ as a key", () => {
    const versions = Object.fromEntries([["__proto__", "x"]])
    expect(Object.keys(opened(encodeDump({ ...sampleForensics, versions })).versions)).toEqual(["__proto__"])
  })
})

describe("the format", () => {
  it("has the bytes that it had: a change of them is a new version or a new section", () => {
    const file = encodeDump({ ...sampleForensics, memories: new Missing("not here: deflate may change") })
    const hex = (start: number, end: number) => Buffer.from(file.subarray(start, end)).toString("hex")
    expect(hex(0, 8)).toBe("4d4e544e03000100")
    const fuel = contentsOf(file, 3)
    // 100000, 1234, 98766, `bound` and why.
    expect(hex(fuel.start, fuel.start + 25)).toBe(
      "00000000006af840" + "0000000000489340" + "00000000e01cf840" + "01"
    )
    expect(hex(fuel.start + 25, fuel.end)).toBe(
      `01${"18000000"}${Buffer.from("the journal is not whole").toString("hex")}`
    )
    expect(sha256Hex(file)).toMatchInlineSnapshot(
      `"08a1fc5e259eca29abb398285af38ec8bc9cd1e78c7751d6e81be14b446ca8b2"`
    )
  })
})

describe("a hostile dump", () => {
  const file = encodeDump(sampleForensics)

  it("is refused at every length short of its own, with an offset inside the file", () => {
    for (let length = 0; length < file.byteLength; length++) {
      const result = decode(file.subarray(0, length))
      expect(Result.isFailure(result) && result.failure instanceof BadDump).toBe(true)
      if (Result.isFailure(result)) expect(result.failure.offset).toBeLessThanOrEqual(length)
    }
  })

  it("is refused when any one bit is flipped", () => {
    fc.assert(
      fc.property(fc.nat(file.byteLength - 1), fc.nat(7), (at, bit) => {
        expect(Result.isFailure(decode(flip(file, at, 1 << bit)))).toBe(true)
      }),
      { numRuns: 2000 }
    )
  })

  it("is a BadDump or a Dump, never a defect, when its sections are damaged and sealed again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(file.byteLength - 1), byte: fc.nat(255) }), {
          minLength: 1,
          maxLength: 6
        }),
        (damages) => {
          const bytes = file.slice()
          for (const { at, byte } of damages) if (!inHeader(file, at)) bytes[at] = byte
          const result = decode(reseal(bytes), 1 << 24)
          if (Result.isFailure(result)) expect(result.failure).toBeInstanceOf(BadDump)
        }
      ),
      { numRuns: 3000 }
    )
  })

  it("is a BadDump or a Dump when it is any bytes after the magic", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const result = decode(Uint8Array.of(0x4d, 0x4e, 0x54, 0x4e, 3, 0, ...bytes))
        expect(Result.isFailure(result) && result.failure instanceof BadDump).toBe(true)
      })
    )
  })

  it("that is no dump says what was there instead", () => {
    expect(complaint(new Uint8Array(0))).toBe("not a readable dump, at 0: magic: expected 4 bytes, got 0")
    expect(complaint(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))).toBe(
      "not a readable dump, at 0: magic: expected 4d4e544e, got 0061736d"
    )
    expect(complaint(flip(file, 4, 3))).toBe("not a readable dump, at 4: version: expected 3, got 0")
  })

  it("that claims a section longer than the file allocates nothing for it", () => {
    const bytes = file.slice()
    new DataView(bytes.buffer).setBigUint64(16, 2n ** 53n - 1n, true)
    expect(complaint(bytes)).toMatch(
      /^not a readable dump, at 24: section 1: expected 9007199254740991 bytes, got \d+$/
    )
    new DataView(bytes.buffer).setBigUint64(16, 2n ** 64n - 1n, true)
    expect(complaint(bytes)).toMatch(
      /at 16: section 1 length: expected at most 9007199254740991, got 18446744073709551615$/
    )
  })

  it("that claims more entries than could be there is told so before they are read", () => {
    const lifecycle = contentsOf(file, 4)
    const bytes = file.slice()
    new DataView(bytes.buffer).setUint32(lifecycle.start, 0xffff_ffff, true)
    expect(complaint(reseal(bytes))).toMatch(
      /lifecycle.lifecycle: expected at most \d+ entries .*, got 4294967295$/
    )
  })

  it("that holds a section twice, or lacks one, is refused", () => {
    const fuel = contentsOf(file, 3)
    const section = file.subarray(fuel.start - 18, fuel.end)
    expect(complaint(Uint8Array.from([...file, ...section]))).toContain("section 3: expected once, got twice")
    const without = Uint8Array.from([...file.subarray(0, fuel.start - 18), ...file.subarray(fuel.end)])
    expect(complaint(without)).toContain("section 3 (fuel) is not there")
  })

  it("whose text is not UTF-8, or whose word does not exist, is refused", () => {
    const identity = contentsOf(file, 1)
    expect(complaint(reseal(set(file, identity.start + 4, 0xff)))).toContain("functionName: expected UTF-8")
    expect(complaint(reseal(set(file, contentsOf(file, 2).start, 9)))).toContain(
      "reason.reason tag: expected 0..8, got 9"
    )
  })

  it("may hold sections of a later writer, which are skipped and reported", () => {
    const contents = Uint8Array.of(1, 2, 3)
    const header = new Uint8Array(18)
    header.set([0x39, 0x05])
    header.set(sectionDigest([contents]), 2)
    header[10] = 3
    const result = decode(Uint8Array.from([...file, ...header, ...contents]))
    expect(Result.isSuccess(result) && result.success.skipped).toEqual([
      { id: 0x539, offset: file.byteLength + 18, byteLength: 3 }
    ])
  })
})

describe("the memory in a dump", () => {
  const withMemory = (bytes: Uint8Array): Forensics => ({
    ...sampleForensics,
    memories: [{ memoryIndex: 0, pages: Math.ceil(bytes.byteLength / 65_536), pageBytes: 65_536, bytes }]
  })

  it("takes no room where it is zero", () => {
    const empty = encodeDump(withMemory(new Uint8Array(0))).byteLength
    expect(encodeDump(withMemory(new Uint8Array(1 << 26))).byteLength).toBe(empty)
  })

  it("opens at the bound and is refused one byte below it", () => {
    const file = encodeDump(withMemory(new Uint8Array(65_536)))
    expect(complaint(file, 65_536)).toBe("it opened")
    expect(complaint(file, 65_535)).toMatch(/bytes length: expected at most 65535, got 65536$/)
  })

  it("counts all memories against one bound", () => {
    const memory = { pages: 1, pageBytes: 65_536, bytes: new Uint8Array(65_536) }
    const memories = [
      { ...memory, memoryIndex: 0 },
      { ...memory, memoryIndex: 1 }
    ]
    const file = encodeDump({ ...sampleForensics, memories })
    expect(complaint(file, 131_072)).toBe("it opened")
    expect(complaint(file, 131_071)).toContain("memories[1].bytes length: expected at most 65535, got 65536")
  })

  it("that claims the whole address space is refused before it is allocated", () => {
    const file = encodeDump(withMemory(new Uint8Array(65_536)))
    const at = imageAt(file)
    const bytes = file.slice()
    new DataView(bytes.buffer).setBigUint64(at, 2n ** 53n - 1n, true)
    expect(complaint(reseal(bytes))).toMatch(/expected at most 4294967296, got 9007199254740991$/)
    expect(complaint(reseal(bytes), Number.MAX_SAFE_INTEGER)).toContain("this process cannot allocate")
  })

  it("cannot be a bomb: a chunk that inflates to more than its place is refused", () => {
    expect(complaint(withChunk(deflateSync(new Uint8Array(1 << 24), { level: 9 }), 65_536))).toMatch(
      /chunk 0: expected 65536 deflated bytes, got more$/
    )
    expect(complaint(withChunk(deflateSync(new Uint8Array(65_537)), 65_536))).toMatch(/got more$/)
    expect(complaint(withChunk(deflateSync(new Uint8Array(65_535)), 65_536))).toMatch(/got 65535$/)
    expect(complaint(withChunk(Uint8Array.of(7), 65_536))).toMatch(/got bytes that are not deflate$/)
    expect(complaint(withChunk(new Uint8Array(0), 65_536))).toMatch(/got more$/)
  })

  it("is refused when a chunk lies outside, or its checksum does not fit", () => {
    const good = encodeDump(withMemory(Uint8Array.from({ length: 70_000 }, (_, i) => i & 7)))
    const at = imageAt(good)
    expect(complaint(good)).toBe("it opened")
    expect(complaint(reseal(set(good, at + 44, 2)))).toMatch(/chunk 0 index: expected 0..1, got 2$/)
    expect(complaint(reseal(set(good, at + 44, 1)))).toMatch(/chunk 0|chunk 1/)
    expect(complaint(reseal(flip(good, at + 12, 1)))).toContain("the checksum does not fit the bytes")
  })

  /** A dump of a zero memory into whose image a chunk was put by hand. */
  function withChunk(packed: Uint8Array, rawLength: number): Uint8Array {
    const file = encodeDump(withMemory(new Uint8Array(rawLength)))
    const memories = contentsOf(file, 9)
    const chunk = new Uint8Array(8 + packed.byteLength)
    new DataView(chunk.buffer).setUint32(4, packed.byteLength, true)
    chunk.set(packed, 8)
    const bytes = new Uint8Array(file.byteLength + chunk.byteLength)
    bytes.set(file)
    bytes.set(chunk, file.byteLength)
    const view = new DataView(bytes.buffer)
    view.setUint32(imageAt(file) + 8, 1, true)
    view.setBigUint64(memories.start - 8, BigInt(memories.end - memories.start + chunk.byteLength), true)
    return reseal(bytes)
  }
})

/** Where the image of the only memory starts: after two presence bytes, a count and three numbers. */
function imageAt(file: Uint8Array): number {
  return contentsOf(file, 9).start + 1 + 4 + 24 + 1
}

function set(file: Uint8Array, at: number, byte: number): Uint8Array {
  const bytes = file.slice()
  bytes[at] = byte
  return bytes
}

function flip(file: Uint8Array, at: number, mask: number): Uint8Array {
  return set(file, at, (file[at] ?? 0) ^ mask)
}

function sectionsOf(file: Uint8Array): ReadonlyArray<{ id: number; start: number; end: number }> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const sections = []
  for (let at = 6; at < file.byteLength; ) {
    const start = at + 18
    const end = start + Number(view.getBigUint64(at + 10, true))
    sections.push({ id: view.getUint16(at, true), start, end })
    at = end
  }
  return sections
}

function contentsOf(file: Uint8Array, id: number): { readonly start: number; readonly end: number } {
  return sectionsOf(file).find((section) => section.id === id) ?? { start: -1, end: -1 }
}

function inHeader(file: Uint8Array, at: number): boolean {
  return !sectionsOf(file).some((section) => at >= section.start && at < section.end)
}

/** The same file with every section's digest true again. */
function reseal(file: Uint8Array): Uint8Array {
  const bytes = file.slice()
  for (const { start, end } of sectionsOf(bytes)) {
    bytes.set(sectionDigest([bytes.subarray(start, end)]), start - 16)
  }
  return bytes
}
