import { isCodeMetadata } from "../../wasm/CodeMetadata.ts"
import { encodeModule } from "../../wasm/encodeModule.ts"
import { attempt, type Malformed } from "../../wasm/Malformed.ts"
import type { Limits, Module } from "../../wasm/Module.ts"
import { Appendix } from "./Appendix.ts"
import { analyseModule, type ModuleAnalysis } from "./analyseModule.ts"
import { appendExports } from "./appendExports.ts"
import { appendHelpers } from "./appendHelpers.ts"
import { makeCallGraph } from "./CallGraph.ts"
import { CodeBuffer } from "./CodeBuffer.ts"
import { FunctionMaps } from "./FunctionMaps.ts"
import { FunctionRewriter } from "./FunctionRewriter.ts"
import { findTraits } from "./findTraits.ts"
import { BranchHints } from "./hintBranches.ts"
import { importMemories } from "./importMemories.ts"
import type { MeterLayout } from "./Layout.ts"
import type { MeteredModule } from "./MeteredModule.ts"
import type { MeterOptions } from "./MeterOptions.ts"
import { ModuleFacts } from "./ModuleFacts.ts"
import { moveCodeMetadata } from "./moveCodeMetadata.ts"
import type { Placement } from "./Placement.ts"
import { changeSection, codeSectionStart } from "./sections.ts"
import type { Traits } from "./Traits.ts"
import { WriteMarker } from "./WriteMarker.ts"
import { WriteSites } from "./WriteSites.ts"
import { WRITE_MAP_MEMORY, whyUntracked, writeMapLimits } from "./writeMap.ts"

/**
 * Writes the meter into a module: what V8 compiles is the result, and it stops by itself.
 *
 * ```
 *   analyse every function ─▶ who counts depth ─▶ append hooks, helpers, exports ─▶ rewrite every function
 * ```
 * The module must be one that a validator accepts; what comes out is then valid too. Nothing is moved that the
 * guest can see: additions go to the end of each index space, under export names that it does not use. Its
 * start function is taken out, to be called under the meter like any other.
 *
 * *Fails* with `Malformed` where the code is not made of instructions.
 */
export const meterModule = (module: Module, options: MeterOptions): MeteredModule | Malformed =>
  attempt(() => meter(module, options))

const meter = (module: Module, options: MeterOptions): MeteredModule => {
  const facts = new ModuleFacts(module)
  const untracked = whyUntracked(facts, options)
  const sites = untracked === undefined ? new WriteSites() : undefined
  const analysis = analyseModule(module, facts, options, sites)
  const { functions, calls, referenced } = analysis
  const graph = makeCallGraph(module, facts, functions, calls, referenced)
  const traits = findTraits(facts, analysis, graph, options.placement)
  const appendix = new Appendix(facts.types.length, facts.funcTypes.length)
  const makesObjects =
    analysis.keepsExceptions || facts.types.some(({ composite }) => composite.kind !== "func")
  const layout = layOut(facts, appendix, makesObjects, sites !== undefined)
  appendHelpers(appendix, module, facts, layout, analysis.helpers.helpers, options)
  const exports = appendExports(module, facts, appendix, layout, traits)
  const code = writeCode(module, analysis, facts, layout, traits, options.placement, appendix)
  analysis.events.release()
  const { helpers } = analysis.helpers
  const maps = new FunctionMaps(module, { layout, helpers, traits }, options)
  const appended = append(module, appendix, layout, options, exports.section, code.contents)
  const { module: placed, imports } = placeMemories(appended, layout, options)
  const changed = code.hints.into(moveCodeMetadata(placed, maps))
  const bytes = encodeModule(options.customSections === "keep" ? changed : stripped(changed))
  const codeStart = codeSectionStart(bytes)
  return {
    bytes,
    frameSlots: analysis.slots,
    plan: {
      layout,
      helpers,
      traits,
      bodyOffsets: code.bodyOffsets.map((offset) => offset + codeStart),
      guestFuncs: facts.funcTypes.length,
      exports: exports.names,
      memoryImports: imports,
      untracked
    }
  }
}

const stripped = (module: Module): Module => ({
  ...module,
  sections: module.sections.filter((section) => section.kind !== "custom" || isCodeMetadata(section))
})

/** The memories imported, if that is wanted, and the map of what is written after them. */
const placeMemories = (module: Module, layout: MeterLayout, options: MeterOptions) => {
  const placed = options.memories === "import" ? importMemories(module) : { module, imports: [] }
  if (layout.writesMemory < 0) return placed
  return {
    ...placed,
    module: changeSection(placed.module, "memory", (old) => ({
      ...old,
      kind: "memory",
      memories: [...(old?.memories ?? []), writeMapLimits()]
    }))
  }
}

const layOut = (
  facts: ModuleFacts,
  appendix: Appendix,
  makesObjects: boolean,
  tracksWrites: boolean
): MeterLayout => {
  const globals = facts.globals.length
  const funcs = facts.funcTypes.length
  return {
    fuelGlobal: globals,
    depthGlobal: globals + 1,
    heapGlobal: makesObjects ? globals + 2 : -1,
    hookTable: facts.tables.length,
    hookType: appendix.type(["i32"], ["i32"]),
    settleFunc: funcs,
    settleLocalFunc: funcs + 1,
    overflowFunc: funcs + 2,
    allocateFunc: makesObjects ? funcs + 3 : -1,
    firstHelperFunc: funcs + (makesObjects ? 4 : 3),
    writesMemory: tracksWrites ? WRITE_MAP_MEMORY : -1
  }
}

