import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { Audit } from "../../src/audit/Audit.ts"

/**
 * Where a scenario is played: on a clock that only moves when everything has come to rest.
 *
 * What is done is done by a fiber that sleeps first. `TestClock` follows everything that a sleeper sets in motion
 * and returns when nothing of it can go on without time, so no wait is guessed at, and half a second of a stubborn
 * child costs nothing.
 */
export const perform = <A, R>(
  effect: Effect.Effect<A, never, R>,
  withinMs = HANGS_MS
): Effect.Effect<A | typeof HANGS, never, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkDetach(Effect.andThen(Effect.sleep(1), effect), {
      startImmediately: true
    })
    yield* TestClock.adjust(1)
    for (let ms = 0; fiber.pollUnsafe() === undefined && ms < withinMs; ms += STEP_MS)
      yield* TestClock.adjust(STEP_MS)
    if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
    fiber.interruptUnsafe()
    return HANGS
  })

export const HANGS = "hangs"
const HANGS_MS = 60_000
const STEP_MS = 10

/** What a scenario needs: time that stands still, and nobody who writes to the terminal. */
export const stage: Layer.Layer<Audit> = Layer.mergeAll(TestClock.layer(), Audit.layer, Logger.layer([]))
