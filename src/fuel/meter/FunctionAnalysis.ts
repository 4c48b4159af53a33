/**
 * What was found out about one function: its part of the columns that all functions share, and what its frame
 * needs.
 */
export interface FunctionAnalysis {
  /** The function's points are those from the first to before the end. */
  readonly firstPoint: number
  readonly endPoint: number
  /** As its calls are: function indices, or `INDIRECT`. */
  readonly firstCall: number
  readonly endCall: number
  /** The most operands at any place that can be reached. */
  readonly operandsMax: number
  /** The most handlers of the legacy kind that are inside one another: each holds its exception. */
  readonly handlersMax: number
  /** Kinds of float (bits by `NAN_…`) that need a local of their own for their canonical form. */
  readonly nanKinds: number
  /** Whether a vector instruction occurs: an operand then counts two slots. */
  readonly vectors: boolean
}

/** In the column of calls: any function that somebody could have a reference to. */
export const INDIRECT = -1
