import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { Audit } from "../../src/audit/Audit.ts"

/**
 * Where a scenario is played: on a clock that only moves when everything has come to rest, and then to the next
 * moment for which somebody waits.
 *
 * What is done is done by a fiber that sleeps first. `TestClock` follows everything that a sleeper sets in motion
 * and returns when nothing of it can go on without time, so no wait is guessed at, and half a second of a stubborn
 * child costs nothing.
 */
export class Stage {
  /** The moments for which somebody waits or has waited, the earliest first. */
  readonly #moments: Array<number> = []

  /** Time that stands still, and nobody who writes to the terminal. */
  get layer(): Layer.Layer<Audit> {
    const noting = Layer.effect(
      Clock.Clock,
      Effect.map(
        TestClock.testClockWith(Effect.succeed),
        (clock): TestClock.TestClock => ({
          ...clock,
          sleep: (duration) => {
            this.#note(clock.currentTimeMillisUnsafe() + Duration.toMillis(duration))
            return clock.sleep(duration)
          }
        })
      )
    )
    return Layer.mergeAll(Audit.layer, Logger.layer([]), noting.pipe(Layer.provideMerge(TestClock.layer())))
  }

  /** Does something and lets as much time pass as it takes: what came of it, or {@link HANGS}. */
  perform<A, R>(
    effect: Effect.Effect<A, never, R>,
    withinMs = HANGS_MS
  ): Effect.Effect<A | typeof HANGS, never, R> {
    return Effect.gen({ self: this }, function* () {
      const before = yield* Clock.currentTimeMillis
      const fiber = yield* Effect.forkDetach(Effect.andThen(Effect.sleep(INSTANT_MS), effect), {
        startImmediately: true
      })
      let at = before + INSTANT_MS
      do {
        yield* TestClock.setTime(at)
        if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
        at = this.#next(at)
      } while (at <= before + withinMs)
      fiber.interruptUnsafe()
      return HANGS
    })
  }

  /**
   * Lets time pass. Whoever waits for the end of just that time does so for a little longer: the recorder began to
   * sleep before what it had set in motion did.
   */
  pass(ms: number): Effect.Effect<void> {
    return TestClock.adjust(ms - EARLY_MS)
  }

  #note(at: number): void {
    const index = this.#moments.findIndex((other) => other >= at)
    if (index === -1) this.#moments.push(at)
    else if (this.#moments[index] !== at) this.#moments.splice(index, 0, at)
  }

  /** The next moment after one; infinity when nobody waits. */
  #next(at: number): number {
    while ((this.#moments[0] ?? Number.POSITIVE_INFINITY) <= at) this.#moments.shift()
    return this.#moments[0] ?? Number.POSITIVE_INFINITY
  }
}

export const HANGS = "hangs"
const HANGS_MS = 3_600_000
const INSTANT_MS = 0.001
const EARLY_MS = 0.5
