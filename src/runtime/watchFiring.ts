import * as Effect from "effect/Effect"
import type { FiringRequest } from "./Firing.ts"
import type { FiringCell, Phase } from "./FiringCell.ts"
import { WorkerLost } from "./WorkerLost.ts"

/**
 * The fence round a firing: looks at its cell from time to time and ends when the thread is over its time.
 *
 * Every phase has a bound, so that whatever a thread does the caller gets an answer. Metered code stops within a
 * slice, about a millisecond; the fence is for what is not metered: a host function that hangs, a host module
 * that never finishes loading, or V8 itself.
 *
 * *Returns* what to tell the caller. Nobody has ended the thread by then.
 */
export const watchFiring = (
  cell: Pick<FiringCell, "phase" | "phaseMs" | "cancelled">,
  request: Pick<FiringRequest, "policy" | "timeoutMs">
): Effect.Effect<WorkerLost> =>
  Effect.gen(function* () {
    let cancelledMs: number | undefined
    for (;;) {
      const { phase, phaseMs, cancelled } = cell
      const most = boundMs(phase, request)
      if (phaseMs > most) return overdue(cell, phase, phaseMs, most)
      if (cancelled) {
        cancelledMs ??= performance.now()
        if (STOPPABLE.includes(phase) && performance.now() - cancelledMs > FENCE_MS)
          return new WorkerLost(`it did not stop ${FENCE_MS} ms after it was cancelled`, phase, true)
      }
      const next = cancelled ? STEP_MS : Math.min(most - phaseMs, STEP_MS_MAX)
      yield* Effect.sleep(Math.max(STEP_MS, next))
    }
  })

/**
 * How long after its deadline, or its cancellation, a thread may be silent. Generous, because what it does until
 * then is lost: on a machine that is busy a guest that stops in time may come back a hundred milliseconds late.
 */
export const FENCE_MS = 500
/** How long a thread may take to start; 30 ms on an idle machine. */
export const START_MS_MAX = 30_000
/** How long host modules may take to load. */
export const LOAD_MS_MAX = 10_000
/** How long a capture may take: 4 GiB at half a gigabyte a second, and the explanation of a deep stack. */
export const CAPTURE_MS_MAX = 15_000
/** How long the report itself may take on its way. */
export const REPORT_MS_MAX = 15_000

const boundMs = (
  phase: Phase,
  { policy, timeoutMs }: Pick<FiringRequest, "policy" | "timeoutMs">
): number => {
  switch (phase) {
    case "idle":
      return START_MS_MAX
    case "loading":
      return LOAD_MS_MAX
    case "compiling":
      return policy.compileMsMax
    case "executing":
      return timeoutMs + FENCE_MS
    case "capturing":
      return CAPTURE_MS_MAX
    case "done":
      return REPORT_MS_MAX
  }
}

/** Where a cancellation is worth more than what the thread would still tell. */
const STOPPABLE: ReadonlyArray<Phase> = ["idle", "loading", "compiling", "executing"]

const overdue = (
  { cancelled }: Pick<FiringCell, "cancelled">,
  phase: Phase,
  phaseMs: number,
  most: number
): WorkerLost => {
  const what =
    phase === "executing"
      ? `it did not come back ${FENCE_MS} ms after it should have stopped`
      : `${DOING[phase]} took longer than ${most} ms`
  return new WorkerLost(what, phase, cancelled, phase === "compiling" ? Math.round(phaseMs) : undefined)
}

const DOING: Readonly<Record<Exclude<Phase, "executing">, string>> = {
  idle: "the start of its thread",
  loading: "loading its host modules",
  compiling: "compiling",
  capturing: "capturing",
  done: "the report"
}

/** Short enough to see a cancellation soon. */
const STEP_MS = 25
/** Short enough to see a phase that has changed meanwhile. */
const STEP_MS_MAX = 250
