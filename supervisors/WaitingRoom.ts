import * as Effect from "effect/Effect"
import { type Priority, RunQueue, type Waiting } from "../src/runtime/worker/RunQueue.ts"

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

  get waiting(): number {
    return this.#queue.length
  }

  /** Whether somebody who comes now need not wait. */
  get hasPlace(): boolean {
    return this.#taken < this.#placesMax
  }

  /** Runs `use` when there is a place; waiting is interruptible. */
  use<A, E, R>(priority: Priority, use: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const ticket = { admitted: false }
        return restore(this.#enter(ticket, priority)).pipe(
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
