import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { afterAll } from "vitest"
import type { AuditEntry } from "../../src/audit/AuditEvent.ts"
import { AUDIT_HASH_NONE, encodeEvent, sealLine } from "../../src/audit/AuditLine.ts"
import type { AuditLogEvent, AuditMark } from "../../src/audit/AuditLogEvent.ts"
import { readAuditLog } from "../../src/audit/readAuditLog.ts"
import { verifyAuditLog } from "../../src/audit/verifyAuditLog.ts"
import { LIFECYCLE_STATES } from "../../src/outcome/Lifecycle.ts"
import { REFUSED_TAGS } from "../../src/outcome/RefusedReason.ts"

/** A directory of the test file's own. */
export const makeScratch = (): ((name: string) => string) => {
  const scratch = mkdtempSync(join(tmpdir(), "munition-audit-"))
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))
  return (name) => join(scratch, name)
}

export const step = (instanceId: string, why = "CALLED"): AuditEntry => ({
  _tag: "Step",
  instanceId,
  from: "instantiated",
  to: "executing",
  why,
  atMicros: 120
})

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "\n",
    "\u2028",
    '"',
    "\\",
    "\u001b[2J",
    "\u202e",
    "\ud800",
    "__proto__",
    '"}\n{"sequence":1'
  )
)
const state = fc.constantFrom(...LIFECYCLE_STATES)

/** Every kind of entry, with texts that mean something to whoever reads them carelessly. */
export const arbitraryEntry: fc.Arbitrary<AuditEntry> = fc.oneof(
  fc.record({
    _tag: fc.constant("Step" as const),
    instanceId: text,
    from: fc.option(state, { nil: undefined }),
    to: state,
    why: text,
    atMicros: fc.oneof(fc.nat(), fc.constant(Number.NaN))
  }),
  fc.record({
    _tag: fc.constant("Transition" as const),
    chart: text,
    id: text,
    from: fc.option(text, { nil: undefined }),
    to: text,
    why: text
  }),
  fc.record({
    _tag: fc.constant("Refusal" as const),
    reason: fc.constantFrom(...REFUSED_TAGS),
    message: text,
    functionName: fc.option(text, { nil: undefined }),
    moduleHash: fc.option(text, { nil: undefined })
  })
)

/** The lines of a log of one file, without their breaks, as a writer would have made them. */
export const linesOf = (
  entries: ReadonlyArray<AuditEntry | AuditMark>,
  from = { sequence: 1, prev: AUDIT_HASH_NONE, file: 1 }
): ReadonlyArray<string> => {
  let { sequence, prev } = from
  return [{ _tag: "File", format: 1, number: from.file } as const, ...entries].map((entry) => {
    if (entry._tag === "Gap") sequence = entry.last + 1
    const { line, hash } = sealLine(sequence, encodeEvent(entry, 1_000 + sequence), prev)
    sequence += 1
    prev = hash
    return line.slice(0, -1)
  })
}

export const writeLines = (path: string, lines: ReadonlyArray<string>): string => {
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""))
  return path
}

export const linesIn = (path: string): ReadonlyArray<string> =>
  readFileSync(path, "utf8").split("\n").slice(0, -1)

/** What stands in one line of a file. */
export const eventsIn = (path: string): ReadonlyArray<AuditLogEvent> =>
  linesIn(path).map((line) => JSON.parse(line))

export const hashOf = (line: string | undefined): string => JSON.parse(line ?? "{}").hash

export const read = (...paths: ReadonlyArray<string>) =>
  Effect.runPromise(Stream.runCollect(readAuditLog(paths)))

/** The holding log's numbers, or how it is broken and where. */
export const verify = (
  paths: ReadonlyArray<string>,
  expect?: { readonly sequence: number; readonly hash: string }
) =>
  Effect.runPromise(
    verifyAuditLog(paths, { expect }).pipe(
      Effect.map((holds) => ({ how: "holds" as const, ...holds })),
      Effect.catchTag("AuditLogBroken", (broken) => Effect.succeed(broken))
    )
  )
