import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs"
import * as Effect from "effect/Effect"
import { AUDIT_HASH_NONE, AUDIT_LINE_BYTES_MAX, type AuditLine, decodeLine } from "./AuditLine.ts"
import type { AuditOpened } from "./AuditLogEvent.ts"
import { AuditLogFailed } from "./AuditLogFailed.ts"
import { attempt } from "./fileCalls.ts"

/**
 * Where a log goes on that somebody wrote before: the last line of its newest file.
 *
 * An unfinished last line is what a power cut or a killed process leaves. It is cut off, and its first bytes are
 * kept in the mark that the next process writes. A last line that is whole and yet wrong was changed by somebody:
 * then the log is not gone on with, so that nobody's evidence is buried. Only the ends are looked at; the rest
 * is `verifyAuditLog`'s.
 */
export interface LogEnd {
  readonly sequence: number
  readonly hash: string
  /** Number of the file that holds the end, 0 for none. */
  readonly fileNumber: number
  readonly before: "nothing" | "closed" | "unclosed"
  readonly torn: Pick<AuditOpened, "torn" | "tornBytes">
}

/** @param path FILE, which is opened for reading and writing when it is there */
export const recoverLog = (path: string): Effect.Effect<LogEnd, AuditLogFailed> =>
  Effect.gen(function* () {
    const newest = yield* recoverFile(path)
    if (newest?.last !== undefined) return endOf(newest.last, newest)
    const older = yield* recoverFile(`${path}.1`)
    const torn = newest !== undefined && newest.torn.tornBytes > 0 ? newest.torn : (older?.torn ?? NOT_TORN)
    if (older?.last !== undefined) return endOf(older.last, { ...older, torn })
    return { ...NO_END, torn }
  })

const NOT_TORN = { torn: "", tornBytes: 0 }

/** There was no log. */
export const NO_END: LogEnd = {
  sequence: 0,
  hash: AUDIT_HASH_NONE,
  fileNumber: 0,
  before: "nothing",
  torn: NOT_TORN
}

interface Recovered {
  readonly last: { readonly line: AuditLine; readonly fileNumber: number } | undefined
  readonly bytes: number
  readonly torn: LogEnd["torn"]
}

const endOf = ({ line, fileNumber }: NonNullable<Recovered["last"]>, { torn }: Recovered): LogEnd => ({
  sequence: line.event.sequence,
  hash: line.hash,
  fileNumber,
  before: line.event._tag === "Closed" ? "closed" : "unclosed",
  torn
})

const recoverFile = (path: string): Effect.Effect<Recovered | undefined, AuditLogFailed> =>
  Effect.acquireUseRelease(
    attempt("open", path, () => openSync(path, "r+")).pipe(
      Effect.catchIf(
        ({ cause }) => cause.startsWith("ENOENT"),
        () => Effect.succeed(undefined)
      )
    ),
    (file) =>
      file === undefined
        ? Effect.succeed(undefined)
        : Effect.flatMap(
            attempt("open", path, () => readEnds(file)),
            (ends) =>
              typeof ends === "string"
                ? Effect.fail(new AuditLogFailed("open", path, `${ends}. Move it away to begin a new log`))
                : attempt("open", path, () => {
                    if (ends.torn.tornBytes > 0) ftruncateSync(file, ends.bytes)
                    return ends
                  })
          ),
    (file) => Effect.sync(() => file !== undefined && closeSync(file))
  )

/** *Returns* why the file is no log that can be gone on with, as a sentence. */
const readEnds = (file: number): Recovered | string => {
  const size = fstatSync(file).size
  const lineEnd = lastBreak(file, size) + 1
  const torn = readTorn(file, lineEnd, size)
  if (lineEnd === 0)
    return size === 0 || looksTorn(torn.torn) ? { last: undefined, bytes: 0, torn } : "it is no audit log"
  const lineStart = lastBreak(file, lineEnd - 1) + 1
  const first = decodeLine(readAt(file, 0, firstBreak(file)))
  if (typeof first === "string") return `its first line is wrong: ${first}`
  if (first.event._tag !== "File") return "its first line is not that of a file: the head of it was removed"
  const line = decodeLine(readAt(file, lineStart, Math.min(lineEnd - 1, lineStart + AUDIT_LINE_BYTES_MAX)))
  if (typeof line === "string") return `its last line is wrong: ${line}`
  return { last: { line, fileNumber: first.event.number }, bytes: lineEnd, torn }
}

/** Whether a file without a single whole line can be one that was just begun: some file systems leave zeros. */
const looksTorn = (torn: string): boolean =>
  FILE_BEGINS.startsWith(torn.slice(0, FILE_BEGINS.length)) || /^\0+$/.test(torn)

const FILE_BEGINS = '{"sequence":'

const readTorn = (file: number, start: number, end: number): LogEnd["torn"] => ({
  torn: Buffer.from(readAt(file, start, Math.min(end, start + TORN_BYTES_KEPT))).toString("latin1"),
  tornBytes: end - start
})

const TORN_BYTES_KEPT = 512

const readAt = (file: number, start: number, end: number): Uint8Array => {
  const bytes = new Uint8Array(end - start)
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start))
}

const firstBreak = (file: number): number => {
  const found = readAt(file, 0, AUDIT_LINE_BYTES_MAX).indexOf(LINE_BREAK)
  return found < 0 ? AUDIT_LINE_BYTES_MAX : found
}

/** *Returns* the offset of the last line break before `end`, -1 for none. */
const lastBreak = (file: number, end: number): number => {
  for (let to = end; to > 0; to -= AUDIT_LINE_BYTES_MAX) {
    const from = Math.max(0, to - AUDIT_LINE_BYTES_MAX)
    const found = readAt(file, from, to).lastIndexOf(LINE_BREAK)
    if (found >= 0) return from + found
  }
  return -1
}

const LINE_BREAK = 0x0a
