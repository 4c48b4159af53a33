import { showType } from "../../fuel/meter/appendExports.ts"
import type { MeterPlan } from "../../fuel/meter/MeteredModule.ts"
import { ModuleFacts } from "../../fuel/meter/ModuleFacts.ts"
import type { ImportDescriptor } from "../../host/link.ts"
import type { Import, Module } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import type { Compiled, ExportedFunction } from "../Compiled.ts"

/** What is kept of a module beside its code: signatures, imports, tags, in words that cross threads. */
export const describeModule = (
  module: Module,
  plan: MeterPlan
): Pick<Compiled, "plan" | "imports" | "exports" | "tags" | "memories" | "tables"> => {
  const facts = new ModuleFacts(module)
  return {
    plan,
    imports: describeImports(module, facts),
    exports: describeExports(module, facts),
    tags: facts.tagTypes.map((typeIndex) => typesOf(facts, typeIndex).params),
    memories: facts.memories.map(({ shared, min, max }) => ({
      shared,
      minPages: Number(min),
      maxPages: max === undefined ? undefined : Number(max)
    })),
    tables: facts.tables.map(({ element }) => ({ type: showType(element) }))
  }
}

const describeImports = (module: Module, facts: ModuleFacts): ReadonlyArray<ImportDescriptor> =>
  (sectionOf(module, "import")?.imports ?? []).map((item) => describeImport(item, facts))

const describeImport = ({ module, name, type }: Import, facts: ModuleFacts): ImportDescriptor =>
  type.kind === "func"
    ? { module, name, kind: "function", type: typesOf(facts, type.typeIndex) }
    : { module, name, kind: type.kind }

const describeExports = (module: Module, facts: ModuleFacts): ReadonlyArray<ExportedFunction> =>
  (sectionOf(module, "export")?.exports ?? [])
    .filter(({ kind }) => kind === "func")
    .map(({ name, index }) => ({ name, ...typesOf(facts, facts.typeOfFunc(index)) }))

const typesOf = (
  facts: ModuleFacts,
  typeIndex: number
): { readonly params: ReadonlyArray<string>; readonly results: ReadonlyArray<string> } => {
  const composite = facts.types[typeIndex]?.composite
  if (composite?.kind !== "func") return { params: [], results: [] }
  const show = (types: ReadonlyArray<ValueType>) => types.map(showType)
  return { params: show(composite.params), results: show(composite.results) }
}
