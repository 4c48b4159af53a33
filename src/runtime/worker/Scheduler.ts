import { SLICE_FIRST, SLICE_MAX, SLICE_MIN, type Stop } from "../../fuel/Account.ts"
import type { FiringCell } from "../FiringCell.ts"
import { NOBODY, type SchedulerCell } from "../SchedulerCell.ts"
import type { Turns } from "./FiringServices.ts"
import { jspi } from "./jspi.ts"
import { type Priority, RunQueue, type Waiting } from "./RunQueue.ts"

/**
 * One thread and the guests that share it: one runs, the others wait for their turns.
 *
 * ```
 *   run ─▶ fresh ─▶ has the thread ─┬─ end of a slice, others wait ─▶ spent ─▶ …
 *                                   ├─ asks a remote function ─▶ away ─▶ fresh ─▶ …
 *                                   └─ ended
 * ```
 * Where the engine cannot suspend a guest, it has the thread until it has ended.
 */
export class Scheduler {
  readonly #cell: SchedulerCell
  readonly #queue = new RunQueue()
  readonly #guests = new Map<number, Guest>()
  #running: Guest | undefined
  #received = 0
  /** When the event loop was last let in. */
  #loopedMs = performance.now()
  #looping = false
  /** Units of everybody's slice, and when the one that runs began. */
  #units = SLICE_FIRST
  #turnMs = 0

  constructor(cell: SchedulerCell) {
    this.#cell = cell
  }

  /** Guests that have not ended. */
  get load(): number {
    return this.#guests.size
  }

  /** Notes a message: whoever has the thread need not make way for it any more. */
  receive(): void {
    this.#received = (this.#received + 1) | 0
  }

  /** Runs `task` when it is its turn, and from then on in turns; it must not reject. */
  run(firing: number, priority: Priority, task: (guest: Guest) => Promise<void>): void {
    const guest = new Guest(priority, this, () => {
      void task(guest).finally(() => {
        this.#guests.delete(firing)
        guest.end()
        this.giveUp(guest)
      })
    })
    guest.number = firing
    this.#guests.set(firing, guest)
    this.wake(guest, "fresh")
  }

  /** Lets a guest that waits look at once whether it may go on. */
  hurry(firing: number): void {
    const guest = this.#guests.get(firing)
    if (guest === undefined) return
    guest.stopWaiting()
    this.#queue.hurry(guest)
  }

