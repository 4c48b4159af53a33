import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { boundLog, LOG_LINE_BYTES_MAX, type LogRecord, readLogLine } from "../../../src/host/builtin/log.ts"
import { MemoryFault } from "../../../src/host/HostMemory.ts"
import { makeContext } from "../guest.ts"

const logLine = (line: string | Uint8Array) => {
  const bytes = typeof line === "string" ? new TextEncoder().encode(line) : line
  const record = readLogLine(makeContext(bytes).memory, "info", 0, bytes.length)
  expect(record).not.toBeInstanceOf(MemoryFault)
  return record as LogRecord
}

describe("a log line", () => {
  it("of 4,096 bytes is whole, of one more is cut and says so", () => {
    expect(logLine("x".repeat(LOG_LINE_BYTES_MAX))).toMatchObject({ bytes: 4_096, notes: [] })
    const cut = logLine("x".repeat(LOG_LINE_BYTES_MAX + 1))
    expect(cut).toMatchObject({ bytes: 4_097, notes: ["cut"] })
    expect(cut.text).toHaveLength(4_096)
  })

  it.each([1, 2, 3])(
    "cut %d bytes into a character loses that character and is not called invalid",
    (inside) => {
      const line = `${"x".repeat(LOG_LINE_BYTES_MAX - inside)}😀`
      expect(logLine(line)).toMatchObject({
        text: "x".repeat(LOG_LINE_BYTES_MAX - inside),
        notes: ["cut"]
      })
    }
  )

  it("that is not UTF-8 has the bytes replaced and says so", () => {
    expect(logLine(new Uint8Array([0x61, 0xff, 0xc0, 0x62]))).toMatchObject({
      text: "a\ufffd\ufffdb",
      notes: ["invalid UTF-8 replaced"]
    })
  })

  it("that really holds the replacement character is not called invalid", () => {
    expect(logLine("a\ufffdb")).toMatchObject({ text: "a\ufffdb", notes: [] })
  })

  it("that begins with a byte order mark shows it and is not called invalid", () => {
    expect(logLine(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toMatchObject({ text: "\\u{feff}a", notes: [] })
  })

  it("cannot begin a second line or move a cursor", () => {
    expect(logLine("ok\n[ERROR] host: \u001b[31mfake").text).toBe("ok\\n[ERROR] host: \\u{1b}[31mfake")
  })

  it("whose end lies outside memory faults even where the part that would be read does not", () => {
    const { memory } = makeContext(new Uint8Array(8_192))
    expect(readLogLine(memory, "info", 0, 8_193)).toMatchObject({ kind: "OutOfBounds" })
  })

  it("pays for what is read of it and no more", () => {
    const { memory, left } = makeContext(new Uint8Array(8_192), undefined, 5_000)
    readLogLine(memory, "info", 0, 8_192)
    expect(left()).toBe(5_000 - LOG_LINE_BYTES_MAX)
  })

  it("law: is called invalid exactly when a strict decoder refuses it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const strict = () => new TextDecoder("utf-8", { fatal: true }).decode(bytes)
        let valid = true
        try {
          strict()
        } catch {
          valid = false
        }
        expect(logLine(bytes).notes.includes("invalid UTF-8 replaced")).toBe(!valid)
      })
    )
  })
})

describe("a firing's log", () => {
  it("lets the first lines through, says at the last that later ones are dropped, and counts them", () => {
    const seen: Array<LogRecord> = []
    const { emitLog, dropped } = boundLog((record) => seen.push(record), 2)
    const lines = ["a", "b", "c", "d"].map((text) => ({ level: "info" as const, text, bytes: 1, notes: [] }))
    for (const line of lines.slice(0, 2)) emitLog(line)
    expect(dropped()).toBe(0)
    for (const line of lines.slice(2)) emitLog(line)
    expect(seen.map((r) => [r.text, ...r.notes])).toEqual([["a"], ["b", "later lines dropped"]])
    expect(dropped()).toBe(2)
  })
})
