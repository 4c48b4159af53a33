import { CHARGE, CHARGE_AND_CHECK, type Points } from "./Points.ts"

/**
 * The straight runs of one function: each is a charge where it begins, whose amount is known where it ends.
 *
 * It also decides where to look at the counter: at every entry and loop header, and wherever more than
 * {@link UNCHECKED_MAX} could have been charged since the last look. Entries and headers alone would not do:
 * unwinding 4,000 frames with a megabyte of code behind each call ran 2.4 thousand million instructions.
 */

/** The most that may be charged in one function between two looks at the counter. */
export const UNCHECKED_MAX = 4096

/** The most that one run may charge, but for its last instruction: a counter of 32 bits must hold it. */
export const RUN_MAX = 2 ** 20

export class Runs {
  /** Charged in the run that is open. */
  cost = 0
  /** The most that can have been charged, on any path to here, since the last look. */
  unchecked = 0
  readonly #points: Points
  #open = -1
  #mustCheck = false

  constructor(points: Points) {
    this.#points = points
  }

  open(offset: number, check: boolean): void {
    this.#open = this.#points.push(offset, CHARGE, 0)
    this.cost = 0
    this.#mustCheck = check
  }

  /** Begins a new function. */
  reset(): void {
    this.unchecked = 0
    this.#open = -1
  }

  /** Ends the run that is open and goes on with another: for one that has become too long. */
  split(offset: number): void {
    if (this.#open < 0) return
    this.close()
    this.open(offset, false)
  }

  /** Ends the run that is open, if one is. */
  close(): void {
    if (this.#open < 0) return
    const { cost } = this
    const check = this.#mustCheck || (cost > 0 && this.unchecked + cost > UNCHECKED_MAX)
    this.#points.fill(this.#open, check ? CHARGE_AND_CHECK : CHARGE, cost)
    this.unchecked = check ? 0 : this.unchecked + cost
    this.#open = -1
    this.cost = 0
  }
}
