import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body, Module } from "../../wasm/Module.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import type { Events } from "./Events.ts"
import { FunctionAnalyser } from "./FunctionAnalyser.ts"
import type { AnalysisRules, FunctionAnalysis } from "./FunctionAnalysis.ts"
import { HelperRegistry } from "./HelperRegistry.ts"
import { type ModuleFacts, slotsOf } from "./ModuleFacts.ts"
import type { Numbers } from "./Numbers.ts"
import type { WriteSites } from "./WriteSites.ts"

/** What was found out about every function of a module, before any is written again. */
export interface ModuleAnalysis {
  /** By defined function. */
  readonly functions: ReadonlyArray<FunctionAnalysis>
  readonly bodies: ReadonlyArray<Body>
  /** By function, imported ones first: slots of its frame. */
  readonly slots: ReadonlyArray<number>
  readonly events: Events
  readonly calls: Numbers
  /** Functions that instructions make references to. */
  readonly referenced: ReadonlySet<number>
  readonly helpers: HelperRegistry
  /** Where memory is written, if that is tracked. */
  readonly sites: WriteSites | undefined
  /** Whether a caught exception can be kept as a value. */
  readonly keepsExceptions: boolean
}

/**
 * Slots that every frame costs beside its values: return address, frame pointer, instance, feedback, our own
 * depth and counter. A slot is eight bytes.
 *
 * Measured (test/bench/stackDepth.ts, 221 shapes of recursion; Node 22.19, 24.12 and 26.10, with and without
 * `--liftoff-only`): an empty frame of the baseline compiler takes 56 bytes, and no frame more than 8.3 bytes a
 * slot of {@link frameSlots}. The optimizing one stays below 8.
 */
export const FRAME_SLOTS = 8

/** What a function with canonical NaNs has besides: a local of each of four kinds, and three operands. */
const CANONICAL_SLOTS = 12

/** Slots that a legacy handler keeps what it caught in, unseen by the guest. */
const CAUGHT_SLOTS = 1

/** Exceptions are not on the stack: 60,000 slots of handlers hold at most 30 MB of them. */
const EXCEPTION_BYTES_PER_SLOT = 512

export const analyseModule = (
  module: Module,
  facts: ModuleFacts,
  rules: AnalysisRules,
  sites?: WriteSites
): ModuleAnalysis => {
  const bodies = bodiesOf(module)
  const codeBytes = bodies.reduce((sum, { code }) => sum + code.end - code.start, 0)
  const helpers = new HelperRegistry()
  const analyser = new FunctionAnalyser(facts, helpers, rules, codeBytes, sites)
  const reader = new InstructionReader(module.bytes, 0, 0)
  const slots: Array<number> = new Array(facts.importedFuncs).fill(0)
  const functions = bodies.map((body, index) => {
    reader.reset(body.code.start, body.code.end)
    const funcIndex = facts.importedFuncs + index
    const analysis = analyser.analyse(reader, facts.results(facts.typeOfFunc(funcIndex)))
    slots.push(frameSlots(facts, funcIndex, body, analysis))
    return analysis
  })
  const { events, calls, referenced, keepsExceptions } = analyser
  return { functions, bodies, slots, events, calls, referenced, helpers, sites, keepsExceptions }
}

/**
 * Slots of one frame, a vector counting two: what every frame has; parameters twice, where the caller put them
 * and where the baseline compiler copies them; the place for results; locals and operands; what canonical NaNs
 * take; and what handlers hold: a slot for each exception, in case it is rethrown (a hundred nested handlers made
 * a frame of 64 bytes into one of 864), and the exceptions themselves, which are elsewhere but live as long.
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
  const canonical = analysis.nanKinds === 0 ? 0 : CANONICAL_SLOTS
  const caught = CAUGHT_SLOTS + Math.ceil(facts.exceptionBytesMax / EXCEPTION_BYTES_PER_SLOT)
  const signature = 2 * slotsOfAll(params) + slotsOfAll(results)
  return FRAME_SLOTS + signature + locals + operands + canonical + analysis.handlersMax * caught
}

const NO_VALUES = { params: [], results: [] }

const slotsOfAll = (types: ReadonlyArray<ValueType>): number =>
  types.reduce((sum, type) => sum + slotsOf(type), 0)
