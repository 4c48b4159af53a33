import type { PriceTable } from "../PriceTable.ts"
import type { Placement } from "./Placement.ts"
import type { SitesOfFunction } from "./WriteSites.ts"

/** What of the meter's options the analysis depends on. */
export interface AnalysisRules {
  readonly prices: PriceTable
  readonly nan: "canonical" | "engine"
  readonly placement: Placement
}

/** The most that straight code may cost before it is cut: a counter of 32 bits must hold a charge. */
export const RUN_MAX = 2 ** 20

/**
 * What was found out about one function: its part of the columns that all functions share, and what its frame
 * needs.
 */
export interface FunctionAnalysis {
  /** The function's events are those from the first to before the end. */
  readonly firstEvent: number
  readonly endEvent: number
  /** As its calls are: function indices, or -1 less the index of a type. */
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
  /** Whether it throws itself, whoever catches. */
  readonly throws: boolean
  readonly loops: number
  /** Whether it catches. */
  readonly handles: boolean
  /** Where it writes memory, if that is tracked. */
  readonly sites: SitesOfFunction
}
