import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { InstanceManager } from "../../supervisors/InstanceManager.ts"
import { Audit } from "../audit/Audit.ts"
import { FuelMeter } from "../fuel/FuelMeter.ts"
import type { StartedThread } from "../runtime/startThread.ts"

/**
 * The part of Munition that the command needs, for one thing at a time: one thread, nothing audited.
 *
 * Made of the pieces and not of `src/index.ts`, which brings the dump's format and the analyser with it: 40 of
 * the 170 files that would be read before a guest starts.
 */
const layerOf = (started: StartedThread | undefined) =>
  InstanceManager.layer({ threadsMax: 1, started }).pipe(
    Layer.provide(Layer.merge(Audit.layer, FuelMeter.layer))
  )

/** What came of it: what it answered, how it failed, or that it was interrupted. A defect rejects. */
export type Settled<A, E> =
  | { readonly kind: "succeeded"; readonly value: A }
  | { readonly kind: "failed"; readonly error: E }
  | { readonly kind: "interrupted" }

export const settle = <A, E>(
  effect: Effect.Effect<A, E, InstanceManager>,
  started: StartedThread | undefined,
  signal?: AbortSignal
): Promise<Settled<A, E>> => {
  const provided = effect.pipe(
    Effect.provide(layerOf(started)),
    Effect.provideService(References.LogToStderr, true)
  )
  return Effect.runPromiseExit(provided, signal === undefined ? undefined : { signal }).then(
    (exit): Settled<A, E> | Promise<never> => {
      if (Exit.isSuccess(exit)) return { kind: "succeeded", value: exit.value }
      const failure = Cause.findErrorOption(exit.cause)
      if (failure._tag === "Some") return { kind: "failed", error: failure.value }
      return Cause.hasInterruptsOnly(exit.cause)
        ? { kind: "interrupted" }
        : Promise.reject(Cause.squash(exit.cause))
    }
  )
}
