import type { MeterOptions } from "../../fuel/meter/MeterOptions.ts"
import type { Placement } from "../../fuel/meter/Placement.ts"
import { PRICE_TABLES } from "../../fuel/PriceTable.ts"
import type { Freshness } from "../../wasm/freshness.ts"
import type { Module } from "../../wasm/Module.ts"
import type { MutableState } from "../../wasm/mutableState.ts"
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

/**
 * What is added for a pool: memories that the next instance can have, and, for large ones, notes of what was written.
 *
 * Tracking costs 7 % of a guest's time (17 % where it mostly writes), and saves a copy of the memory: 25 µs a MiB.
 */
export const poolOptionsOf = (
  { memories }: MutableState,
  { way }: Freshness
): Pick<MeterOptions, "memories" | "trackWrites"> => ({
  memories: way === "reinstantiate" ? "import" : "own",
  trackWrites: way === "restore" && Number(memories[0]?.limits.min ?? 0) >= TRACKED_PAGES_MIN
})

/**
 * 256 KiB. Of a guest of 17 pages a firing took 105 µs of a processor where all of it was put back, and 19 where only what
 * had been written was; of one of a single page the difference is 0.7 µs, which a guest that runs for 15 has lost again.
 */
export const TRACKED_PAGES_MIN = 4
