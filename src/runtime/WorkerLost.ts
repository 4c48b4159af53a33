import type { Phase } from "./FiringCell.ts"

/** The thread died, or was terminated because it did not come back. */
export class WorkerLost {
  readonly _tag = "WorkerLost"
  readonly cause: string
  /** What the firing was doing: `compiling` counts against the module, everything else against the engine. */
  readonly phase: Phase
  /** How long it had been compiling, when it was terminated for taking longer than `compileMsMax`. */
  readonly compileMs: number | undefined
  /** Whether the caller had cancelled the firing before. */
  readonly cancelled: boolean
  /** Whether nothing of the firing had begun, so that another thread can do it. */
  readonly repeatable: boolean
  constructor(cause: string, phase: Phase, cancelled = false, compileMs?: number, repeatable = false) {
    this.cause = cause
    this.phase = phase
    this.cancelled = cancelled
    this.repeatable = repeatable
    this.compileMs = compileMs
  }
}
