import * as Effect from "effect/Effect"
import { Munition } from "../../src/index.ts"
import { canFire, fireGuarantee, GUARANTEES } from "../supervisors/guarantees.ts"

/**
 * How long each of the guests that attack takes to its end, compiled afresh.
 *
 *     node test/bench/guarantees.ts
 */
const measured = Effect.forEach([false, true], (inline) =>
  Effect.forEach(GUARANTEES.filter(canFire), (guarantee) =>
    Effect.gen(function* () {
      const began = performance.now()
      const outcome = yield* fireGuarantee(guarantee, inline)
      const ms = performance.now() - began
      const end = "reason" in outcome ? outcome.reason._tag : "returned"
      const where = inline ? "inline" : "worker"
      console.log(
        `${ms.toFixed(1).padStart(8)} ms ${where} ${end}: ${guarantee.guest} ${guarantee.functionName}`
      )
    }).pipe(Effect.provide(Munition.layer({ threadsMax: 1 })))
  )
)

console.log(`node ${process.versions.node}`)
await Effect.runPromise(measured)
