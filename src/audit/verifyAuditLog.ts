import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { AuditLogBroken } from "./AuditLogBroken.ts"
import type { AuditGap } from "./AuditLogEvent.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import { type LogPosition, positionOf } from "./LogChain.ts"
import type { LogHead } from "./LogWriter.ts"
import { type ScannedLine, scanAuditLog } from "./scanAuditLog.ts"

/**
 * Follows the chain of an audit log from its first line to its last.
 *
 * It finds any line that was changed, removed or moved, whoever did it without making all hashes anew. Two things
 * a chain alone cannot show: that lines were removed from its end, and that everything was made anew. Whoever keeps
 * the number and hash of a line elsewhere (`last`, or `AuditLog`'s `state`) finds both, with `expect`. Where the
 * oldest files were deleted, by rotation or by hand, the answer says from which number on the log is known.
 *
 * *Fails* with `AuditLogBroken` for the first line that is wrong, with `AuditLogFailed` for a file that cannot be
 * read. Gaps, which the log itself tells of, are counted and are nothing wrong.
 *
 *     const holds = await Effect.runPromise(verifyAuditLog(["test/audit/sample.log"]))
 *     const { lines, first, lost, end } = holds
 *     const answer = { lines, first, lost, end }
 *     answer // => { lines: 18, first: 1, lost: 0, end: "closed" }
 *
 * *Cost*: about 16 s a gigabyte, in constant memory (160 MB, Node included).
 */
export const verifyAuditLog = (
  paths: ReadonlyArray<string>,
  options: { readonly expect?: LogHead | undefined } = {}
): Effect.Effect<AuditLogHolds, AuditLogBroken | AuditLogFailed> =>
  Effect.suspend(() => {
    const tally = new Tally(options.expect)
    return scanAuditLog(paths).pipe(
      Stream.takeUntil((scanned) => tally.add(scanned)),
      Stream.runDrain,
      Effect.andThen(Effect.suspend(() => tally.result(paths)))
    )
  })

/** What is known of a log that holds. */
export interface AuditLogHolds {
  readonly lines: number
  /** The first line's number; from 2 on, what stood before is no longer there. */
  readonly first: number | undefined
  /** To be kept elsewhere: it shows later that this line was there. */
  readonly last: LogHead | undefined
  /** Events that the log says are missing. */
  readonly lost: number
  /** The first hundred gaps. */
  readonly gaps: ReadonlyArray<AuditGap>
  /** How often a process began to write, and how often the one before had not ended in order. */
  readonly opened: number
  readonly unclosed: number
  /** How the log ends: `closed` in order; `open`, so it is still written, or its process was killed, or lines are gone. */
  readonly end: "closed" | "open"
}

class Tally {
  readonly #expect: LogHead | undefined
  #broken: AuditLogBroken | undefined
  #awaited: LogPosition | undefined
  #seen = false
  #lines = 0
  #first: LogPosition | undefined
  #last: LogHead | undefined
  #lost = 0
  readonly #gaps: Array<AuditGap> = []
  #opened = 0
  #unclosed = 0
  #closed = false

  constructor(expect: LogHead | undefined) {
    this.#expect = expect
  }

  /** *Returns* whether the answer is known. */
  add(scanned: ScannedLine): boolean {
    if (this.#broken !== undefined) return this.#settle(scanned, this.#broken)
    const { line, wrong, path, number } = scanned
    if (wrong !== undefined) {
      this.#broken = new AuditLogBroken(wrong.how, path, number, wrong.what)
      this.#awaited = wrong.awaited
      return wrong.awaited === undefined
    }
    if (line === undefined) return false
    const { event } = line
    this.#lines += 1
    this.#first ??= positionOf(line)
    this.#last = { sequence: event.sequence, hash: line.hash }
    this.#closed = event._tag === "Closed"
    if (event._tag === "Gap") {
      this.#lost += event.last - event.first + 1
      if (this.#gaps.length < GAPS_MAX) this.#gaps.push(event)
    }
    if (event._tag === "Opened") {
      this.#opened += 1
      if (event.before === "unclosed") this.#unclosed += 1
    }
    return this.#compare(scanned, this.#last)
  }

  result(paths: ReadonlyArray<string>): Effect.Effect<AuditLogHolds, AuditLogBroken> {
    const broken = this.#broken ?? this.#unmet(paths)
    if (broken !== undefined) return Effect.fail(broken)
    return Effect.succeed({
      lines: this.#lines,
      first: this.#first?.sequence,
      last: this.#last,
      lost: this.#lost,
      gaps: this.#gaps,
      opened: this.#opened,
      unclosed: this.#unclosed,
      end: this.#closed ? "closed" : "open"
    })
  }

  /** The line that is missing comes later: then none was removed. */
  #settle({ line }: ScannedLine, { path, line: number }: AuditLogBroken): boolean {
    const awaited = this.#awaited
    if (line === undefined || awaited === undefined) return line === undefined
    const { sequence, prev } = positionOf(line)
    if (sequence !== awaited.sequence || prev !== awaited.prev) return false
    const what = `number ${sequence}, which should stand there, comes later`
    this.#broken = new AuditLogBroken("reordered", path, number, what)
    return true
  }

  #compare({ path, number }: ScannedLine, { sequence, hash }: LogHead): boolean {
    const expect = this.#expect
    if (expect === undefined || this.#seen || sequence < expect.sequence) return false
    this.#seen = true
    if (sequence === expect.sequence && hash === expect.hash) return false
    const before = this.#first
    if (this.#lines === 1 && before !== undefined && before.sequence > expect.sequence) {
      // The line before the first one is known by its hash, although it is not there.
      if (before.sequence === expect.sequence + 1 && before.prev === expect.hash) return false
      const what = `number ${expect.sequence} was expected, and the log begins with number ${before.sequence}`
      this.#broken = new AuditLogBroken("unknown", path, 0, what)
    } else {
      const what = `number ${expect.sequence} was expected with another hash: the log was made anew`
      this.#broken = new AuditLogBroken("changed", path, number, what)
    }
    return true
  }

  #unmet(paths: ReadonlyArray<string>): AuditLogBroken | undefined {
    const expect = this.#expect
    if (expect === undefined || this.#seen) return undefined
    const end = this.#last === undefined ? "holds no line" : `ends with number ${this.#last.sequence}`
    const what = `number ${expect.sequence} was expected, and the log ${end}`
    return new AuditLogBroken("removed", paths.at(-1) ?? "", 0, what)
  }
}

const GAPS_MAX = 100
