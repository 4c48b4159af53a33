import type { Difference } from "./compare.ts"

/**
 * Where Wasmtime and we differ and why: a list that must be true to the letter. A case on it that agrees, or
 * differs in something else, is an error like a difference that is not on it.
 *
 * Not here: what `countByModel.ts` predicts to the unit, and calls that were overdrawn.
 */
export interface Known {
  readonly id: string
  readonly differs: Difference
  readonly why: string
}

const BY_REFERENCE =
  "Wasmtime neither writes its counter back before a call by reference nor reads it after: the callee is free"
const LIMIT = "a limit of ours, written into the module, which Wasmtime was not given"

export const KNOWN: ReadonlyArray<Known> = [
  { id: "basics/call-ref.wat:3 twice 20", differs: "fuel", why: BY_REFERENCE },
  {
    id: "attacks/indices.wat:3 all",
    differs: "start fuel",
    why: "Wasmtime charges two constant expressions that make references; ours are not run under the meter"
  },
  { id: "placement/reference-exits.wat:22 by_reference 100", differs: "fuel", why: BY_REFERENCE },
  { id: "memory/grow-to-limit.wat:6 grow 10", differs: "outcome", why: LIMIT }
]

/** Cases that Wasmtime is not asked to run without the meter's limits, and why. */
export const UNLIMITED: ReadonlyMap<string, string> = new Map([
  ["tables/grow-to-limit.wat:8 unlimited 1000000000", "a table of a thousand million elements: 19 s"]
])
