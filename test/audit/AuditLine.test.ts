import { createHash } from "node:crypto"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  AUDIT_HASH_NONE,
  AUDIT_LINE_BYTES_MAX,
  AUDIT_TEXT_MAX,
  decodeLine,
  encodeEvent,
  lineBytesOf,
  sealLine
} from "../../src/audit/AuditLine.ts"
import type { AuditMark } from "../../src/audit/AuditLogEvent.ts"
import { arbitraryEntry, linesOf, step } from "./logs.ts"

const decode = (line: string) => decodeLine(Buffer.from(line))

const marks: ReadonlyArray<AuditMark> = [
  { _tag: "File", format: 1, number: 3 },
  { _tag: "Opened", pid: 1, before: "unclosed", tornBytes: 4, torn: "\u0000ÿ\n{" },
  { _tag: "Closed" },
  { _tag: "Gap", first: 1, last: 4, why: "ENOSPC: no space left on device, write" }
]

describe("a line of an audit log", () => {
  it("law: gives back the entry that it was made of, whatever its texts hold", () => {
    fc.assert(
      fc.property(arbitraryEntry, fc.integer({ min: 1 }), fc.nat(), (entry, sequence, atMs) => {
        const { line, hash } = sealLine(sequence, encodeEvent(entry, atMs), AUDIT_HASH_NONE)
        expect(decode(line.slice(0, -1))).toEqual({
          event: { ...entry, sequence, atMs },
          prev: AUDIT_HASH_NONE,
          hash
        })
      })
    )
  })

  it("law: is one line of printable ASCII, as long as was said beforehand", () => {
    fc.assert(
      fc.property(arbitraryEntry, fc.integer({ min: 1 }), (entry, sequence) => {
        const encoded = encodeEvent(entry, 5)
        const { line } = sealLine(sequence, encoded, AUDIT_HASH_NONE)
        expect(line).toMatch(/^[ -~]+\n$/)
        expect(line.length).toBe(lineBytesOf(sequence, encoded))
      })
    )
  })

  it("holds whatever a clock says", () => {
    for (const atMs of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 1e300]) {
      const { line } = sealLine(9, encodeEvent(step("1"), atMs), AUDIT_HASH_NONE)
      const time = Number.isFinite(atMs) ? atMs : Number.NaN
      expect(decode(line.slice(0, -1))).toMatchObject({ event: { atMs: time } })
    }
  })

  it("gives back each mark", () => {
    for (const mark of marks) {
      const { line } = sealLine(9, encodeEvent(mark, 7), AUDIT_HASH_NONE)
      expect(decode(line.slice(0, -1))).toMatchObject({ event: { ...mark, sequence: 9, atMs: 7 } })
    }
  })

  it("holds a text up to its bound, cuts a longer one and says how long it was", () => {
    const idOf = (length: number) => {
      const { line } = sealLine(1, encodeEvent(step("\u{1f600}".repeat(length / 2)), 0), AUDIT_HASH_NONE)
      const decoded = decode(line.slice(0, -1))
      return typeof decoded === "string" || decoded.event._tag !== "Step" ? "" : decoded.event.instanceId
    }
    expect(idOf(AUDIT_TEXT_MAX)).toHaveLength(AUDIT_TEXT_MAX)
    expect(idOf(2_000_000)).toMatch(/… \(2000000 characters\)$/)
  })

  it("is within its bound when everything in it is as long as it can be", () => {
    const long = "\uffff".repeat(100_000)
    const entry = {
      _tag: "Refusal",
      reason: "Malformed",
      message: long,
      functionName: long,
      moduleHash: long
    } as const
    const { line } = sealLine(2 ** 53 - 1, encodeEvent(entry, 2 ** 53 - 1), AUDIT_HASH_NONE)
    expect(line.length).toBeLessThan(AUDIT_LINE_BYTES_MAX)
  })

  it("is hashed over all that stands before its hash", () => {
    const line = linesOf([step("1")])[1] ?? ""
    const [covered = "", hash = ""] = line.split(',"hash":"')
    expect(hash).toBe(`${createHash("sha256").update(covered).digest("hex")}"}`)
  })

  it("law: is told from any other bytes without a throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeLine(bytes)).toBeTypeOf("string")
      })
    )
  })

  it.each([
    ["", "it is too short for a line of an audit log"],
    ["ü".repeat(100), "it holds bytes that no line of an audit log holds"],
    ["x".repeat(100), "it does not end in a hash"],
    [sealed("x"), "it is no JSON"],
    [sealed('{"sequence":0,"atMs":0'), "its sequence is no number from 1"],
    [sealed('{"sequence":1e300,"atMs":0'), "its sequence is no number from 1"],
    [sealed('{"sequence":1,"atMs":"0"'), "its time is no number"],
    [sealed('{"sequence":1,"atMs":0,"prev":"AA"'), "it names no line before"],
    [
      sealed(`{"sequence":1,"atMs":0,"_tag":"toString","prev":"${AUDIT_HASH_NONE}"`),
      "its kind is not known to this version"
    ],
    [
      sealed(`{"sequence":1,"atMs":0,"_tag":"File","format":1,"prev":"${AUDIT_HASH_NONE}"`),
      "its field number is no number"
    ]
  ])("says of %j what is wrong with it", (line, what) => {
    expect(decode(line)).toBe(what)
  })
})

/** A line with a good hash, whatever it says. */
function sealed(covered: string): string {
  return `${covered},"hash":"${createHash("sha256").update(covered).digest("hex")}"}`
}
