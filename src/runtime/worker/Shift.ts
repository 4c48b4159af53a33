import type { FiringCell } from "../FiringCell.ts"
import type { Turns } from "./FiringServices.ts"
import type { Guest } from "./Scheduler.ts"

/**
 * The place in the scheduler that an instance has for one call after the other: an instance is connected once, and
 * each of its calls is a guest of its own there.
 *
 * Between calls there is none: what a call leaves behind for as long as the next one is not there grows old, and ten
 * thousand guests had 37 MB of it after each round of calls.
 */
export class Shift implements Turns {
  #call: Call | undefined
  #keeps = false

  constructor(call?: Call) {
    if (call !== undefined) this.begins(call)
  }

  /** A call begins. */
  begins(call: Call): void {
    this.#call = call
    call.guest.cell = call.cell
  }

  /** It has been reported. */
  ends(): void {
    this.#call = undefined
  }

  /** *Throws* between calls, where nobody may ask: a defect of ours. */
  get call(): Call {
    if (this.#call === undefined) throw new Error("the instance has no call")
    return this.#call
  }

  begin(deadlineMs: number): void {
    // An instance that is made ahead has nobody's time.
    this.#call?.guest.begin(deadlineMs)
  }

  hasten(): void {
    this.call.guest.hasten()
  }

  /** Keeps the thread to the end of what `run` does, which is no more than a slice. */
  keeping<A>(run: () => A): A {
    this.#keeps = true
    try {
      return run()
    } finally {
      this.#keeps = false
    }
  }

  shouldPark(): boolean {
    return !this.#keeps && this.call.guest.shouldPark()
  }

  targetMs(): number {
    return this.call.guest.targetMs()
  }

  shareUnits(): number | undefined {
    return this.#keeps ? undefined : this.#call?.guest.shareUnits()
  }

  waitedMs(): number {
    return this.call.guest.waitedMs()
  }

  park(): Promise<void> {
    return this.call.guest.park()
  }

  away<A>(answer: Promise<A>): Promise<A> {
    return this.call.guest.away(answer)
  }

  stopped(): ReturnType<Guest["stopped"]> {
    return this.call.guest.stopped()
  }
}

interface Call {
  readonly guest: Guest
  readonly firing: number
  readonly cell: FiringCell
}
