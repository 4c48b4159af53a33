import { sharedClockMs } from "./sharedClock.ts"
import { writeNote } from "./worker/writeNote.ts"

/**
 * The few words of shared memory that a firing's two sides have between them.
 *
 * ```
 *   int32 0   cancelled   written by the caller, seen at the next empty slice
 *   int32 1   phase       written by the worker, so that the caller's fence knows whose time is running
 *   int32 2   replies     counted up by the caller when an answer of a remote host function lies ready
 *   int32 3   noted       in a child process: the firing's number, under which its phases are told to the parent
 *   float64 2 phase's beginning, milliseconds on a clock that all threads share
 *   int32 6   begun       of a pool's calls that came together, how many have begun
 * ```
 * Shared memory and not messages: a worker that is deep in a guest reads no messages.
 */
export const PHASES = ["idle", "loading", "compiling", "executing", "capturing", "done"] as const
export type Phase = (typeof PHASES)[number]

const CANCELLED = 0
const PHASE = 1
const REPLIES = 2
const NOTED = 3
const SINCE = 2
const BEGUN = 6
const BYTES = 32

export class FiringCell {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #times: Float64Array

  /** A cell of its own, idle from now on, or the other side's. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(BYTES)
    this.#words = new Int32Array(this.buffer)
    this.#times = new Float64Array(this.buffer)
    if (buffer === undefined) this.enter("idle")
  }

  cancel(): void {
    Atomics.store(this.#words, CANCELLED, 1)
    this.notifyReply()
  }

  get cancelled(): boolean {
    return Atomics.load(this.#words, CANCELLED) === 1
  }

  /** In a child process: from now on each phase is told to the parent before it begins, under this number. */
  noteAs(firing: number): void {
    Atomics.store(this.#words, NOTED, firing)
  }

  enter(phase: Phase): void {
    const noted = this.#words[NOTED] ?? 0
    if (noted !== 0) writeNote(noted, PHASES.indexOf(phase))
    this.#times[SINCE] = sharedClockMs()
    Atomics.store(this.#words, PHASE, PHASES.indexOf(phase))
  }

  get phase(): Phase {
    return PHASES[Atomics.load(this.#words, PHASE)] ?? "idle"
  }

  /** Milliseconds that the phase has lasted. */
  get phaseMs(): number {
    // The other thread can have written after this one has read the clock.
    return Math.max(0, sharedClockMs() - (this.#times[SINCE] ?? 0))
  }

  /** Another of the calls that came together begins. */
  begin(): void {
    Atomics.add(this.#words, BEGUN, 1)
  }

  get begun(): number {
    return Atomics.load(this.#words, BEGUN)
  }

  notifyReply(): void {
    Atomics.add(this.#words, REPLIES, 1)
    Atomics.notify(this.#words, REPLIES)
  }

  get replies(): number {
    return Atomics.load(this.#words, REPLIES)
  }

  /** Waits, on the worker's side, until there are other than `seen` replies or the time is over. */
  waitForReply(seen: number, milliseconds: number): void {
    Atomics.wait(this.#words, REPLIES, seen, milliseconds)
  }
}
