import * as Effect from "effect/Effect"

/** What waits for one reader, in order; what was put in can be taken out again. */
export class Mailbox<A> {
  closed = false
  readonly #letters = new Set<A>()
  #reader: ((letter: A) => void) | undefined
  #reading: A | undefined
  #idle: Array<() => void> = []

  get length(): number {
    return this.#letters.size
  }

  put(letter: A): void {
    const reader = this.#reader
    if (reader === undefined) this.#letters.add(letter)
    else {
      this.#reader = undefined
      this.#reading = letter
      reader(letter)
    }
  }

  remove(letter: A): void {
    this.#letters.delete(letter)
  }

  /** Takes no more, and *returns* what is being read and what nobody has read. */
  close(): ReadonlyArray<A> {
    this.closed = true
    const left = [...(this.#reading === undefined ? [] : [this.#reading]), ...this.#letters]
    this.#letters.clear()
    return left
  }

  /** The next one; whoever takes it has done with the one before. For one reader. */
  readonly take: Effect.Effect<A> = Effect.callback<A>((resume) => {
    this.#reading = undefined
    for (const tell of this.#idle.splice(0)) tell()
    for (const letter of this.#letters) {
      this.#letters.delete(letter)
      this.#reading = letter
      resume(Effect.succeed(letter))
      return undefined
    }
    this.#reader = (letter) => resume(Effect.succeed(letter))
    return Effect.sync(() => {
      this.#reader = undefined
    })
  })

  /** Runs `effect` when nothing is being read, before anything else is. */
  whenIdle<E>(effect: Effect.Effect<void, E>): Effect.Effect<void, E> {
    return Effect.andThen(
      Effect.callback<void>((resume) => {
        if (this.#reading === undefined) resume(Effect.void)
        else this.#idle.push(() => resume(Effect.void))
      }),
      effect
    )
  }
}
