import type { Module } from "../../wasm/Module.ts"
import type { Appendix } from "./Appendix.ts"
import { chunkedMove } from "./chunkedMove.ts"
import { describeMove } from "./describeMove.ts"
import { growHelper, totalFunction } from "./growHelper.ts"
import type { Helper } from "./HelperRegistry.ts"
import { overflowFunction, settleFunction, settleLocalFunction } from "./hookFunctions.ts"
import type { MeterLayout } from "./Layout.ts"
import type { MeterOptions } from "./MeterOptions.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import { allocateFunction, newArrayHelper } from "./objectHelpers.ts"
import { markedMove } from "./writeMap.ts"

/** Appends the functions that every metered module has and those that stand for its bulk operations, in the order of `MeterLayout`. */
export const appendHelpers = (
  appendix: Appendix,
  module: Module,
  facts: ModuleFacts,
  layout: MeterLayout,
  helpers: ReadonlyArray<Helper>,
  options: MeterOptions
): void => {
  appendix.func(settleFunction(layout))
  appendix.func(settleLocalFunction(layout))
  appendix.func(overflowFunction(layout))
  if (layout.allocateFunc >= 0) appendix.func(allocateFunction(layout))
  const totalFunc = layout.firstHelperFunc + helpers.length
  for (const helper of helpers) {
    const move = describeMove(helper, module, facts, options.prices)
    if (move !== undefined)
      appendix.func(chunkedMove(layout.writesMemory < 0 ? move : markedMove(move), layout))
    else if (helper.mnemonic === "memory.grow")
      appendix.func(growHelper(helper, facts, layout, options.prices, options, totalFunc))
    else if (helper.mnemonic === "table.grow")
      appendix.func(growHelper(helper, facts, layout, options.prices, options, totalFunc + 1))
    else appendix.func(newArrayHelper(helper, module, facts, layout, options.prices))
  }
  if (!helpers.some(({ mnemonic }) => mnemonic.endsWith(".grow"))) return
  appendix.func(totalFunction("memory", facts))
  appendix.func(totalFunction("table", facts))
}
