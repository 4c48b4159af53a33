import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Body, Module } from "../../wasm/Module.ts"
import { bodiesOf } from "../../wasm/sectionOf.ts"
import type { PriceTable } from "../PriceTable.ts"
import { frameSlots } from "./analyseModule.ts"
import { CodeBuffer } from "./CodeBuffer.ts"
import { FunctionAnalysis } from "./FunctionAnalysis.ts"
import { FunctionRewriter } from "./FunctionRewriter.ts"
import { HelperRegistry } from "./HelperRegistry.ts"
import type { MeterPlan } from "./MeteredModule.ts"
import { ModuleFacts } from "./ModuleFacts.ts"
import { OffsetMap } from "./OffsetMap.ts"

/**
 * The map between a function's bytes before and after metering, made by rewriting that function once more.
 *
 * Offsets count from the start of each body, from its locals, on both sides.
 */
export class FunctionMaps {
  readonly #module: Module
  readonly #plan: Pick<MeterPlan, "layout" | "helpers" | "tracked">
  readonly #prices: PriceTable
  readonly #canonicalNan: boolean
  readonly #facts: ModuleFacts
  readonly #bodies: ReadonlyArray<Body>

  constructor(
    module: Module,
    plan: Pick<MeterPlan, "layout" | "helpers" | "tracked">,
    prices: PriceTable,
    canonicalNan: boolean
  ) {
    this.#module = module
    this.#plan = plan
    this.#prices = prices
    this.#canonicalNan = canonicalNan
    this.#facts = new ModuleFacts(module)
    this.#bodies = bodiesOf(module)
  }

  /** The body of a function, `undefined` for one that is imported or that there is not. */
  bodyOf(funcIndex: number): Body | undefined {
    return this.#bodies[funcIndex - this.#facts.importedFuncs]
  }

  /** *Returns* the map, in offsets of the file before, and from the start of the body after. */
  mapOf(funcIndex: number): OffsetMap | undefined {
    const body = this.bodyOf(funcIndex)
    if (body === undefined) return undefined
    const registry = new HelperRegistry(this.#plan.helpers)
    const analysis = new FunctionAnalysis(this.#facts, registry, this.#prices, this.#canonicalNan)
    analysis.analyse(new InstructionReader(this.#module.bytes, body.code.start, body.code.end))
    const out = new CodeBuffer(body.code.end - body.code.start)
    const map = new OffsetMap()
    const frame = {
      params: this.#facts.params(this.#facts.typeOfFunc(funcIndex)),
      slots: frameSlots(this.#facts, funcIndex, body, analysis),
      tracked: this.#plan.tracked[funcIndex] === 1
    }
    new FunctionRewriter(this.#plan.layout).rewrite(out, body, analysis, frame, map)
    return map
  }
}

/** Bytes of the size that the rewriter writes before every body. */
export const BODY_SIZE_BYTES = 5
