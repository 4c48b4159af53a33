import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body, Module } from "../../wasm/Module.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import type { PriceTable } from "../PriceTable.ts"
import { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { HelperRegistry } from "./HelperRegistry.ts"
import { type ModuleFacts, slotsOf } from "./ModuleFacts.ts"

/** What was found out about every function of a module, before any is written again. */
export interface ModuleAnalysis {
  /** By defined function. */
  readonly functions: ReadonlyArray<FunctionAnalysis>
  readonly bodies: ReadonlyArray<Body>
  /** By function, imported ones first: slots of its frame. */
  readonly slots: ReadonlyArray<number>
  readonly helpers: HelperRegistry
}

/**
 * Slots that every frame costs beside its values: return address, frame pointer, instance, what the baseline
 * compiler keeps. Eight bytes each.
 */
export const FRAME_SLOTS = 12

export const analyseModule = (
  module: Module,
  facts: ModuleFacts,
  prices: PriceTable,
  canonicalNan: boolean,
  helpers = new HelperRegistry()
): ModuleAnalysis => {
  const bodies = bodiesOf(module)
  const reader = new InstructionReader(module.bytes, 0, 0)
  const slots: Array<number> = new Array(facts.importedFuncs).fill(0)
  const functions = bodies.map((body, index) => {
    const analysis = new FunctionAnalysis(facts, helpers, prices, canonicalNan)
    reader.reset(body.code.start, body.code.end)
    analysis.analyse(reader)
    slots.push(frameSlots(facts, facts.importedFuncs + index, body, analysis))
    return analysis
  })
  return { functions, bodies, slots, helpers }
}

/** Slots of one frame: what every frame has, parameters, locals and operands, a vector counting two. */
export const frameSlots = (
  facts: ModuleFacts,
  funcIndex: number,
  body: Body,
  analysis: FunctionAnalysis
): number => {
  const composite = facts.types[facts.typeOfFunc(funcIndex)]?.composite
  const params =
    composite?.kind === "func" ? composite.params.reduce((sum, type) => sum + slotsOf(type), 0) : 0
  const locals = body.locals.reduce((sum, run) => sum + run.count * slotsOf(run.type), 0)
  const operands = analysis.operandsMax * (analysis.vectors || facts.vectorTypes ? 2 : 1)
  return FRAME_SLOTS + params + locals + operands
}
