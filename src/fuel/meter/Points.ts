/**
 * What the analysis of one function found out: where the rewriter has something to do.
 *
 * A point is three numbers (offset, kind, argument) in one growing array, in the order of the offsets. That
 * is 12 bytes for every ten instructions of a module of 14 million; objects would be a gigabyte.
 */

/** A run of instructions begins: charge the argument. A charge of 0 without a check is nothing to do. */
export const CHARGE = 0
/** As `CHARGE`, and look whether the counter is below zero. */
export const CHARGE_AND_CHECK = 1
/** A call begins: the callee must find the depth that is left. */
export const CALL = 2
/** A tail call begins: the callee must find the depth that is left without this frame. */
export const TAIL_CALL = 3
/** The instruction is replaced by a call of the helper whose number is the argument. */
export const HELPER = 4
/** An object of the argument's bytes is about to be made. */
export const ALLOCATE = 5
/** A float was just made, of the kind that the argument names: its NaN is made the canonical one. */
export const CANONICAL_NAN = 6

export class Points {
  #numbers = new Int32Array(3 * 64)
  length = 0

  /** Adds a point and returns its index. */
  push(offset: number, kind: number, argument: number): number {
    const at = this.length * 3
    if (at + 3 > this.#numbers.length) {
      const grown = new Int32Array(this.#numbers.length * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#numbers[at] = offset
    this.#numbers[at + 1] = kind
    this.#numbers[at + 2] = argument
    return this.length++
  }

  /** Says what a run costs once its end is known, and whether to check there. */
  fill(index: number, kind: number, argument: number): void {
    this.#numbers[index * 3 + 1] = kind
    this.#numbers[index * 3 + 2] = argument
  }

  offset(index: number): number {
    return this.#numbers[index * 3] ?? 0
  }
  kind(index: number): number {
    return this.#numbers[index * 3 + 1] ?? 0
  }
  argument(index: number): number {
    return this.#numbers[index * 3 + 2] ?? 0
  }
}
