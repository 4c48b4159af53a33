import type { Attack } from "./Attack.ts"
import { HOLDING } from "./holding.ts"
import { PAYING } from "./paying.ts"
import { REFUSING } from "./refusing.ts"

/**
 * The checklist of what has gone wrong for others who run WebAssembly that nobody vouches for: 28 rows, in their
 * order, each with what a guest must not obtain and the proofs that it does not.
 */
export const ATTACKS: ReadonlyArray<Attack> = [...PAYING, ...HOLDING, ...REFUSING].toSorted(
  (a, b) => a.row - b.row
)

export const ROWS = 28
