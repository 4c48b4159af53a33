import type { LogRecord } from "../host/builtin/log.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { type FiringCell, PHASES } from "./FiringCell.ts"
import { boundMs, FENCE_MS, judgeFiring, START_MS_MAX } from "./judgeFiring.ts"
import type { PooledPart } from "./PooledCall.ts"
import { NOBODY, type SchedulerCell } from "./SchedulerCell.ts"
import { sharedClockMs } from "./sharedClock.ts"
import { WorkerLost } from "./WorkerLost.ts"
import { FRESH_RUN_MAX, PRIORITIES } from "./worker/RunQueue.ts"

/** A firing that a thread was told and has not reported. */
export interface Pending {
  readonly cell: FiringCell
  readonly request: Pick<FiringRequest, "policy" | "timeoutMs">
  /** When its caller gave it up, by the caller's clock. */
  cancelledMs: number | undefined
  readonly log: (record: LogRecord) => void
  /** Told of reports that come before the last. */
  readonly part?: (part: PooledPart) => void
  readonly settle: (end: FiringReport | WorkerLost) => void
}

/** All firings of one thread that are not reported yet, and what becomes of them when the thread is no more. */
export class InFlight {
  readonly #pending = new Map<number, Pending>()
  readonly #scheduler: SchedulerCell
  #numbered = 0
  #reported = 0
  /** Changes with each report and each phase. */
  #progress = -1
  #progressMs = 0
  /** When there was something to do again. */
  #busyMs = 0

  constructor(scheduler: SchedulerCell) {
    this.#scheduler = scheduler
  }

  get size(): number {
    return this.#pending.size
  }

  /** *Returns* the firing's number. */
  add(pending: Pending): number {
    if (this.#pending.size === 0) this.#busyMs = sharedClockMs()
    this.#numbered = (this.#numbered + 1) & 0x7fffffff
    this.#pending.set(this.#numbered, pending)
    return this.#numbered
  }

  log(firing: number, record: LogRecord): void {
    this.#pending.get(firing)?.log(record)
  }

  part(firing: number, part: PooledPart): void {
    this.#reported++
    this.#pending.get(firing)?.part?.(part)
  }

  report(firing: number, report: FiringReport | WorkerLost): void {
    const pending = this.#pending.get(firing)
    this.#pending.delete(firing)
    this.#reported++
    pending?.settle(report)
  }

  /**
   * Whether the thread is over its time, for whichever firing.
   *
   * One that waits is not judged while the thread is alive: whoever has it is, by its own bounds and for not having
   * looked up while others wait.
   */
  overdue(): Guilty | undefined {
    const { running, silentMs, heardMs } = this.#scheduler
    if (heardMs !== undefined && sharedClockMs() - Math.max(heardMs, this.#busyMs) > UNHEARD_MS_MAX)
      return {
        firing: NOBODY,
        lost: new WorkerLost(`its process sent nothing for ${UNHEARD_MS_MAX} ms`, "idle")
      }
    for (const [firing, { cell, request, cancelledMs }] of this.#pending) {
      const { phase } = cell
      // It waits: for its turn while the thread is at others, for the thread to start, or for a host module.
      const waits = running !== firing && phase !== "loading"
      if (waits && silentMs < (phase === "idle" ? START_MS_MAX : FENCE_MS)) continue
      // Not from before it was at this: one that was cancelled while its process came up is to be asked first.
      const cancelledForMs =
        cancelledMs === undefined ? undefined : Math.min(performance.now() - cancelledMs, cell.phaseMs)
      const lost = judgeFiring(cell, request, cancelledForMs)
      if (lost !== undefined) return { firing, lost }
      const hangs = running === firing && phase === "executing" && silentMs > SILENT_MS_MAX
      if (hangs && this.#pending.size > 1)
        return {
          firing,
          lost: new WorkerLost(
            `it did not look up for ${SILENT_MS_MAX} ms while others waited`,
            phase,
            cell.cancelled
          )
        }
    }
    return this.#stalled()
  }

  /**
   * Whether nothing has come of anything for longer than each of them may take, or nothing of one for longer than
   * it can have waited for the others.
   *
   * A thread cannot be so and be seen; a process that says it is may be lying, about one firing or about all.
   */
  #stalled(): Guilty | undefined {
    let progress = this.#reported * PROGRESS_OF_REPORT
    let mostMs = 0
    let sumMs = 0
    for (const { cell, request } of this.#pending.values()) {
      const ownMs = request.timeoutMs + request.policy.compileMsMax
      progress += PHASES.indexOf(cell.phase)
      mostMs = Math.max(mostMs, ownMs)
      sumMs += ownMs
    }
    const now = performance.now()
    if (progress !== this.#progress) {
      this.#progress = progress
      this.#progressMs = now
    }
    const allMs = now - this.#progressMs
    for (const [firing, { cell, request, cancelledMs }] of this.#pending) {
      const { phase, cancelled } = cell
      const lost = (forMs: number) => ({
        firing,
        lost: new WorkerLost(`nothing came of it for ${forMs} ms`, phase, cancelled)
      })
      if (allMs >= STALLED_MS_MAX + mostMs) return lost(STALLED_MS_MAX + mostMs)
      // One that has begun is stopped when its own time is over, and one that is given up goes before all others.
      const begun = phase !== "idle" ? boundMs(phase, request) : Number.POSITIVE_INFINITY
      const boundOfPhase = STALLED_MS_MAX + Math.min(begun, TURNS_MAX * sumMs)
      if (cell.phaseMs >= boundOfPhase) return lost(boundOfPhase)
      if (cancelledMs !== undefined && now - cancelledMs >= STALLED_MS_MAX + mostMs)
        return lost(STALLED_MS_MAX + mostMs)
    }
    return undefined
  }

  /** The thread is no more: settles all firings. */
  lose(cause: string, guilty?: Guilty): void {
    const all = [...this.#pending]
    this.#pending.clear()
    const { running } = this.#scheduler
    for (const [firing, { cell, settle }] of all) {
      const why =
        guilty !== undefined && guilty.firing !== NOBODY && firing !== guilty.firing
          ? `its scheduler was ended for another guest: ${cause}`
          : running === NOBODY || running === firing
            ? cause
            : `its scheduler was lost while another guest ran: ${cause}`
      settle(
        firing === guilty?.firing
          ? guilty.lost
          : new WorkerLost(why, cell.phase, cell.cancelled, undefined, firing !== running && !hasBegun(cell))
      )
    }
  }
}

/** Whose firing is over its time; {@link NOBODY}'s where all that is known is that none of them goes on. */
export interface Guilty {
  readonly firing: number
  readonly lost: WorkerLost
}

/**
 * How long a process may send nothing while it has something to do, once it has come up: it is stopped, or swapped
 * out. It sends each 20 ms, whatever its guests do, and a large dump comes in pieces that count as well.
 */
export const UNHEARD_MS_MAX = 5_000
/** How long nothing may come of anything, beyond the time that guests have to run and modules to compile. */
export const STALLED_MS_MAX = 60_000
/** Others that go before a firing of the lowest priority, for each that waits with it. */
const TURNS_MAX = FRESH_RUN_MAX ** (PRIORITIES.length - 1)
/** More than all the phases of as many firings as there can be. */
const PROGRESS_OF_REPORT = 2 ** 20

/** Nothing of it has run: another thread can do it. */
const hasBegun = ({ phase }: FiringCell): boolean => phase !== "idle" && phase !== "loading"

/**
 * How long a guest may have the thread without coming to the end of a slice while others wait: slices take about a
 * millisecond, and half a second at the very worst.
 */
export const SILENT_MS_MAX = 2_000
