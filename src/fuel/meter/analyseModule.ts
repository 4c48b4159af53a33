import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body, Module } from "../../wasm/Module.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import { type AnalysisRules, FunctionAnalyser } from "./FunctionAnalyser.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { HelperRegistry } from "./HelperRegistry.ts"
import { type ModuleFacts, slotsOf } from "./ModuleFacts.ts"
import type { Numbers } from "./Numbers.ts"
import type { Points } from "./Points.ts"

/** What was found out about every function of a module, before any is written again. */
export interface ModuleAnalysis {
  /** By defined function. */
  readonly functions: ReadonlyArray<FunctionAnalysis>
  readonly bodies: ReadonlyArray<Body>
  /** By function, imported ones first: slots of its frame. */
  readonly slots: ReadonlyArray<number>
  readonly points: Points
  readonly calls: Numbers
  readonly helpers: HelperRegistry
  /** Whether a caught exception can be kept as a value. */
  readonly keepsExceptions: boolean
}

/**
 * Slots that every frame costs beside its values: return address, frame pointer, instance, what the baseline
 * compiler keeps. Eight bytes each.
 */
export const FRAME_SLOTS = 12

/** Exceptions are not on the stack: 60,000 slots of handlers hold at most 30 MB of them. */
const EXCEPTION_BYTES_PER_SLOT = 512

export const analyseModule = (module: Module, facts: ModuleFacts, rules: AnalysisRules): ModuleAnalysis => {
  const bodies = bodiesOf(module)
  const codeBytes = bodies.reduce((sum, { code }) => sum + code.end - code.start, 0)
  const helpers = new HelperRegistry()
  const analyser = new FunctionAnalyser(facts, helpers, rules, codeBytes)
  const reader = new InstructionReader(module.bytes, 0, 0)
  const slots: Array<number> = new Array(facts.importedFuncs).fill(0)
  const functions = bodies.map((body, index) => {
    reader.reset(body.code.start, body.code.end)
    const analysis = analyser.analyse(reader)
    slots.push(frameSlots(facts, facts.importedFuncs + index, body, analysis))
    return analysis
  })
  const { points, calls, keepsExceptions } = analyser
  return { functions, bodies, slots, points, calls, helpers, keepsExceptions }
}

/**
 * Slots of one frame, a vector counting two: what every frame has; parameters twice, where the caller put them
 * and where the baseline compiler copies them; the place for results; locals and operands; and the exceptions
 * that handlers hold, which are elsewhere but live as long.
 *
 * So a slot is at most eight bytes of V8's stack. Without the results a recursion that returns a thousand values
 * took sixteen a slot.
 */
export const frameSlots = (
  facts: ModuleFacts,
  funcIndex: number,
  body: Body,
  analysis: FunctionAnalysis
): number => {
  const composite = facts.types[facts.typeOfFunc(funcIndex)]?.composite
  const { params, results } = composite?.kind === "func" ? composite : NO_VALUES
  const locals = body.locals.reduce((sum, run) => sum + run.count * slotsOf(run.type), 0)
  const operands = analysis.operandsMax * (analysis.vectors || facts.vectorTypes ? 2 : 1)
  const exceptions = analysis.handlersMax * Math.ceil(facts.exceptionBytesMax / EXCEPTION_BYTES_PER_SLOT)
  return FRAME_SLOTS + 2 * slotsOfAll(params) + slotsOfAll(results) + locals + operands + exceptions
}

const NO_VALUES = { params: [], results: [] }

const slotsOfAll = (types: ReadonlyArray<ValueType>): number =>
  types.reduce((sum, type) => sum + slotsOf(type), 0)
