import { execFileSync, spawn } from "node:child_process"
import { readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { AuditEntry } from "../../src/audit/AuditEvent.ts"
import { AUDIT_LINE_BYTES_MAX } from "../../src/audit/AuditLine.ts"
import { scanAuditLog } from "../../src/audit/scanAuditLog.ts"
import { arbitraryEntry, hashOf, linesOf, makeScratch, read, step, verify, writeLines } from "./logs.ts"

const inScratch = makeScratch()
const steps = (count: number): ReadonlyArray<AuditEntry> =>
  Array.from({ length: count }, (_, i) => step(String(i)))
const lines = linesOf(steps(9))
const path = inScratch("law.log")
const lastOf = (of: ReadonlyArray<string>) => ({ sequence: of.length, hash: hashOf(of.at(-1)) })

const some = fc.array(arbitraryEntry, { minLength: 1, maxLength: 8 })
const at = (length: number, chosen: number) => chosen % length

describe("a log that is as it was written", () => {
  it("law: holds, and is read back, entry for entry", async () => {
    await fc.assert(
      fc.asyncProperty(some, async (entries) => {
        writeLines(path, linesOf(entries))
        expect(await verify([path])).toMatchObject({ how: "holds", lines: entries.length + 1, first: 1 })
        const [, ...events] = await read(path)
        expect(events.map(({ sequence: _, atMs: __, ...entry }) => entry)).toEqual(entries)
      })
    )
  })

  it("says from where to where it goes, and how it ends", async () => {
    expect(await verify([writeLines(path, lines)])).toEqual({
      how: "holds",
      lines: 10,
      first: 1,
      last: lastOf(lines),
      lost: 0,
      gaps: [],
      opened: 0,
      unclosed: 0,
      end: "open"
    })
  })

  it("holds when it tells itself of what is missing", async () => {
    const gap = { _tag: "Gap", first: 3, last: 7, why: "ENOSPC" } as const
    const told = linesOf([step("1"), gap, step("2")])
    expect(await verify([writeLines(path, told)])).toMatchObject({
      how: "holds",
      lines: 4,
      lost: 5,
      gaps: [gap]
    })
  })

  it("holds when it holds nothing", async () => {
    expect(await verify([writeLines(path, [])])).toMatchObject({ how: "holds", lines: 0, last: undefined })
  })
})

describe("a log that somebody touched", () => {
  it("law: is found out by any byte that was changed", async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), fc.integer({ min: 1, max: 255 }), async (entries, chosen, change) => {
        const bytes = readFileSync(writeLines(path, linesOf(entries)))
        const i = at(bytes.length, chosen)
        bytes[i] = (bytes[i] ?? 0) ^ change
        writeFileSync(path, bytes)
        expect(await verify([path])).toMatchObject({ _tag: "AuditLogBroken" })
      }),
      { numRuns: 300 }
    )
  })

  it("law: is found out by any run of lines that was removed, but for the last ones", async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), fc.nat(), async (entries, chosen, many) => {
        const all = linesOf(entries)
        const first = at(all.length - 1, chosen)
        const count = 1 + at(all.length - 1 - first, many)
        const kept = all.toSpliced(first, count)
        expect(await verify([writeLines(path, kept)])).toMatchObject({ how: "removed", line: first + 1 })
      })
    )
  })

  it("law: is found out by any two lines that changed places", async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), fc.nat(), async (entries, one, other) => {
        const all = linesOf(entries)
        const [a, b] = [at(all.length, one), at(all.length, other)].toSorted((x, y) => x - y)
        if (a === undefined || b === undefined || a === b) return
        const swapped = all.with(a, all[b] ?? "").with(b, all[a] ?? "")
        const found = await verify([writeLines(path, swapped)])
        expect(found).toMatchObject({ _tag: "AuditLogBroken", line: a + 1 })
        if (a > 0) expect(found.how).toBe("reordered")
      })
    )
  })

  it("law: is found out by what was removed from its end when its last line is known", async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.nat(), async (entries, many) => {
        const all = linesOf(entries)
        const kept = all.slice(0, at(all.length, many))
        expect(await verify([writeLines(path, kept)])).toMatchObject({ how: "holds" })
        expect(await verify([path], lastOf(all))).toMatchObject({ how: "removed", line: 0 })
      })
    )
  })

  it("is not found out when everything was made anew, unless a line is known", async () => {
    const anew = linesOf(steps(9).toSpliced(4, 1))
    expect(await verify([writeLines(path, anew)])).toMatchObject({ how: "holds" })
    expect(await verify([path], { sequence: 8, hash: hashOf(lines[7]) })).toMatchObject({
      how: "changed",
      line: 8
    })
  })

  it("is found out by a line that was made anew and by those after it that were not", async () => {
    const forged = linesOf(steps(9).with(3, step("nobody")))
    const mixed = [...forged.slice(0, 5), ...lines.slice(5)]
    expect(await verify([writeLines(path, mixed)])).toMatchObject({ how: "changed", line: 6 })
  })

  it("is found out by a line that stands there twice, and by a gap over lines that are there", async () => {
    const twice = lines.toSpliced(4, 0, lines[3] ?? "")
    expect(await verify([writeLines(path, twice)])).toMatchObject({ how: "reordered", line: 5 })
    const lie = linesOf([step("1"), { _tag: "Gap", first: 2, last: 2, why: "nothing" }])
    expect(await verify([writeLines(path, lie)])).toMatchObject({ how: "reordered", line: 3 })
  })

  it("is said to be truncated when its last line is not finished", async () => {
    const text = lines.map((line) => `${line}\n`).join("")
    for (const cut of [1, 2, 80]) {
      writeFileSync(path, text.slice(0, -cut))
      expect(await verify([path])).toMatchObject({ how: "truncated", line: 10 })
    }
  })

  it("can still be read up to the line that is wrong, and no further", async () => {
    writeLines(path, lines.toSpliced(5, 1))
    await expect(read(path)).rejects.toMatchObject({ how: "removed", line: 6 })
  })
})

