import type { Limits, Module } from "./Module.ts"
import { type Mnemonic, OPCODES } from "./Opcodes.ts"
import { sectionOf } from "./sectionOf.ts"
import { usedRows } from "./usedRows.ts"
import type { ValueType } from "./ValueType.ts"

/**
 * What of an instance can change while it runs: what has to be put back to make it as it was when it was new.
 *
 * It asks what is written, not what can be reached, so it may name more than ever changes and never less. Code,
 * tags, immutable globals and segments that nothing drops are not state. Plain data.
 */
export interface MutableState {
  /** Imports that have a state of their own, or may have: "memory m.n". */
  readonly importedState: ReadonlyArray<string>
  /** Memories that the module defines, in their order. */
  readonly memories: ReadonlyArray<MutableMemory>
  /** Mutable globals that the module defines. */
  readonly globals: ReadonlyArray<MutableGlobal>
  /** Tables that the module defines, if any instruction writes tables: empty if none does. */
  readonly tables: ReadonlyArray<MutableTable>
  /** Instructions that drop segments, which nothing brings back. */
  readonly drops: ReadonlyArray<Mnemonic>
  /** Instructions that change objects: which objects those are nobody outside can tell. */
  readonly changesObjects: ReadonlyArray<Mnemonic>
}

export interface MutableMemory {
  readonly memoryIndex: number
  readonly limits: Limits
  /** Whether some instruction grows a memory: what has grown is not made small again. */
  readonly mayGrow: boolean
}

export interface MutableGlobal {
  readonly globalIndex: number
  readonly type: ValueType
}

export interface MutableTable {
  readonly tableIndex: number
  readonly type: ValueType
  readonly mayGrow: boolean
}

/**
 * *Returns* what can change in an instance of a module that a validator accepts. *Fails* by throwing `Malformed`
 * where code is no instruction. *Cost*: a scan of the code; who has the rows of the opcode table that the bodies
 * use (1 for used, as {@link usedRows} gives them) has it for nothing.
 */
export const mutableState = (module: Module, rows: Uint8Array = usedRows(module)): MutableState => {
  const used = (wanted: (mnemonic: Mnemonic) => boolean): ReadonlyArray<Mnemonic> =>
    OPCODES.flatMap(({ op, mnemonic }) => (rows[op] === 1 && wanted(mnemonic) ? [mnemonic] : []))
  const imports = sectionOf(module, "import")?.imports ?? []
  const count = (kind: string) => imports.filter(({ type }) => type.kind === kind).length
  const [memories, globals, tables] = [count("memory"), count("global"), count("table")]
  const growsMemories = used((name) => name === "memory.grow").length > 0
  const growsTables = used((name) => name === "table.grow").length > 0
  const writesTables = used((name) => TABLE_WRITES.has(name)).length > 0
  return {
    importedState: imports.flatMap(({ module: from, name, type }) =>
      type.kind === "memory" || type.kind === "table" || (type.kind === "global" && type.global.mutable)
        ? [`${type.kind} ${from}.${name}`]
        : []
    ),
    memories: (sectionOf(module, "memory")?.memories ?? []).map((limits, i) => ({
      memoryIndex: memories + i,
      limits,
      mayGrow: growsMemories
    })),
    globals: (sectionOf(module, "global")?.globals ?? []).flatMap(({ type }, i) =>
      type.mutable ? [{ globalIndex: globals + i, type: type.type }] : []
    ),
    tables: writesTables
      ? (sectionOf(module, "table")?.tables ?? []).map(({ type }, i) => ({
          tableIndex: tables + i,
          type: type.element,
          mayGrow: growsTables
        }))
      : [],
    drops: used((name) => name === "data.drop" || name === "elem.drop"),
    changesObjects: used((name) => OBJECT_WRITES.has(name))
  }
}

const TABLE_WRITES: ReadonlySet<Mnemonic> = new Set([
  "table.set",
  "table.fill",
  "table.copy",
  "table.init",
  "table.grow"
])

const OBJECT_WRITES: ReadonlySet<Mnemonic> = new Set([
  "struct.set",
  "array.set",
  "array.fill",
  "array.copy",
  "array.init_data",
  "array.init_elem"
])