/** The contents of the new code section, where each of the guest's bodies begins in it, and its hints. */
const writeCode = (
  module: Module,
  analysis: ModuleAnalysis,
  facts: ModuleFacts,
  layout: MeterLayout,
  traits: Traits,
  placement: Placement,
  appendix: Appendix
): {
  readonly contents: Uint8Array
  readonly bodyOffsets: Uint32Array
  readonly hints: BranchHints
} => {
  const { bodies, functions, events, sites } = analysis
  const original = bodies.reduce((sum, { code }) => sum + code.end - code.start, 0)
  const out = new CodeBuffer(Math.ceil(original * 1.6) + 4096)
  const marker = sites && new WriteMarker(out, layout, sites)
  const rewriter = new FunctionRewriter(out, module.bytes, layout, events, traits, placement, marker)
  const bodyOffsets = new Uint32Array(bodies.length)
  const hints = new BranchHints()
  out.u32(bodies.length + appendix.functions.length)
  for (const [index, body] of bodies.entries()) {
    const analysed = functions[index]
    if (analysed === undefined) continue
    const funcIndex = facts.importedFuncs + index
    bodyOffsets[index] = out.at + 5
    rewriter.rewrite(body, analysed, {
      funcIndex,
      params: facts.params(facts.typeOfFunc(funcIndex)),
      slots: analysis.slots[funcIndex] ?? 0
    })
    if (placement.hintBranches) hints.add(funcIndex, rewriter.unlikely)
  }
  for (const { locals, code } of appendix.functions) {
    const start = out.openSize()
    out.u32(locals.length)
    for (const type of locals) out.u8(1).u8(type === "i64" ? 0x7e : 0x7f)
    out.copy(code, 0, code.length).sizeSince(start)
  }
  return { contents: out.bytes.subarray(0, out.at), bodyOffsets, hints }
}

/** The module with everything appended, limits lowered and the start function gone. */
const append = (
  module: Module,
  appendix: Appendix,
  layout: MeterLayout,
  options: MeterOptions,
  exports: Module["sections"][number],
  code: Uint8Array
): Module => {
  const makesObjects = layout.heapGlobal >= 0
  const constant = (bytes: ReadonlyArray<number>) => {
    const code = Uint8Array.from(bytes)
    return { bytes: code, start: 0, end: code.length }
  }
  const changes: ReadonlyArray<(module: Module) => Module> = [
    (m) =>
      changeSection(m, "type", (old) => ({
        ...old,
        kind: "type",
        groups: [...(old?.groups ?? []), ...appendix.groups]
      })),
    (m) =>
      changeSection(m, "function", (old) => ({
        ...old,
        kind: "function",
        typeIndices: [...(old?.typeIndices ?? []), ...appendix.functions.map((f) => f.typeIndex)]
      })),
    (m) =>
      changeSection(m, "table", (old) => ({
        ...old,
        kind: "table",
        tables: [
          ...(old?.tables ?? []).map((table) => ({
            ...table,
            type: {
              ...table.type,
              limits: lowered(table.type.limits, options.tableElementsMax, ELEMENTS_WRITABLE)
            }
          })),
          { type: { element: FUNCREF, limits: exactly(3n) }, init: undefined }
        ]
      })),
    (m) =>
      changeSection(m, "memory", (old) =>
        old === undefined
          ? undefined
          : {
              ...old,
              memories: old.memories.map((limits) => lowered(limits, options.memoryPagesMax, PAGES_WRITABLE))
            }
      ),
    (m) =>
      changeSection(m, "global", (old) => ({
        ...old,
        kind: "global",
        globals: [
          ...(old?.globals ?? []),
          { type: { type: "i32", mutable: true }, init: constant([0x41, 0, 0x0b]) },
          { type: { type: "i32", mutable: true }, init: constant(i32Constant(options.slotsMax)) },
          ...(makesObjects
            ? [
                {
                  type: { type: "i64" as const, mutable: true },
                  init: constant(i64Constant(options.objectBytesMax))
                }
              ]
            : [])
        ]
      })),
    (m) => changeSection(m, "export", () => exports),
    (m) => changeSection(m, "start", () => undefined),
    (m) => changeSection(m, "code", () => ({ kind: "serialized", of: "code", contents: code }))
  ]
  return changes.reduce((changed, change) => change(changed), module)
}

const FUNCREF = { nullable: true, heap: "func", short: true } as const
const exactly = (count: bigint): Limits => ({ address: "i32", shared: false, min: count, max: count })

/**
 * Limits with a maximum no higher than the policy's; growth then fails by the guest's own rules. A policy that
 * allows more than engines take as a maximum is left to the helper that grows.
 */
const lowered = (limits: Limits, policyMax: number, writable: number): Limits => {
  if (limits.max === undefined && policyMax > writable) return limits
  const bound = BigInt(policyMax) > limits.min ? BigInt(policyMax) : limits.min
  return limits.max !== undefined && limits.max <= bound ? limits : { ...limits, max: bound }
}

const PAGES_WRITABLE = 0x10000
const ELEMENTS_WRITABLE = 0xffffffff

const i32Constant = (value: number): ReadonlyArray<number> => [
  0x41,
  ...new CodeBuffer(8).s32(value).take(),
  0x0b
]
const i64Constant = (value: number): ReadonlyArray<number> => [
  0x42,
  ...new CodeBuffer(16).s64(BigInt(value)).take(),
  0x0b
]
