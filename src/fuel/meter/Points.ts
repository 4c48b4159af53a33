import { Numbers } from "./Numbers.ts"

/**
 * What the analysis found out: where the rewriter has something to do, in the order of the offsets.
 *
 * A point is three numbers in three columns, 12 bytes, for all functions together: a module of 14 million
 * instructions has two million of them.
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
/** An exception of the argument's bytes is about to be made. */
export const THROW = 7
/** A float was just made, of the kind that the argument names: its NaN is made the canonical one. */
export const CANONICAL_NAN = 6

export class Points {
  readonly #offsets: Numbers
  readonly #kinds: Numbers
  readonly #arguments: Numbers

  /** With room for a number of points. */
  constructor(capacity: number) {
    this.#offsets = new Numbers(capacity)
    this.#kinds = new Numbers(capacity)
    this.#arguments = new Numbers(capacity)
  }

  get length(): number {
    return this.#offsets.length
  }

  /** Adds a point and returns its index. */
  push(offset: number, kind: number, argument: number): number {
    this.#offsets.push(offset)
    this.#kinds.push(kind)
    this.#arguments.push(argument)
    return this.#offsets.length - 1
  }

  /** Says what a run costs once its end is known, and whether to check there. */
  fill(index: number, kind: number, argument: number): void {
    this.#kinds.set(index, kind)
    this.#arguments.set(index, argument)
  }

  offset(index: number): number {
    return this.#offsets.at(index)
  }
  kind(index: number): number {
    return this.#kinds.at(index)
  }
  argument(index: number): number {
    return this.#arguments.at(index)
  }
}
