/**
 * Which rules decide where a module is charged and where it looks at its counter.
 *
 * None of them changes what a firing that returns is charged: only where that is written, hence what it costs,
 * and how much of a trap's fuel was charged ahead. Each of {@link PLACEMENT_RULES} can be switched off alone, so
 * that its worth can be measured.
 */
export interface Placement {
  /** Every instruction is charged before it runs, alone: what a trap leaves is then what was executed. */
  readonly exact: boolean
}

/** What ships. */
export const PLACEMENT_DEFAULT: Placement = { exact: false }

/** Exact at a trap, and slow. */
export const PLACEMENT_EXACT: Placement = { exact: true }

/** The rules that can be switched off alone. */
export const PLACEMENT_RULES = [] as const satisfies ReadonlyArray<keyof Placement>
