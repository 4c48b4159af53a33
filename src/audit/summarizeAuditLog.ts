import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AuditLogBroken } from "./AuditLogBroken.ts"
import type { AuditLogEvent } from "./AuditLogEvent.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import { brokenAt } from "./readAuditLog.ts"
import { scanAuditLog } from "./scanAuditLog.ts"

/**
 * What an audit log holds, counted: lives, crashes and refusals by reason, transitions by statechart.
 *
 * Where the log is broken it is read on, and `broken` says where first.
 *
 *     const summary = await Effect.runPromise(summarizeAuditLog(["test/audit/sample.log"]))
 *     summary.crashes // => [{ name: "Trapped", count: 1 }, { name: "OutOfFuel", count: 1 }]
 */
export interface AuditSummary {
  readonly events: number
  /** Milliseconds since 1970 of the earliest and the latest event. */
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** Instances whose life began, and whose life ended in `cleaned`. */
  readonly instances: number
  readonly cleaned: number
  readonly crashes: ReadonlyArray<Counted>
  readonly refusals: ReadonlyArray<Counted>
  readonly transitions: ReadonlyArray<Counted>
  readonly processes: number
  /** Processes that did not end in order, as those that came after them found. */
  readonly unclosed: number
  readonly lost: number
  /** How often an event was recorded earlier than the one before it: somebody set the clock back. */
  readonly clockBack: number
  /** By how many milliseconds at most. */
  readonly clockBackMs: number
  readonly broken: AuditLogBroken | undefined
}

/** The most frequent first. */
export interface Counted {
  readonly name: string
  readonly count: number
}

/** Counts what is in these files of one log, given in any order. *Fails* only for a file that cannot be read. */
export const summarizeAuditLog = (
  paths: ReadonlyArray<string>
): Effect.Effect<AuditSummary, AuditLogFailed> =>
  Effect.suspend(() => {
    const tally = new Tally()
    let broken: AuditLogBroken | undefined
    return scanAuditLog(paths).pipe(
      Stream.runForEachArray((scanned) =>
        Effect.sync(() => {
          for (const one of scanned) {
            broken ??= brokenAt(one)
            if (one.line !== undefined) tally.add(one.line.event)
          }
        })
      ),
      Effect.map(() => ({ ...tally.summary(), broken }))
    )
  })

class Tally {
  readonly #counts = {
    events: 0,
    instances: 0,
    cleaned: 0,
    processes: 0,
    unclosed: 0,
    lost: 0,
    clockBack: 0,
    clockBackMs: 0
  }
  #fromMs: number | undefined
  #toMs: number | undefined
  #beforeMs: number | undefined
  readonly #crashes = new Counter()
  readonly #refusals = new Counter()
  readonly #transitions = new Counter()

  add(event: AuditLogEvent): void {
    this.#addTime(event)
    switch (event._tag) {
      case "Step":
        if (event.from === undefined) this.#counts.instances += 1
        if (event.to === "captured") this.#crashes.add(event.why)
        if (event.to === "cleaned") this.#counts.cleaned += 1
        break
      case "Transition":
        this.#transitions.add(event.chart)
        break
      case "Refusal":
        this.#refusals.add(event.reason)
        break
      case "Opened":
        this.#counts.processes += 1
        if (event.before === "unclosed") this.#counts.unclosed += 1
        return
      case "Gap":
        this.#counts.lost += event.last - event.first + 1
        return
      default:
        return
    }
    this.#counts.events += 1
  }

  /** A file begins when its first lines are written, which were recorded before. */
  #addTime({ _tag, atMs }: AuditLogEvent): void {
    if (_tag === "File" || Number.isNaN(atMs)) return
    this.#fromMs = Math.min(this.#fromMs ?? atMs, atMs)
    this.#toMs = Math.max(this.#toMs ?? atMs, atMs)
    const backMs = (this.#beforeMs ?? atMs) - atMs
    this.#beforeMs = atMs
    if (backMs <= 0) return
    this.#counts.clockBack += 1
    this.#counts.clockBackMs = Math.max(this.#counts.clockBackMs, backMs)
  }

  summary(): Omit<AuditSummary, "broken"> {
    return {
      ...this.#counts,
      fromMs: this.#fromMs,
      toMs: this.#toMs,
      crashes: this.#crashes.counted(),
      refusals: this.#refusals.counted(),
      transitions: this.#transitions.counted()
    }
  }
}

/** Counts by name, of which there are a few: what comes after so many different ones is counted together. */
class Counter {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    const known = this.#counts.get(name)
    if (known === undefined && this.#counts.size >= NAMES_MAX)
      this.#counts.set(OTHERS, (this.#counts.get(OTHERS) ?? 0) + 1)
    else this.#counts.set(name, (known ?? 0) + 1)
  }

  counted(): ReadonlyArray<Counted> {
    return [...this.#counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count)
  }
}

const NAMES_MAX = 100
const OTHERS = "(others)"
