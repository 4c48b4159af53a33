import * as Effect from "effect/Effect"
import { type Priority, RunQueue, type Waiting } from "../src/runtime/worker/RunQueue.ts"

/** How long somebody waits, and what becomes of him then. */
export interface Patience<E> {
  readonly ms: number
  readonly over: Effect.Effect<never, E>
}

/**
 * Where firings wait until there is a place for them, by priority and in their order.
 *
 * A place is taken at the moment in which it is given, not when the fiber that waited goes on: nobody can come
 * between the two, and one that was interrupted between them gives it back.
 */
export class WaitingRoom {
  readonly #queue = new RunQueue()
  readonly #placesMax: number
  #taken = 0

  constructor(placesMax: number) {
    this.#placesMax = placesMax
  }

  /** Places that are taken. */
  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Whether somebody who comes now need not wait. */
  get hasPlace(): boolean {
    return this.#taken < this.#placesMax
  }

  /** Runs `use` when there is a place; waiting is interruptible, and lasts no longer than `patience` says. */
  use<A, E, R, E2 = never>(
    priority: Priority,
    use: Effect.Effect<A, E, R>,
    patience?: Patience<E2>
  ): Effect.Effect<A, E | E2, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const ticket = { admitted: false }
        const entering =
          patience === undefined || this.hasPlace
            ? this.#enter(ticket, priority)
            : Effect.timeoutOrElse(this.#enter(ticket, priority), {
                duration: patience.ms,
                orElse: () =>
                  // Admitted in the very moment in which it was over: it has its place.
                  Effect.suspend(() => (ticket.admitted ? Effect.void : patience.over))
              })
        return restore(entering).pipe(
          Effect.onInterrupt(() => Effect.sync(() => void (ticket.admitted && this.#leave()))),
          Effect.andThen(
            Effect.ensuring(
              restore(use),
              Effect.sync(() => this.#leave())
            )
          )
        )
      })
    )
  }

  /** Takes a place at once, for something that is done before anybody else comes to run. *Returns* whether there was one. */
  takeNow(): boolean {
    if (!this.hasPlace) return false
    this.#taken++
    return true
  }

  giveBack(): void {
    this.#leave()
  }

  #enter(ticket: { admitted: boolean }, priority: Priority): Effect.Effect<void> {
    return Effect.suspend(() => {
      const admit = () => {
        ticket.admitted = true
        this.#taken++
      }
      if (this.hasPlace) return Effect.sync(admit)
      return Effect.callback<void>((resume) => {
        const waiting: Waiting = {
          priority,
          go: () => {
            admit()
            resume(Effect.void)
          }
        }
        this.#queue.push(waiting, "fresh")
        return Effect.sync(() => void this.#queue.remove(waiting))
      })
    })
  }

  #leave(): void {
    this.#taken--
    if (this.hasPlace) this.#queue.shift()?.go()
  }
}
