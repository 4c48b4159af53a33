import type { Export, ExportSection, Module } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import type { Appendix } from "./Appendix.ts"
import { entryFunction, startFunction, vectorReader } from "./hookFunctions.ts"
import type { MeterLayout } from "./Layout.ts"
import type { GlobalExport, MeterExports } from "./MeteredModule.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import type { Traits } from "./Traits.ts"

/**
 * The exports of a metered module: the guest's own, and under fresh names all that the host must reach: the
 * counters, the hooks, and for capture every memory, table, tag and mutable global.
 */
export const appendExports = (
  module: Module,
  facts: ModuleFacts,
  appendix: Appendix,
  layout: MeterLayout,
  traits: Traits
): { readonly section: ExportSection; readonly names: MeterExports } => {
  const old = sectionOf(module, "export")
  // One module has 75,000 exports; only what looks like ours can be in the way.
  const taken = new Set<string>()
  for (const { name } of old?.exports ?? []) if (name.startsWith(OURS)) taken.add(name)
  const added: Array<Export> = []
  const add = (wanted: string, kind: Export["kind"], index: number): string => {
    let name = `${OURS}${wanted}`
    while (taken.has(name)) name += "'"
    taken.add(name)
    added.push({ name, kind, index })
    return name
  }
  const start = sectionOf(module, "start")
  const entries = new Map<number, number>()
  // The host pays what callers pay: through a function of the meter's that it calls instead.
  const entryOf = (funcIndex: number): number => {
    const known = entries.get(funcIndex)
    const prepaid = traits.prepaid[funcIndex] ?? 0
    const type = facts.types[facts.typeOfFunc(funcIndex)]?.composite
    if (known !== undefined) return known
    if (prepaid === 0 || type?.kind !== "func") return funcIndex
    const entry = appendix.func(entryFunction(type, funcIndex, prepaid, layout), facts.typeOfFunc(funcIndex))
    entries.set(funcIndex, entry)
    return entry
  }
  const guests = (old?.exports ?? []).map((item) =>
    item.kind === "func" ? { ...item, index: entryOf(item.index) } : item
  )
  const names: MeterExports = {
    fuel: add("fuel", "global", layout.fuelGlobal),
    depth: add("depth", "global", layout.depthGlobal),
    heap: layout.heapGlobal < 0 ? undefined : add("heap", "global", layout.heapGlobal),
    hooks: add("hooks", "table", layout.hookTable),
    start:
      start === undefined
        ? undefined
        : add("start", "func", appendix.func(startFunction(entryOf(start.funcIndex)))),
    memories: facts.memories.map((_, index) => add(`memory:${index}`, "memory", index)),
    tables: facts.tables.map((_, index) => add(`table:${index}`, "table", index)),
    tags: facts.tagTypes.map((_, index) => add(`tag:${index}`, "tag", index)),
    globals: facts.globals.flatMap(({ type, mutable }, index): ReadonlyArray<GlobalExport> => {
      if (!mutable) return []
      const how = type === "v128" ? "halves" : "global"
      const target = how === "halves" ? appendix.func(vectorReader(index)) : index
      const name = add(`global:${index}`, how === "halves" ? "func" : "global", target)
      return [{ globalIndex: index, type: showType(type), name, how }]
    }),
    writes: layout.writesMemory < 0 ? undefined : add("writes", "memory", layout.writesMemory)
  }
  return { section: { ...old, kind: "export", exports: [...guests, ...added] }, names }
}

const OURS = "munition:"

/** A value type in the notation of the text format. */
export const showType = (type: ValueType): string => {
  if (typeof type === "string") return type
  if (type.short) return `${type.heap}ref`
  return `(ref ${type.nullable ? "null " : ""}${type.heap})`
}
