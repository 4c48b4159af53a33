import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { type ExitReason, exitReasonOf } from "./ExitReason.ts"

/**
 * What a supervisor knows of something that runs: how to learn that it ended, how to ask it to, how to end it.
 *
 * It is OTP's pid: `startChild` hands it back, `whichChildren` lists it, and a service may hand out more than these
 * three by extending it. The other shape, a child that *is* an Effect and whose interruption is its shutdown, cannot
 * tell asking from killing, and a thread or a resident guest would have to be wrapped in a fiber that only waits;
 * {@link childOf} makes that shape from this one, not the other way round.
 */
export interface Child {
  /** Succeeds with how it ended, at once when it already has, for whoever asks. */
  readonly ended: Effect.Effect<ExitReason>
  /** Asks it to end. Need not wait until it has; what happens when it does not end is the supervisor's. */
  readonly shutdown: Effect.Effect<void>
  /** Ends it without asking. */
  readonly kill: Effect.Effect<void>
}

/**
 * A child that is a fiber: `init` runs while the supervisor waits and hands back what the fiber then runs.
 *
 * Its failure is a start failure. Interruption is what a fiber has for shutdown and for kill: one that cannot be
 * interrupted is given up by its supervisor, which says so. The scope of the start owns the fiber: a start that goes
 * on after it and fails leaves none behind.
 *
 *     const ticker = childOf(Effect.succeed(Effect.sleep("1 milli")))
 *     const program = Effect.flatMap(ticker, (child) => Effect.map(child.ended, describeExitReason))
 *     await Effect.runPromise(Effect.scoped(program)) // => "normal"
 */
export const childOf = <E, R, E2, R2>(
  init: Effect.Effect<Effect.Effect<unknown, E2, R2>, E, R>
): Effect.Effect<Child, E, R | R2 | Scope.Scope> =>
  Effect.gen(function* () {
    const body = yield* init
    let asked = false
    const fiber = yield* Effect.acquireRelease(
      Effect.forkDetach(body, { startImmediately: true, uninterruptible: false }),
      (forked) => Fiber.interrupt(forked)
    )
    const kill = Effect.sync(() => fiber.interruptUnsafe())
    return {
      // Of the fiber and not of something in it: one that is interrupted before its first step has ended too.
      ended: Effect.map(Fiber.await(fiber), (exit) => exitReasonOf(exit, asked)),
      shutdown: Effect.suspend(() => {
        asked = true
        return kill
      }),
      kill
    }
  })

/** Whether a start gave a child: from a caller without types it can be anything. */
export const isChild = (value: unknown): value is Child =>
  typeof value === "object" &&
  value !== null &&
  ["ended", "shutdown", "kill"].every((name) => Effect.isEffect(Reflect.get(value, name)))

/** A start that starts nothing: its spec stays where it is, without a child. */
export const IGNORE = "ignore" as const

/** A start: what it acquires in its scope is released when its child has ended, before anybody hears of it. */
export type Start<C extends Child = Child, R = never> = Effect.Effect<
  C | typeof IGNORE,
  unknown,
  R | Scope.Scope
>
