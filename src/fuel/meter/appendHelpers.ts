import type { Module } from "../../wasm/Module.ts"
import type { AppendedFunction } from "./AppendedFunction.ts"
import type { Appendix } from "./Appendix.ts"
import { chunkedMove } from "./chunkedMove.ts"
import { describeMove } from "./describeMove.ts"
import { growHelper } from "./growHelper.ts"
import type { Helper } from "./HelperRegistry.ts"
import { overflowFunction, settleFunction } from "./hookFunctions.ts"
import type { MeterLayout } from "./Layout.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import type { MeterOptions } from "./meterModule.ts"
import { allocateFunction, newArrayHelper } from "./objectHelpers.ts"

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
  appendix.func(overflowFunction(layout))
  if (layout.allocateFunc >= 0) appendix.func(allocateFunction(layout))
  for (const helper of helpers) appendix.func(makeHelper(helper, module, facts, layout, options))
}

const makeHelper = (
  helper: Helper,
  module: Module,
  facts: ModuleFacts,
  layout: MeterLayout,
  options: MeterOptions
): AppendedFunction => {
  const move = describeMove(helper, module, facts, options.prices)
  if (move !== undefined) return chunkedMove(move, layout)
  return helper.mnemonic.endsWith(".grow")
    ? growHelper(helper, facts, layout, options.prices, options)
    : newArrayHelper(helper, facts, layout, options.prices)
}
