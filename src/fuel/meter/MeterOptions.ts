import type { PriceTable } from "../PriceTable.ts"
import type { GrowthLimits } from "./growHelper.ts"
import type { Placement } from "./Placement.ts"

/** What is written into a module: its prices, its limits, and how NaNs and custom sections are treated. */
export interface MeterOptions extends GrowthLimits {
  readonly prices: PriceTable
  /** `canonical` makes every NaN that arithmetic yields the canonical one; `engine` leaves what V8 makes. */
  readonly nan: "canonical" | "engine"
  readonly placement: Placement
  /** Slots that the calls in progress may need together. */
  readonly slotsMax: number
  /** Bytes of objects that the guest may allocate. */
  readonly objectBytesMax: number
  /**
   * `strip` leaves out names, source maps and debug information: an engine that prints a guest's names in its
   * stack traces prints their line breaks too. Code metadata stays.
   */
  readonly customSections: "keep" | "strip"
  /**
   * `import` makes an import of every memory that the module defines (`importMemories.ts`), for instances over
   * memories that others have used; `own`, which it is without it, leaves them.
   */
  readonly memories?: "own" | "import"
  /** Notes what the guest writes in a memory of the meter's own (`writeMap.ts`); not, without it. */
  readonly trackWrites?: boolean
}
