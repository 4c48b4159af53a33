import { widened } from "./widened.ts"

/**
 * The labels that are open while a function is read backwards, as columns: what each way on from a label costs, and
 * what was seen of its body so far.
 */
export class ChargeLabels {
  depth = 0
  /** The least from the label on, until a gate. */
  least = new Int32Array(64)
  /** The most from the label on. */
  most = new Int32Array(64)
  /** The greatest `most` of this label and those around it. */
  mostOfAll = new Int32Array(64)
  /** Of an `if`: the least and the most of its other arm, and the event after which that arm is charged. */
  otherwise = new Int32Array(64)
  otherwiseMost = new Int32Array(64)
  place = new Int32Array(64)
  /** `HOLDS_…` and `LOOP_…` bits. */
  holds = new Uint8Array(64)
  /** The outermost label that something inside may branch to with nowhere to put a counter back. */
  leaves = new Int32Array(64)

  open(least: number, most: number, end: number): void {
    if (this.depth === this.least.length) this.#grow()
    const top = this.depth++
    this.least[top] = least
    this.most[top] = most
    this.mostOfAll[top] = top === 0 ? most : Math.max(most, this.mostOfAll[top - 1] ?? 0)
    this.otherwise[top] = least
    this.otherwiseMost[top] = most
    this.place[top] = end
    this.holds[top] = 0
    // Whoever branches to the function's own label leaves the function.
    this.leaves[top] = Math.max(top, 1)
  }

  /** Closes the innermost label, and tells the one around it what was in it. */
  close(more: number): void {
    const top = --this.depth
    this.note(((this.holds[top] ?? 0) & ~LOOP_GOES_ROUND) | more)
    this.leavesPerhaps(this.leaves[top] ?? top)
  }

  note(bits: number): void {
    const top = this.depth - 1
    if (top >= 0) this.holds[top] = (this.holds[top] ?? 0) | bits
  }

  /** Notes a branch, taken or not, to the label at `at`, which has no place of its own to put a counter back. */
  leavesPerhaps(at: number): void {
    const top = this.depth - 1
    if (top >= 0 && at < (this.leaves[top] ?? 0)) this.leaves[top] = Math.max(at, 0)
  }

  /** All that the body of the innermost label holds, as bits. */
  held(): number {
    const top = this.depth - 1
    return (this.holds[top] ?? 0) | ((this.leaves[top] ?? 1) < Math.max(top, 1) ? LEAVES_PERHAPS : 0)
  }

  #grow(): void {
    const size = this.least.length * 2
    this.least = widened(this.least, size)
    this.most = widened(this.most, size)
    this.mostOfAll = widened(this.mostOfAll, size)
    this.otherwise = widened(this.otherwise, size)
    this.otherwiseMost = widened(this.otherwiseMost, size)
    this.place = widened(this.place, size)
    this.holds = widened(this.holds, size)
    this.leaves = widened(this.leaves, size)
  }
}

/** What the body of a loop holds: something that looks at the counter where it is global … */
export const HOLDS_CALL = 1
/** … another loop … */
export const HOLDS_LOOP = 2
/** … or labels that are not written anew: those of handlers and of casts. */
export const HOLDS_HANDLER = 4
export const LOOP_HAS_PARAMS = 8
/** Something branches to its header. */
export const LOOP_GOES_ROUND = 16
/** Something in it branches out of it or not, with values or by a table. */
export const LEAVES_PERHAPS = 32
