import { changeSection } from "../fuel/meter/sections.ts"
import { LimitExceeded, type RefusedReason } from "../outcome/RefusedReason.ts"
import { encodeModule } from "../wasm/encodeModule.ts"
import type { Module, Section } from "../wasm/Module.ts"
import { declareFunctions } from "./declareFunctions.ts"
import { frozenImports } from "./frozenImports.ts"
import type { Prepared } from "./prepareSnapshot.ts"
import type { CapturedState, Snapshot } from "./Snapshot.ts"
import { writeCustom } from "./writeCustom.ts"
import { type WrittenMemories, writeMemories } from "./writeData.ts"
import { writeExports } from "./writeExports.ts"
import { type WrittenGlobals, writeGlobals } from "./writeGlobals.ts"
import { type WrittenTables, writeTables } from "./writeTables.ts"

/**
 * Writes the module that starts where an instance is.
 *
 * ```
 *   memory   as many pages as there are      data      what is not zero, in active segments
 *   global   the values that there are       element   what the tables hold that code can change
 *   start    none: it has run                export    without the initialiser
 * ```
 * Types, functions and code are the same bytes, and no index of anything moves.
 */
export const writeSnapshot = (
  prepared: Prepared,
  state: CapturedState,
  bounds: SnapshotBounds
): Omit<Snapshot, "metadata"> | RefusedReason => {
  const memories = writeMemories(prepared, state.memories, bounds.itemsMax)
  if ("_tag" in memories) return memories
  const globals = writeGlobals(prepared, state.globals)
  if ("_tag" in globals) return globals
  const tables = writeTables(prepared, state.tables)
  if ("_tag" in tables) return tables
  const segments = Math.max(memories.segments.length, tables.segments.length)
  if (segments > bounds.itemsMax) return new LimitExceeded("itemsMax", bounds.itemsMax, segments)
  const module = compose(prepared, memories, globals, tables)
  const bytes = encodeModule(module)
  if (bytes.length > bounds.moduleBytesMax)
    return new LimitExceeded("moduleBytesMax", bounds.moduleBytesMax, bytes.length)
  const { frozen, answersNotKept } = frozenImports(state.journal)
  const kept = new Set(customNames(module))
  return {
    bytes,
    report: {
      bytesBefore: prepared.module.bytes.length,
      bytesAfter: bytes.length,
      memories: memories.report,
      globals: globals.written,
      tables: tables.written,
      frozen,
      answersNotKept,
      sectionsDropped: customNames(prepared.module).filter((name) => !kept.has(name))
    }
  }
}

/** What the policy lets a module have, so that what fired before it was written fires after it too. */
export interface SnapshotBounds {
  readonly moduleBytesMax: number
  /** Segments, among others. */
  readonly itemsMax: number
}

const compose = (
  { module, facts, functionName, exports }: Prepared,
  memories: WrittenMemories,
  globals: WrittenGlobals,
  tables: WrittenTables
): Module => {
  let made: Module = {
    ...module,
    sections: module.sections.flatMap((section): ReadonlyArray<Section> => {
      if (section.kind !== "custom") return [section]
      const written = writeCustom(section, tables.written.length > 0)
      return written === undefined ? [] : [written]
    })
  }
  made = changeSection(made, "memory", (old) => old && { kind: "memory", memories: memories.limits })
  made = changeSection(made, "global", (old) => old && { kind: "global", globals: globals.globals })
  made = changeSection(made, "table", (old) => old && { kind: "table", tables: tables.tables })
  made = changeSection(
    made,
    "export",
    (old) => old && { kind: "export", exports: writeExports(old.exports, functionName, exports) }
  )
  made = changeSection(made, "start", () => undefined)
  made = changeSection(made, "element", () => unlessEmpty({ kind: "element", segments: tables.segments }))
  const declaration = declareFunctions(made, facts.functionsReferenced)
  if (declaration !== undefined)
    made = changeSection(made, "element", () => ({
      kind: "element",
      segments: [...tables.segments, declaration]
    }))
  const { segments } = memories
  made = changeSection(made, "dataCount", (old) => old && { kind: "dataCount", count: segments.length })
  return changeSection(made, "data", () => unlessEmpty({ kind: "data", segments }))
}

const unlessEmpty = <S extends Section & { readonly segments: ReadonlyArray<unknown> }>(
  section: S
): S | undefined => (section.segments.length === 0 ? undefined : section)

const customNames = ({ sections }: Module): ReadonlyArray<string> =>
  sections.flatMap((section) => (section.kind === "custom" ? [section.name] : []))
