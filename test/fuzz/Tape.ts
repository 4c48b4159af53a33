/**
 * Numbers that a generator takes its decisions from, one after the other; when they have run out it gets 0, the
 * simplest decision. So a shorter list of smaller numbers is a smaller module, and shrinking works by itself.
 */
export class Tape {
  readonly #numbers: ReadonlyArray<number>
  #at = 0

  constructor(numbers: ReadonlyArray<number>) {
    this.#numbers = numbers
  }

  /** A number from 0 to `count - 1`. */
  below(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count
  }

  /** One of some things, the first when the tape is at its end. */
  pick<A>(things: readonly [A, ...A[]]): A {
    return things[this.below(things.length)] ?? things[0]
  }

  get spent(): boolean {
    return this.#at >= this.#numbers.length
  }
}
