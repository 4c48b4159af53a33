import { COUNTER_IN_LOCAL, PARK } from "./meter/Layout.ts"
import { UNCHECKED_MAX } from "./meter/LookState.ts"

/**
 * The account of one firing: how much fuel it was given, how much it has used, and why it was stopped.
 *
 * The module holds an i32 counter with the current slice; the 64-bit account is here. At every empty slice the
 * module calls {@link Account.refill} with its counter and gets a new one, or -1 and then executes
 * `unreachable`. A slice is never more than what is left in the account, so a counter that has gone below zero
 * at the account's end means exactly that more was charged than allocated.
 *
 * Why a guest was stopped is written here by whoever stopped it. A trap's text is never asked.
 */

/** What stopped the guest, as far as the host decided it. */
export type Stop = "fuel" | "deadline" | "cancelled" | "stack" | "objects" | "growth" | "host"

/** The first slice, in units: 2 million units of first-touch stores can take 0.7 s, so begin small. */
export const SLICE_FIRST = 2 ** 16
/** The largest slice: at 2^20 refilling costs half a per cent. */
export const SLICE_MAX = 2 ** 20
/** The smallest slice that the clock may shrink one to; a refill takes about 0.2 µs. */
export const SLICE_MIN = 2 ** 10
/** What a slice should take by the clock. */
export const SLICE_TARGET_MS = 1
/**
 * How near the deadline slices stay at {@link SLICE_FIRST} or below: the longest that one of {@link SLICE_MAX}
 * can take. Measured (test/bench/lateness.ts): first touches of memory cost 330 ns a unit, exceptions thrown and
 * caught 250, where an ordinary instruction costs one or less; a guest can turn from one to the other at any time.
 */
export const NEAR_DEADLINE_MS = 500

/** What may be charged beyond a slice until the guest looks: in a function, and before its caller's next look. */
export const OVERDRAWN_MAX = 2 * UNCHECKED_MAX

export interface AccountOptions {
  /** Units, a safe integer, at least 0. */
  readonly allocated: number
  /** Milliseconds on `now`'s clock after which the guest is stopped. */
  readonly deadlineMs: number
  /** A monotonic clock in milliseconds. */
  readonly now: () => number
  /** Looked at once a slice. */
  readonly isCancelled: () => boolean
  /** Whom the guest shares its thread with, asked at the end of each slice; without it, nobody. */
  readonly sharing?: Sharing | undefined
  /** Units of the largest slice, at least 0; {@link SLICE_MAX} without it. */
  readonly sliceMax?: number
}

/** What others leave to a guest. */
export interface Sharing {
  /**
   * Whether the guest is to wait before it gets the next slice; only where it can be suspended, see
   * `worker/hostModules.ts`.
   */
  readonly shouldPark: () => boolean
  /** Milliseconds that a slice should take by the clock; {@link SLICE_TARGET_MS} for a guest that shares with nobody. */
  readonly targetMs: () => number
  /** Units of a slice while others wait, the same for all of them; `undefined` for what the clock says of this guest. */
  readonly shareUnits: () => number | undefined
}

export class Account {
  allocated: number
  /** Why the host stopped the guest; the first reason stays. */
  stop: Stop | undefined = undefined
  /** How many slices were handed out, the first one included. */
  slices = 0
  #used = 0
  #granted = 0
  #size = SLICE_FIRST
  #startedMs: number
  readonly #sliceMax: number
  #deadlineMs: number
  readonly #now: () => number
  readonly #isCancelled: () => boolean
  readonly #sharing: Sharing | undefined

  constructor(options: AccountOptions) {
    this.allocated = options.allocated
    this.#deadlineMs = options.deadlineMs
    this.#now = options.now
    this.#isCancelled = options.isCancelled
    this.#sharing = options.sharing
    this.#sliceMax = Math.min(options.sliceMax ?? SLICE_MAX, SLICE_MAX)
    this.#startedMs = options.now()
  }

