/**
 * Which rules decide where a module is charged and where it looks at its counter.
 *
 * None of them changes what a firing that returns is charged: only where that is written, hence what it costs,
 * and how much of a trap's fuel was charged ahead. Each of {@link PLACEMENT_RULES} can be switched off alone, so
 * that its worth can be measured; the file named says why it is sound.
 */
export interface Placement {
  /** What all ways on have in common is charged before they part (`ChargePlacer.ts`). */
  readonly shareCharges: boolean
  /** What follows a call that can only return or trap is charged before the call (`ChargePlacer.ts`). */
  readonly chargePastCalls: boolean
  /** What a function certainly costs is charged by those who call it (`findTraits.ts`). */
  readonly chargeCallees: boolean
  /** What cannot go far before the next look at the counter does not look itself (`CheckPlacer.ts`). */
  readonly spareChecks: boolean
  /** In loops that call nothing the counter is a local (`FunctionRewriter.ts`). */
  readonly fuelInLocals: boolean
  /** Such a loop is left for a refill and entered again, so that no call stands in it (`FunctionRewriter.ts`). */
  readonly refillOutsideLoops: boolean
  /** Branches that are almost never taken say so to the engine's compiler (`hintBranches.ts`). */
  readonly hintBranches: boolean
  /** Every instruction is charged before it runs, alone: what a trap leaves is then what was executed. */
  readonly exact: boolean
  /** `trap` stops at the first empty slice without asking anybody: the floor under what stopping can cost. */
  readonly whenEmpty: "refill" | "trap"
}

/** What ships. */
export const PLACEMENT_DEFAULT: Placement = {
  shareCharges: true,
  chargePastCalls: true,
  chargeCallees: true,
  spareChecks: true,
  fuelInLocals: true,
  refillOutsideLoops: true,
  hintBranches: true,
  exact: false,
  whenEmpty: "refill"
}

/** The rules that can be switched off alone. */
export const PLACEMENT_RULES = [
  "shareCharges",
  "chargePastCalls",
  "chargeCallees",
  "spareChecks",
  "fuelInLocals",
  "refillOutsideLoops",
  "hintBranches"
] as const satisfies ReadonlyArray<keyof Placement>

/** Exact at a trap, and slow. */
export const PLACEMENT_EXACT: Placement = {
  shareCharges: false,
  chargePastCalls: false,
  chargeCallees: false,
  spareChecks: false,
  fuelInLocals: false,
  refillOutsideLoops: false,
  hintBranches: false,
  exact: true,
  whenEmpty: "refill"
}
