import * as Effect from "effect/Effect"
import { mixedFirings } from "./mixedFirings.ts"
import { pooledFirings } from "./pooledFirings.ts"
import { tinyFirings } from "./tinyFirings.ts"

/**
 * Fires guests for a long time in one process and prints what came of it as JSON, the memory after each tenth among
 * it. `mixed` and `pooled` exit with 1 when anything is wrong.
 *
 *     node --expose-gc test/soak/soak.ts [firings] [mixed|pooled|worker|inline] [seed]
 */
const [firings = "100000", mode = "mixed", seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)

const told: Effect.Effect<object, unknown> =
  mode === "mixed"
    ? mixedFirings(Number(firings), Number(seed))
    : mode === "pooled"
      ? pooledFirings(Number(firings))
      : tinyFirings(Number(firings), mode === "inline")
const result = await Effect.runPromise(told)
console.log(JSON.stringify({ node: process.versions.node, ms: Math.round(performance.now()), ...result }))
if ("wrongs" in result && result.wrongs !== 0) process.exitCode = 1
