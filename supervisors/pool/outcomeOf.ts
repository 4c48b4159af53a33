import * as Effect from "effect/Effect"
import type { Outcome } from "./Pool.ts"

/** What came of a firing as a value, whichever of the three it is. */
export const outcomeOf = <A extends Outcome, E extends Outcome>(
  fired: Effect.Effect<A, E>
): Effect.Effect<Outcome> => Effect.catch(fired, (ended) => Effect.succeed<Outcome>(ended))
