import type { Shoot } from "./Range.ts"

/**
 * One row of the checklist of what has gone wrong for others, and the proofs that it does not go wrong here.
 *
 * A proof names its guest, or what it makes as it runs, and how the test knows; it is a test of its own, so that one
 * whose guest needs what the engine lacks is skipped where everybody sees it.
 */
export interface Attack {
  readonly row: number
  readonly name: string
  /** What a guest must not get out of it. */
  readonly mustNotBeObtained: string
  readonly proofs: ReadonlyArray<Proof>
}

export interface Proof {
  /** A guest of `test-wasm/`, a bomb, or `made` where the test makes it. */
  readonly guest: string
  readonly how: string
  readonly holds: (shoot: Shoot, guest: string) => Promise<void> | void
}

export const proof = (guest: string, how: string, holds: Proof["holds"]): Proof => ({ guest, how, holds })
export const MADE = "made"