describe("a log of several files", () => {
  const older = linesOf(steps(3))
  const newer = linesOf(steps(3), { sequence: 5, prev: hashOf(older.at(-1)), file: 2 })
  const newest = linesOf(steps(3), { sequence: 9, prev: hashOf(newer.at(-1)), file: 3 })
  const files = [older, newer, newest].map((one, i) => writeLines(inScratch(`set.${i}`), one))
  const [first = "", second = "", third = ""] = files

  it("holds in whatever order they are given", async () => {
    for (const given of [files, files.toReversed(), [second, third, first]])
      expect(await verify(given)).toMatchObject({ how: "holds", lines: 12, first: 1 })
  })

  it("holds file by file, and says from where on each is known", async () => {
    expect(await verify([second])).toMatchObject({ how: "holds", lines: 4, first: 5 })
    expect(await verify([second, third])).toMatchObject({ how: "holds", lines: 8, first: 5 })
  })

  it("does not hold without one in between", async () => {
    expect(await verify([first, third])).toMatchObject({ how: "removed", path: third, line: 1 })
  })

  it("does not hold with a file that lost its head", async () => {
    const headless = writeLines(inScratch("headless"), newer.slice(1))
    expect(await verify([headless])).toMatchObject({ how: "removed", line: 1 })
  })

  it("compares what is expected with the line that the first one names, and cannot with earlier ones", async () => {
    const before = { sequence: 4, hash: hashOf(older.at(-1)) }
    expect(await verify([second, third], before)).toMatchObject({ how: "holds" })
    expect(await verify([second], { ...before, sequence: 3 })).toMatchObject({ how: "unknown", line: 0 })
    expect(await verify([third], { sequence: 9, hash: hashOf(newest[0]) })).toMatchObject({ how: "holds" })
  })

  it("holds while it is rotated by whoever writes it", async () => {
    const log = inScratch("rotated")
    const names = [`${log}.2`, `${log}.1`, log]
    for (const [i, one] of [older, newer, newest].entries()) writeLines(names[i] ?? "", one)
    const scanned = scanAuditLog(names).pipe(
      Stream.tap(({ line }) =>
        Effect.sync(() => {
          // When the first line was read, the oldest is deleted and each of the others has another name.
          if (line?.event.sequence !== 1) return
          for (const [i, name] of names.entries()) if (i > 0) renameSync(name, names[i - 1] ?? "")
          writeLines(log, linesOf([], { sequence: 13, prev: hashOf(newest.at(-1)), file: 4 }))
        })
      )
    )
    const read = await Effect.runPromise(Stream.runCollect(scanned))
    expect(read.map(({ wrong, line }) => wrong ?? line?.event.sequence)).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1)
    )
  })

  it("holds out of pipes, a byte at a time", async () => {
    const pipes = files.map((file, i) => {
      const pipe = inScratch(`pipe.${i}`)
      execFileSync("mkfifo", [pipe])
      spawn("bash", ["-c", `dd if="${file}" of="${pipe}" bs=1 status=none`])
      return pipe
    })
    expect(await verify(pipes.toReversed())).toMatchObject({ how: "holds", lines: 12, first: 1 })
  })

  it("holds as one file when they are put together", async () => {
    const whole = writeLines(inScratch("whole"), [...older, ...newer, ...newest])
    expect(await verify([whole])).toMatchObject({ how: "holds", lines: 12 })
  })
})

describe("what is no log", () => {
  it.each([
    ["zeros", Buffer.alloc(1_000)],
    ["a line of 1 MB", Buffer.alloc(1_000_000, "x")],
    ["invalid UTF-8", Buffer.from([0xff, 0xfe, 0x0a])],
    ["an empty line", Buffer.from("\n")],
    ["JSON of somebody else's", Buffer.from('{"a":1}\n'.repeat(20))],
    ["deep JSON", Buffer.from(`${"[".repeat(60_000)}\n`)]
  ])("is not taken for one: %s", async (_, bytes) => {
    writeFileSync(path, bytes)
    const { how } = await verify([path])
    expect(["changed", "truncated"]).toContain(how)
  })

  it("is not read beyond the bound of a line", async () => {
    writeFileSync(path, "")
    truncateSync(path, 100_000_000)
    for (const endless of ["/dev/zero", path])
      expect(await verify([endless])).toMatchObject({ how: "changed", line: 1 })
    const bytes = Buffer.alloc(AUDIT_LINE_BYTES_MAX, "x")
    writeFileSync(path, bytes.fill("\n", AUDIT_LINE_BYTES_MAX - 1))
    expect(await verify([path])).toMatchObject({ what: "it does not end in a hash" })
    writeFileSync(path, Buffer.concat([Buffer.from("x"), bytes]))
    expect(await verify([path])).toMatchObject({ what: "it is longer than the 65536 bytes of any line" })
  })

  it("is told apart from what cannot be read", async () => {
    await expect(verify([inScratch("")])).rejects.toMatchObject({ _tag: "AuditLogFailed", operation: "read" })
    await expect(verify([inScratch("nowhere")])).rejects.toMatchObject({ _tag: "AuditLogFailed" })
  })
})
