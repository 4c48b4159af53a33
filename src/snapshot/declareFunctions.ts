import type { Code, ElementSegment, Module } from "../wasm/Module.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import { functionIn } from "./CodeFacts.ts"

/**
 * The element segment that a snapshot lacks, if it lacks one: code may only refer to functions that are mentioned
 * outside of it, and an export or a segment that has gone may have been the only mention.
 */
export const declareFunctions = (
  module: Module,
  referenced: ReadonlySet<number>
): ElementSegment | undefined => {
  const declared = new Set<number>()
  const mention = (code: Code | undefined): void => {
    const funcIndex = code === undefined ? undefined : functionIn(code)
    if (funcIndex !== undefined) declared.add(funcIndex)
  }
  for (const { kind, index } of sectionOf(module, "export")?.exports ?? [])
    if (kind === "func") declared.add(index)
  for (const { init } of sectionOf(module, "global")?.globals ?? []) mention(init)
  for (const { init } of sectionOf(module, "table")?.tables ?? []) mention(init)
  for (const { items } of sectionOf(module, "element")?.segments ?? [])
    if (items.kind === "exprs") for (const expr of items.exprs) mention(expr)
    else for (const funcIndex of items.funcIndices) declared.add(funcIndex)
  const missing = [...referenced].filter((funcIndex) => !declared.has(funcIndex)).sort((a, b) => a - b)
  return missing.length === 0
    ? undefined
    : { mode: { kind: "declarative" }, items: { kind: "funcs", funcIndices: missing } }
}
