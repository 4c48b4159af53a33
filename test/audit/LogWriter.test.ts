import { writeFileSync } from "node:fs"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { AuditBuffer } from "../../src/audit/AuditBuffer.ts"
import { AUDIT_HASH_NONE } from "../../src/audit/AuditLine.ts"
import { AuditLogFailed } from "../../src/audit/AuditLogFailed.ts"
import { type LogTarget, LogWriter } from "../../src/audit/LogWriter.ts"
import { makeScratch, read, step, verify } from "./logs.ts"

const inScratch = makeScratch()
const BUFFER_BYTES = 2_000
const FILE_BYTES = 3_000

/** Files in memory, of which each call does what the script says: so many bytes, or nothing at all. */
const scripted = (
  script: () => number | "fails"
): { readonly target: LogTarget; readonly files: Array<Array<Uint8Array>> } => {
  const files: Array<Array<Uint8Array>> = [[]]
  let [bytes, number] = [0, 0]
  const failed = Effect.fail(new AuditLogFailed("write", "scripted", "ENOSPC"))
  const target: LogTarget = {
    get bytes() {
      return bytes
    },
    begin: () => ++number,
    fits: (more) => bytes + more <= FILE_BYTES,
    write: (chunk, offset) =>
      Effect.suspend(() => {
        const next = script()
        if (next === "fails") return failed
        const written = chunk.slice(offset, offset + next)
        files.at(-1)?.push(written)
        bytes += written.length
        return Effect.succeed(written.length)
      }),
    get rotate() {
      return Effect.suspend(() => {
        if (script() === "fails") return failed
        files.push([])
        bytes = 0
        return Effect.void
      })
    }
  }
  return { target, files }
}

const action = fc.oneof(fc.record({ record: fc.integer({ min: 1, max: 30 }) }), fc.constant("drain" as const))
const answer = fc.oneof(fc.constant("fails" as const), fc.integer({ min: 1, max: 5_000 }))

describe("a writer of a log", () => {
  it("law: writes a log that holds and accounts for every event, whatever fails and however little is written", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 30 }),
        fc.array(answer, { maxLength: 60 }),
        async (actions, answers) => {
          const script = [...answers]
          const { target, files } = scripted(() => script.shift() ?? 10_000)
          const buffer = new AuditBuffer(BUFFER_BYTES)
          const writer = new LogWriter(buffer, target, { sequence: 0, hash: AUDIT_HASH_NONE })
          let recorded = 0
          for (const one of actions)
            if (one === "drain") await Effect.runPromise(Effect.result(writer.drain))
            else
              for (let i = 0; i < one.record; i++, recorded++) {
                buffer.add(step("1", String(recorded)), 0, "ENOSPC")
                expect(buffer.bytes).toBeLessThanOrEqual(BUFFER_BYTES + 64)
              }
          while (Result.isFailure(await Effect.runPromise(Effect.result(writer.drain))));

          const paths = files.map((chunks, i) => {
            const path = inScratch(`file-${i}`)
            writeFileSync(path, Buffer.concat(chunks))
            return path
          })
          const holds = await verify(paths)
          expect(holds).toMatchObject({ how: "holds", lost: buffer.lost })
          const events = await read(...paths)
          let next = 0
          for (const event of events) {
            if (event._tag === "Gap") next += event.last - event.first + 1
            if (event._tag === "Step") expect(Number(event.why)).toBe(next++)
          }
          expect(next).toBe(recorded)
          expect(writer.head.sequence).toBe(events.at(-1)?.sequence ?? 0)
          expect(writer.waiting).toBe(0)
        }
      )
    )
  })
})

describe("what waits to be written", () => {
  const fill = (buffer: AuditBuffer): number => {
    let count = 0
    for (; buffer.lost === 0; count++) buffer.add(step("1"), 0, "full")
    return count - 1
  }

  it("is one gap for all that was lost until half of the room was free, not one for each place", () => {
    const buffer = new AuditBuffer(BUFFER_BYTES)
    const held = fill(buffer)
    for (let i = 0; i < held; i++) {
      buffer.shift()
      buffer.add(step("1"), 0, "full")
    }
    const items: Array<unknown> = []
    for (let item = buffer.peek(); item !== undefined; item = buffer.peek()) {
      items.push(item)
      buffer.shift()
    }
    expect(items.filter((item) => typeof item !== "string")).toEqual([
      { lost: buffer.lost, why: "full", atMs: 0 }
    ])
    expect(buffer.lost).toBeLessThan(held)
  })

  it.each([
    ["short ones", "CALLED"],
    ["a guest's, of 1 MB", "\u00e9".repeat(1_000_000)]
  ])("takes no more memory than its bound says: %s", (_, why) => {
    setFlagsFromString("--expose-gc")
    const collect: () => void = runInNewContext("gc")
    const heldBy = (buffer: AuditBuffer): number => {
      collect()
      const before = process.memoryUsage().heapUsed
      for (let i = 0; buffer.lost === 0; i++) buffer.add(step(String(i), why), i, "full")
      collect()
      return process.memoryUsage().heapUsed - before
    }
    heldBy(new AuditBuffer(2 ** 20))
    const buffer = new AuditBuffer(8 * 2 ** 20)
    expect(heldBy(buffer)).toBeLessThan(1.5 * 2 ** 23)
    expect(buffer.bytes).toBeGreaterThan(0.99 * 2 ** 23)
  })

  it("takes a mark when it is full, after the gap", () => {
    const buffer = new AuditBuffer(BUFFER_BYTES)
    const held = fill(buffer)
    buffer.addMark({ _tag: "Closed" }, 0)
    for (let i = 0; i < held; i++) buffer.shift()
    expect(buffer.peek()).toMatchObject({ lost: 1 })
    buffer.shift()
    expect(buffer.peek()).toContain("Closed")
  })
})
