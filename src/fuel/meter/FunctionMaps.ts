import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body, Module } from "../../wasm/Module.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import { frameSlots } from "./analyseModule.ts"
import { CodeBuffer } from "./CodeBuffer.ts"
import { FunctionAnalyser } from "./FunctionAnalyser.ts"
import type { AnalysisRules } from "./FunctionAnalysis.ts"
import { FunctionRewriter } from "./FunctionRewriter.ts"
import { HelperRegistry } from "./HelperRegistry.ts"
import type { MeterPlan } from "./MeteredModule.ts"
import { ModuleFacts } from "./ModuleFacts.ts"
import { OffsetMap } from "./OffsetMap.ts"
import { WriteMarker } from "./WriteMarker.ts"
import { WriteSites } from "./WriteSites.ts"

/**
 * The map between a function's bytes before and after metering, made by rewriting that function once more.
 *
 * Original offsets are those of the file; metered ones count from the start of the body, its locals.
 */
export class FunctionMaps {
  readonly #module: Module
  readonly #plan: Pick<MeterPlan, "layout" | "helpers" | "traits">
  readonly #rules: AnalysisRules
  readonly #facts: ModuleFacts
  readonly #bodies: ReadonlyArray<Body>

  constructor(module: Module, plan: Pick<MeterPlan, "layout" | "helpers" | "traits">, rules: AnalysisRules) {
    this.#module = module
    this.#plan = plan
    this.#rules = rules
    this.#facts = new ModuleFacts(module)
    this.#bodies = bodiesOf(module)
  }

  /** The body of a function, `undefined` for one that is imported or that there is not. */
  bodyOf(funcIndex: number): Body | undefined {
    return this.#bodies[funcIndex - this.#facts.importedFuncs]
  }

  /** *Returns* the map of a function's offsets, `undefined` for one that is imported or that there is not. */
  mapOf(funcIndex: number): OffsetMap | undefined {
    const body = this.bodyOf(funcIndex)
    if (body === undefined) return undefined
    const registry = new HelperRegistry(this.#plan.helpers)
    const codeBytes = body.code.end - body.code.start
    const { layout, traits } = this.#plan
    const sites = layout.writesMemory < 0 ? undefined : new WriteSites()
    const analyser = new FunctionAnalyser(this.#facts, registry, this.#rules, codeBytes, sites)
    const reader = new InstructionReader(this.#module.bytes, body.code.start, body.code.end)
    const type = this.#facts.typeOfFunc(funcIndex)
    const analysis = analyser.analyse(reader, this.#facts.results(type))
    const map = new OffsetMap()
    const frame = {
      funcIndex,
      params: this.#facts.params(type),
      slots: frameSlots(this.#facts, funcIndex, body, analysis)
    }
    const { bytes } = this.#module
    const { placement } = this.#rules
    const out = new CodeBuffer(codeBytes)
    new FunctionRewriter(
      out,
      bytes,
      layout,
      analyser.events,
      traits,
      placement,
      sites && new WriteMarker(out, layout, sites)
    ).rewrite(body, analysis, frame, map)
    return map
  }
}
