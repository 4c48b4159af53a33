import type { MeterOptions } from "../../fuel/meter/MeterOptions.ts"
import type { Placement } from "../../fuel/meter/Placement.ts"
import { PRICE_TABLES } from "../../fuel/PriceTable.ts"
import type { Module } from "../../wasm/Module.ts"
import type { RunPolicy } from "../RunPolicy.ts"
import { constantObjectBytes } from "./checkLimits.ts"

/** What is written into a module under a policy: the same for every build of it but for the placement. */
export const meterOptionsOf = (module: Module, policy: RunPolicy, placement: Placement): MeterOptions => ({
  prices: PRICE_TABLES[policy.prices],
  nan: policy.nan,
  slotsMax: policy.stackSlotsMax,
  // What constant expressions make before the first instruction runs is taken from the same allowance.
  objectBytesMax: policy.objectBytesMax - constantObjectBytes(module),
  memoryPagesMax: policy.memoryPagesMax,
  tableElementsMax: policy.tableElementsMax,
  placement,
  customSections: "strip"
})