  /** Whether somebody else is to run at the end of this slice. */
  shouldPark(): boolean {
    this.#cell.seen()
    return jspi !== undefined && (this.#queue.length > 0 || this.#cell.posted !== this.#received)
  }

  /** The more wait, the shorter: a round of all of them takes {@link ROUND_MS}, as far as slices go. */
  targetMs(): number {
    return Math.min(SLICE_MS_MAX, Math.max(SLICE_MS_MIN, ROUND_MS / (this.#queue.length + 1)))
  }

  /** `undefined` while nobody waits: then a slice's length matters to nobody else. */
  shareUnits(): number | undefined {
    return this.#queue.length === 0 ? undefined : this.#units
  }

  /** At the end of a slice: the next ones are a little longer or shorter, for all. */
  tune(): void {
    const elapsed = performance.now() - this.#turnMs
    if (elapsed <= 0) return
    const scale = Math.min(1.1, Math.max(0.9, this.targetMs() / elapsed))
    this.#units = Math.min(SLICE_MAX, Math.max(SLICE_MIN, this.#units * scale))
  }

  wake(guest: Guest, kind: "fresh" | "spent"): void {
    this.#queue.push(guest, kind)
    if (this.#running === undefined) this.#turn()
  }

  /** Takes the thread from the guest that has it. */
  giveUp(guest: Guest): void {
    if (this.#running !== guest) return
    this.#running = undefined
    this.#cell.run(NOBODY)
    this.#turn()
  }

  /** Lets the next one run, the event loop first where a message waits or it has not been let in for a while. */
  #turn(): void {
    if (this.#looping || this.#queue.length === 0) return
    this.#looping = true
    const late = performance.now() - this.#loopedMs > LOOP_MS_MAX
    // Never at once: this is called by the guest that gives the thread up, whose frames are still on the stack.
    if (!late && this.#cell.posted === this.#received) queueMicrotask(() => this.#next())
    else
      setImmediate(() => {
        this.#loopedMs = performance.now()
        this.#next()
      })
  }

  #next(): void {
    this.#looping = false
    if (this.#running !== undefined) return
    const next = this.#queue.shift()
    if (!(next instanceof Guest)) return
    this.#running = next
    this.#cell.run(next.number)
    this.#turnMs = performance.now()
    next.go()
  }
}

/** A slice's time by the clock, alone and among many. */
const SLICE_MS_MAX = 1
const SLICE_MS_MIN = 0.1
const ROUND_MS = 20
/** The longest that guests run without the event loop: timers and messages wait for it. */
const LOOP_MS_MAX = 2

/** One guest of a scheduler. */
export class Guest implements Turns, Waiting {
  readonly priority: Priority
  number = NOBODY
  /** Of the firing; there is none before its task has begun. */
  cell: Pick<FiringCell, "cancelled"> | undefined
  readonly #scheduler: Scheduler
  #resume: () => void
  #waitedMs = 0
  #hastened = false
  #deadlineMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #stopAway: ((stop: Stop) => void) | undefined

  constructor(priority: Priority, scheduler: Scheduler, begin: () => void) {
    this.priority = priority
    this.#scheduler = scheduler
    this.#resume = begin
  }

  begin(deadlineMs: number): void {
    this.#deadlineMs = deadlineMs
    this.#waitedMs = 0
    // Of the call before.
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  hasten(): void {
    this.#hastened = true
  }

  shouldPark(): boolean {
    return this.#scheduler.shouldPark()
  }

  targetMs(): number {
    return this.#scheduler.targetMs()
  }

  shareUnits(): number | undefined {
    return this.#scheduler.shareUnits()
  }

  waitedMs(): number {
    return this.#waitedMs
  }

  park(): Promise<void> {
    this.#watchDeadline()
    this.#scheduler.tune()
    return this.#waitFor(this.#hastened ? "fresh" : "spent")
  }

  /** Gives the thread away until `answer` is there, and then until it is this guest's turn. */
  async away<A>(answer: Promise<A>): Promise<A> {
    this.#watchDeadline()
    const left = performance.now()
    this.#scheduler.giveUp(this)
    const answered = await answer
    this.#stopAway = undefined
    this.#waitedMs += performance.now() - left
    await this.#waitFor("fresh")
    return answered
  }

  /** Resolves when this guest must not wait any longer for an answer. */
  stopped(): Promise<Stop> {
    return new Promise((resolve) => {
      this.#stopAway = resolve
    })
  }

  go(): void {
    this.#resume()
  }

  stopWaiting(): void {
    this.#stopAway?.(this.cell?.cancelled === true ? "cancelled" : "deadline")
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  #waitFor(kind: "fresh" | "spent"): Promise<void> {
    const left = performance.now()
    return new Promise((resolve) => {
      this.#resume = () => {
        this.#waitedMs += performance.now() - left
        resolve()
      }
      this.#scheduler.wake(this, kind)
      this.#scheduler.giveUp(this)
    })
  }

  /** While it runs, its account looks at the clock; while it waits, a timer does. */
  #watchDeadline(): void {
    if (this.#timer !== undefined || !Number.isFinite(this.#deadlineMs)) return
    const left = Math.max(0, this.#deadlineMs - performance.now())
    this.#timer = setTimeout(() => {
      // A timer may fire a moment early; then the guest goes on, and the next one is set when it waits again.
      this.#timer = undefined
      this.#scheduler.hurry(this.number)
    }, Math.ceil(left))
  }
}
