import * as Effect from "effect/Effect"
import { chartTables } from "./ChartTable.ts"
import { runFiringCases } from "./firingCases.ts"
import { runSupervisionCases } from "./supervisionCases.ts"

/**
 * Injects faults at the transitions of all statecharts, and prints what came of it as JSON; exits with 1 when anything
 * is wrong. `all` takes each fault at each transition of instances and schedulers, `one` one of chance at each.
 *
 *     node test/faults/faults.ts [one|all] [seeds] [first seed] [the number of the only case]
 */
const [each = "all", seeds = "1", seed = String(Date.now() % 2 ** 31), only] = process.argv.slice(2)
const options = { seed: Number(seed), seeds: Number(seeds) }
const tables = await chartTables()
const supervision = await Effect.runPromise(runSupervisionCases(tables, { ...options, plans: 1_000 }))
const firing = await Effect.runPromise(
  runFiringCases(tables, {
    ...options,
    each: each === "one" ? "one" : "all",
    ...(only === undefined ? {} : { only: Number(only) })
  })
)
console.log(JSON.stringify({ seed: options.seed, supervision, firing }, undefined, 2))
if (supervision.wrong.length + firing.wrong.length > 0) process.exitCode = 1
