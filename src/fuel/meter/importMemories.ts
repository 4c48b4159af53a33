import type { Module } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { MemoryImport } from "./MeteredModule.ts"
import { changeSection } from "./sections.ts"

/**
 * Makes imports of the memories that a module defines, so that a new instance can be made over memories that there
 * are already: globals, tables and segments come back with it, and nothing is left for the collector but a
 * small object.
 *
 * Each keeps its index, its limits and its place in their order. The imports' module name is one that the guest
 * does not import from. A module that imports a memory itself, or shares one, is left as it is: that memory's
 * state is not the instance's alone.
 */
export const importMemories = (
  module: Module
): { readonly module: Module; readonly imports: ReadonlyArray<MemoryImport> } => {
  const defined = sectionOf(module, "memory")?.memories ?? []
  const before = sectionOf(module, "import")?.imports ?? []
  const kept = before.some(({ type }) => type.kind === "memory") || defined.some(({ shared }) => shared)
  if (kept || defined.length === 0) return { module, imports: [] }
  const from = freshModule(new Set(before.map((item) => item.module)))
  const imports = defined.map((limits, index) => ({ module: from, name: `memory:${index}`, limits }))
  const added = imports.map(({ module, name, limits }) => ({
    module,
    name,
    type: { kind: "memory" as const, limits }
  }))
  const importing = changeSection(module, "import", (old) => ({
    ...old,
    kind: "import",
    imports: [...before, ...added]
  }))
  return { module: changeSection(importing, "memory", () => undefined), imports }
}

const freshModule = (taken: ReadonlySet<string>): string => {
  let name = "munition"
  while (taken.has(name)) name += "'"
  return name
}
