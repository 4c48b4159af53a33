import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { attempt, Malformed } from "../../src/wasm/Malformed.ts"
import type { ExternKind, FuncType, GlobalType, Module } from "../../src/wasm/Module.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"

/** A module as our reader has it: its bytes, its sections, and the types of what it exports. */
export interface Loaded {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly module: Module
  /** By name. */
  readonly exports: ReadonlyMap<string, Exported>
}

export type Exported =
  /** `own`: not an import that is passed on. */
  | { readonly kind: "func"; readonly type: FuncType; readonly own: boolean }
  | { readonly kind: "global"; readonly type: GlobalType }
  | { readonly kind: Exclude<ExternKind, "func" | "global"> }

/** Reads a module and writes it again, every instruction. *Returns* a sentence where either goes wrong. */
export const load = (bytes: Uint8Array<ArrayBuffer>): Loaded | string => {
  const module = decodeModule(bytes)
  if (module instanceof Malformed) return `decodeModule: ${module.message}`
  const written = attempt(() => encodeModule(module, { deep: true }))
  if (written instanceof Malformed) return `encodeModule: ${written.message}`
  if (Buffer.compare(written, bytes) !== 0) return "encodeModule: other bytes than were read"
  const exports = attempt(() => exportsOf(module))
  return exports instanceof Malformed ? `IndexSpaces: ${exports.message}` : { bytes, module, exports }
}

const exportsOf = (module: Module): ReadonlyMap<string, Exported> => {
  const spaces = new IndexSpaces(module)
  return new Map(
    (sectionOf(module, "export")?.exports ?? []).map(({ name, kind, index }): readonly [string, Exported] => {
      switch (kind) {
        case "func":
          return [name, { kind, type: spaces.typeOfFunc(index), own: index >= spaces.imported.funcs.length }]
        case "global":
          return [name, { kind, type: spaces.global(index) }]
        default:
          return [name, { kind }]
      }
    })
  )
}
