import { sharedClockMs } from "./sharedClock.ts"

/**
 * The few words of shared memory between a scheduler's thread and whoever gives it guests.
 *
 * ```
 *   int32 0   posted    counted up by the caller with each message, so that a guest that runs makes way for it
 *   int32 1   running   number of the firing whose guest has the thread, -1 for none
 *   float64 1 since     when it was last seen: it got the thread, or came to the end of a slice
 * ```
 */
const POSTED = 0
const RUNNING = 1
const SINCE = 1
const BYTES = 16

export const NOBODY = -1

export class SchedulerCell {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #times: Float64Array
  #heardMs: number | undefined

  /** A cell of its own, or the other side's. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(BYTES)
    this.#words = new Int32Array(this.buffer)
    this.#times = new Float64Array(this.buffer)
    if (buffer === undefined) this.run(NOBODY)
  }

  /** Says that a message is on its way. */
  announce(): void {
    Atomics.add(this.#words, POSTED, 1)
  }

  get posted(): number {
    return Atomics.load(this.#words, POSTED)
  }

  /** Says who has the thread from now on. */
  run(firing: number): void {
    this.seen()
    Atomics.store(this.#words, RUNNING, firing)
  }

  /** Says that whoever has the thread has looked up, now or that long ago. */
  seen(agoMs = 0): void {
    this.#times[SINCE] = sharedClockMs() - agoMs
  }

  /** Says that the process of the thread has sent something: it does each few milliseconds while it has work. */
  heard(): void {
    this.#heardMs = sharedClockMs()
  }

  /** When that was, on the clock that all threads share; `undefined` of a thread that is in this process. */
  get heardMs(): number | undefined {
    return this.#heardMs
  }

  get running(): number {
    return Atomics.load(this.#words, RUNNING)
  }

  /** Milliseconds since whoever has the thread was last seen. */
  get silentMs(): number {
    // The other thread can have written after this one has read the clock.
    return Math.max(0, sharedClockMs() - (this.#times[SINCE] ?? 0))
  }
}
