import type { FiringRequest } from "./Firing.ts"
import type { FiringCell, Phase } from "./FiringCell.ts"
import { WorkerLost } from "./WorkerLost.ts"

/**
 * The fence round a firing: whether its thread is over its time, by what stands in the firing's cell.
 *
 * Every phase has a bound, so that whatever a thread does the caller gets an answer. Metered code stops within a
 * slice, about a millisecond; the fence is for what is not metered: a host function that hangs, a host module
 * that never finishes loading, or V8 itself.
 *
 * *Returns* what to tell the caller, `undefined` while the firing is in its time. Nobody has ended the thread yet.
 */
export const judgeFiring = (
  { phase, phaseMs, cancelled }: Pick<FiringCell, "phase" | "phaseMs" | "cancelled">,
  request: Pick<FiringRequest, "policy" | "timeoutMs">,
  cancelledForMs: number | undefined
): WorkerLost | undefined => {
  const most = boundMs(phase, request)
  if (phaseMs > most) return overdue(phase, phaseMs, most, cancelled)
  if ((cancelledForMs ?? 0) > FENCE_MS && STOPPABLE.includes(phase))
    return new WorkerLost(`it did not stop ${FENCE_MS} ms after it was cancelled`, phase, true)
  return undefined
}

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

/** How long each phase may last. */
export const boundMs = (
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

const overdue = (phase: Phase, phaseMs: number, most: number, cancelled: boolean): WorkerLost => {
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
