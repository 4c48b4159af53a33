/**
 * The path that one instance took, laid on its chart.
 *
 * A record names the states that were entered, and these need not be the innermost: between two of its steps there
 * may have been others that nobody wrote down. Those that the chart leaves no choice about are `sure`; where it leaves
 * several, each is `perhaps`. What the chart does not allow is kept as a stray step: a picture that left it out would
 * lie for whoever changed the record.
 */
export interface PathStep {
  /** The state that was entered, its names joined by dots. */
  readonly state: string
  readonly event: string
  /** Microseconds since the firing began. */
  readonly atMicros: number
}

export type Certainty = "sure" | "perhaps"

export interface Walk {
  /** The steps that are drawn, the first `PATH_STEPS_MAX` of them; a step's number is its place here, from 1. */
  readonly steps: ReadonlyArray<PathStep>
  /** How many more there were. */
  readonly left: number
  /** By the index of a state: whether it was entered. */
  readonly states: ReadonlyMap<number, Certainty>
  /** By the index of a recorded state: its stays in order. */
  readonly visits: ReadonlyMap<number, ReadonlyArray<Visit>>
  /** By the index of an arrow: the steps that took it, and those that may have. */
  readonly taken: ReadonlyMap<number, ReadonlyArray<Taken>>
  /** Arrows that no step names and that must, or may, have been taken between two. */
  readonly implied: ReadonlyMap<number, Certainty>
  /** Whether the first step is the chart's beginning. */
  readonly began: boolean
  readonly strays: ReadonlyArray<Stray>
}

export interface Visit {
  readonly fromMicros: number
  /** `undefined` while it has not been left. */
  readonly untilMicros: number | undefined
}

export interface Taken {
  readonly number: number
  readonly certainty: Certainty
}

/** A step that the chart does not have. The states are indices where the chart knows them, else their names. */
export interface Stray {
  readonly number: number
  readonly from: number | string | undefined
  readonly to: number | string
}

/** More than anybody can read in a picture; a supervisor that restarts for a week takes more. */
export const PATH_STEPS_MAX = 10_000
