import type { Run } from "./Case.ts"
import type { OnWasmtime } from "./runOnWasmtime.ts"

/**
 * In what the runs of one case differ: `engine` where the same metered code ran differently on two engines,
 * the others where the meter changed what the module does, or counts otherwise than Wasmtime does.
 *
 * The fuel of a run that did not return is not compared: Wasmtime's own count loses at a trap what was not written
 * back, and ours is a bound there.
 */
export type Difference = "engine" | "outcome" | "state" | "fuel" | "start fuel"

export const compare = (onV8: Run, { plain, metered }: OnWasmtime): ReadonlyArray<Difference> => {
  const found: Array<Difference> = []
  if (JSON.stringify(fieldsOf(onV8)) !== JSON.stringify(fieldsOf(metered))) found.push("engine")
  if (plain === null || isOverdrawn(onV8, plain)) return found
  if (plain.end !== onV8.end || plain.detail !== onV8.detail) return [...found, "outcome"]
  // Nothing is left to look at where the start function failed, nor is it known where exactly fuel ran out.
  const comparable = onV8.end === "returned" || (onV8.end === "trapped" && plain.memories.length > 0)
  if (comparable && stateOf(plain) !== stateOf(onV8)) found.push("state")
  if (onV8.end !== "returned") return found
  if (plain.fuel !== onV8.fuel) found.push("fuel")
  if (onV8.startFuel > 0 && plain.startFuel !== onV8.startFuel + START_UNITS) found.push("start fuel")
  return found
}

/**
 * Whether a call that consumed more than it was given is where they differ: for Wasmtime it returned, unless some
 * check came after, here it is out of fuel wherever the checks are.
 */
export const isOverdrawn = (onV8: Run, plain: Run): boolean =>
  onV8.end === "stopped" && onV8.detail === "fuel" && plain.end === "returned" && plain.fuelLeft === 0

/** Wasmtime makes a function that calls the start function: its entry and its call. */
const START_UNITS = 2

/** At a trap the fuel is a bound, of which each engine's host knows as much as its slices say. */
const fieldsOf = (run: Run) => [
  ...[run.end, run.detail, run.startFuel, run.memories, run.globals],
  run.end === "returned" ? run.fuel : undefined
]
const stateOf = ({ memories, globals }: Run): string => JSON.stringify([memories, globals])
