/**
 * What a thread tells, taken up a millisecond's worth at a time.
 *
 * Node hands over up to a thousand messages in one go, and whoever is told of one may answer with the next: two threads
 * that are asked again at once held the caller's event loop for 40 ms. Here they only wait until the loop comes round.
 */
export class Inbox<A> {
  readonly #take: (message: A) => void
  #waiting: Array<A> = []
  #at = 0
  #isScheduled = false

  constructor(take: (message: A) => void) {
    this.#take = take
  }

  readonly push = (message: A): void => {
    this.#waiting.push(message)
    this.#schedule()
  }

  /** Takes up all that waits, now: there will be no more. */
  flush(): void {
    this.#takeUntil(Number.POSITIVE_INFINITY)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#takeUntil(performance.now() + TURN_MS)
      if (this.#at < this.#waiting.length) this.#schedule()
    })
  }

  #takeUntil(untilMs: number): void {
    while (this.#at < this.#waiting.length) {
      const message = this.#waiting[this.#at++]
      // The cast: what was pushed, which may be anything.
      this.#take(message as A)
      if (performance.now() >= untilMs) return
    }
    this.#waiting = []
    this.#at = 0
  }
}

/** How long the loop may be held by them. */
const TURN_MS = 1
