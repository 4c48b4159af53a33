import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { AuditStep, AuditTransition } from "./AuditEvent.ts"
import type { AuditLogBroken } from "./AuditLogBroken.ts"
import type { AuditLogEvent, AuditOpened } from "./AuditLogEvent.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import { brokenAt } from "./readAuditLog.ts"
import { scanAuditLog } from "./scanAuditLog.ts"

/**
 * The path that one instance took, or one of those who follow another statechart, out of an audit log.
 *
 * Ids begin anew with each process, and some are used again, so there can be several lives: one begins where nothing
 * was before, or where another process began. Where the log is broken it is read on, and `broken` says where: a
 * picture of such a path must say so too.
 *
 *     const path = await Effect.runPromise(readAuditPath(["test/audit/sample.log"], { id: "2" }))
 *     path.lives[0].events.map(({ to }) => to)
 *     // => ["compiling", "instantiated", "executing", "captured", "cleaned"]
 */
export interface AuditPath {
  readonly id: string
  /** The statechart's id, `undefined` for an instance's own life. */
  readonly chart: string | undefined
  /** Oldest first. */
  readonly lives: ReadonlyArray<AuditLife>
  /** Events beyond {@link PATH_EVENTS_MAX}, which are not in `lives`. */
  readonly more: number
  readonly broken: AuditLogBroken | undefined
  /** Events that the log says are missing; some may have been of this path. */
  readonly lost: number
}

/** One life, in the order in which it was recorded. */
export interface AuditLife {
  /** The process that it was lived in, as far as the log goes back. */
  readonly process: (Pick<AuditOpened, "pid"> & { readonly sequence: number }) | undefined
  readonly events: ReadonlyArray<AuditPathEvent>
}

/** A step of an instance, or a transition of somebody else. */
export type AuditPathEvent = Extract<AuditLogEvent, AuditStep | AuditTransition>

/** More steps than a person looks at; about 5 MB. */
export const PATH_EVENTS_MAX = 10_000

/** @param of whose id, and the chart that is followed; without one, an instance's own life is meant */
export const readAuditPath = (
  paths: ReadonlyArray<string>,
  of: { readonly id: string; readonly chart?: string | undefined }
): Effect.Effect<AuditPath, AuditLogFailed> =>
  Effect.suspend(() => {
    const lives: Array<{ readonly process: AuditLife["process"]; readonly events: Array<AuditPathEvent> }> =
      []
    let process: AuditLife["process"]
    let broken: AuditLogBroken | undefined
    let [count, more, lost] = [0, 0, 0]
    return scanAuditLog(paths).pipe(
      Stream.runForEachArray((scanned) =>
        Effect.sync(() => {
          for (const one of scanned) {
            broken ??= brokenAt(one)
            const event = one.line?.event
            if (event === undefined) continue
            if (event._tag === "Gap") lost += event.last - event.first + 1
            if (event._tag === "Opened") process = { pid: event.pid, sequence: event.sequence }
            if (!isOf(event, of)) continue
            count += 1
            if (count > PATH_EVENTS_MAX) {
              more += 1
              continue
            }
            const life = lives.at(-1)
            if (life === undefined || event.from === undefined || life.process !== process)
              lives.push({ process, events: [event] })
            else life.events.push(event)
          }
        })
      ),
      Effect.map(() => ({ id: of.id, chart: of.chart, lives, more, broken, lost }))
    )
  })

const isOf = (
  event: AuditLogEvent,
  { id, chart }: { readonly id: string; readonly chart?: string | undefined }
): event is AuditPathEvent =>
  chart === undefined
    ? event._tag === "Step" && event.instanceId === id
    : event._tag === "Transition" && event.chart === chart && event.id === id