  /** For another call of the same instance: as if it was made now, with as much and for as long. */
  renew(allocated: number, deadlineMs: number, nowMs = this.#now()): void {
    this.allocated = allocated
    this.#deadlineMs = deadlineMs
    this.stop = undefined
    this.slices = 0
    this.#used = 0
    this.#granted = 0
    this.#size = SLICE_FIRST
    this.#startedMs = nowMs
  }

  /** The counter that a run starts with. */
  open(nowMs = this.#now()): number {
    return this.#grant(nowMs)
  }

  /**
   * Settles the slice that ended with `counter` and opens the next one.
   *
   * Returns the new counter, 0 to {@link SLICE_MAX}, or -1: the guest must stop, and `stop` says why; or
   * {@link PARK}: it must wait, and gets its counter from {@link Account.resume}. In a host call, where a guest
   * cannot wait, that is a counter like any other below zero: it asks again at its next look.
   */
  refill(counter: number): number {
    this.settle(counter)
    if (this.#used > this.allocated) return this.#end("fuel")
    const now = this.#now()
    const over = this.#over(now)
    if (over !== undefined) return this.#end(over)
    const elapsed = now - this.#startedMs
    const scale = elapsed > 0 ? (this.#sharing?.targetMs() ?? SLICE_TARGET_MS) / elapsed : 4
    // At most fourfold either way: one page fault or one garbage collection must not decide the next slice.
    this.#size = clamp(this.#size * clamp(scale, 0.25, 4), SLICE_MIN, SLICE_MAX)
    if (this.#sharing?.shouldPark() !== true) return this.#grant(now)
    this.#granted = PARK
    return PARK
  }

  /**
   * Opens the slice for which a guest has waited. While it waited nothing was granted, and whatever ended meanwhile
   * ends it: a guest that was stopped, its deadline, its caller's patience.
   *
   * Returns as {@link Account.refill}, but never {@link PARK}.
   */
  resume(): number {
    const now = this.#now()
    const over = this.stop ?? this.#over(now)
    return over === undefined ? this.#grant(now) : this.#end(over)
  }

  #over(now: number): "deadline" | "cancelled" | undefined {
    if (now >= this.#deadlineMs) return "deadline"
    return this.#isCancelled() ? "cancelled" : undefined
  }

  /** Books what the slice consumed and leaves nothing granted; `used` is then true to the unit. */
  settle(counter: number): void {
    if (counter === COUNTER_IN_LOCAL) this.#used = this.#mostUsed()
    else this.#used += this.#granted - counter
    this.#granted = 0
  }

  /**
   * A trap in a loop took the counter along: all of the slice may have been charged, and beyond it what is charged
   * between two looks; never more than was allocated, for that would be another outcome than a trap.
   */
  #mostUsed(): number {
    const most = this.#used + this.#granted + OVERDRAWN_MAX
    return Math.max(this.#used, Math.min(most, this.allocated))
  }

  /** Writes why the guest is stopped, unless somebody was first, and returns the counter that says so. */
  stopFor(stop: Stop): -1 {
    this.stop ??= stop
    return -1
  }

  /** Units charged so far, as of the last `settle`; more than `allocated` by at most what one check lets pass. */
  get charged(): number {
    return this.#used
  }

  /** Hands out the counter -1, as a slice like any other: settling it books nothing. */
  #end(stop: Stop): -1 {
    this.#granted = -1
    return this.stopFor(stop)
  }

  #grant(now: number): number {
    const near = this.#deadlineMs - now < NEAR_DEADLINE_MS
    const wanted = this.#sharing?.shareUnits() ?? this.#size
    const size = near ? Math.min(wanted, SLICE_FIRST) : wanted
    this.#granted = Math.floor(Math.min(size, this.#sliceMax, this.allocated - this.#used))
    this.#startedMs = now
    this.slices++
    return this.#granted
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)
