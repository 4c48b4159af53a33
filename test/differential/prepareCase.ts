import type { MeteredModule } from "../../src/fuel/meter/MeteredModule.ts"
import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../src/fuel/meter/Placement.ts"
import { changeSection } from "../../src/fuel/meter/sections.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { BadArguments, describeRefusedReason } from "../../src/outcome/RefusedReason.ts"
import type { Value } from "../../src/outcome/Value.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { describeModule } from "../../src/runtime/worker/describeModule.ts"
import { readArguments } from "../../src/runtime/worker/readArguments.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import type { Export, Module } from "../../src/wasm/Module.ts"
import { usedFeatures } from "../../src/wasm/usedFeatures.ts"
import type { Case } from "./Case.ts"

/**
 * The two modules of a case, and all that an engine must be told to run them.
 *
 * The plain one gets exports for its memories and globals under the very names that the meter gave them: exports
 * are no code, so they change nothing that it consumes.
 */
export interface Prepared {
  readonly case: Case
  readonly metered: MeteredModule
  readonly options: MeterOptions
  readonly plain: Uint8Array<ArrayBuffer>
  readonly args: ReadonlyArray<Value>
  readonly types: Signature
  /** Of each imported function, which answers zeros. */
  readonly imports: ReadonlyArray<{
    readonly module: string
    readonly name: string
    readonly type: Signature
  }>
  readonly globals: ReadonlyArray<{ readonly name: string; readonly type: string }>
}

export interface Signature {
  readonly params: ReadonlyArray<string>
  readonly results: ReadonlyArray<string>
}

/** NaNs are made canonical by the meter: their bits differ between engines otherwise. */
const METER_OPTIONS: MeterOptions = {
  prices: WASMTIME_PRICES,
  nan: "canonical",
  slotsMax: RUN_POLICY_DEFAULT.stackSlotsMax,
  objectBytesMax: RUN_POLICY_DEFAULT.objectBytesMax,
  memoryPagesMax: RUN_POLICY_DEFAULT.memoryPagesMax,
  tableElementsMax: RUN_POLICY_DEFAULT.tableElementsMax,
  placement: PLACEMENT_DEFAULT,
  customSections: "strip"
}

/** *Returns* the reason where it cannot be run everywhere. */
export const prepareCase = (one: Case): Prepared | string => {
  const module = decodeModule(one.wasm)
  if (module instanceof Malformed) return `malformed: ${module.what}`
  const features = usedFeatures(module)
  const unshared = UNSHARED.find(([feature]) => features.has(feature))
  if (unshared !== undefined) return unshared[1]
  const uncounted = UNCOUNTED.find((feature) => features.has(feature))
  if (one.group === "random" && uncounted !== undefined)
    return `it uses ${uncounted}, where Wasmtime loses count in ways that the model does not have`
  const options = { ...METER_OPTIONS, ...one.limits }
  const metered = meterModule(module, options)
  if (metered instanceof Malformed) return `malformed: ${metered.what}`
  const described = describeModule(module, metered.plan)
  const imports: Array<Prepared["imports"][number]> = []
  for (const item of described.imports) {
    if (item.kind !== "function" || ![...item.type.params, ...item.type.results].every(isNumber))
      return "it imports more than functions of numbers"
    imports.push({ module: item.module, name: item.name, type: item.type })
  }
  const signature = described.exports.find(({ name }) => name === one.functionName)
  if (signature === undefined) return "it has no such function"
  if (![...signature.params, ...signature.results].every(isNumber)) return "its values are not numbers alone"
  const args = readArguments(signature, one.args)
  if (args instanceof BadArguments) return describeRefusedReason(args)
  const { memories, globals } = metered.plan.exports
  const numbers = globals.filter(({ type }) => isNumber(type))
  return {
    case: one,
    metered,
    options,
    plain: withExports(module, [
      ...memories.map((name, index): Export => ({ name, kind: "memory", index })),
      ...numbers.map(({ name, globalIndex }): Export => ({ name, kind: "global", index: globalIndex }))
    ]),
    args,
    types: signature,
    imports,
    globals: numbers.map(({ name, type }) => ({ name, type }))
  }
}

/** What one of the engines does not have, or leaves open. */
const UNSHARED = [
  ["legacy-exceptions", "Wasmtime does not compile legacy exceptions"],
  ["threads", "shared memory is no part of a run's own state"],
  ["relaxed-simd", "relaxed vector instructions differ between engines"]
] as const

/** Of random modules: the guests that use these are compared one by one. */
const UNCOUNTED = ["gc", "function-references"] as const

const isNumber = (type: string): boolean => /^[if](32|64)$/.test(type)

const withExports = (module: Module, added: ReadonlyArray<Export>): Uint8Array<ArrayBuffer> =>
  encodeModule(
    changeSection(module, "export", (old) => ({
      ...old,
      kind: "export",
      exports: [...(old?.exports ?? []), ...added]
    }))
  )
