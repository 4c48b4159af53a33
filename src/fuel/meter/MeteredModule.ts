import type { Limits } from "../../wasm/Module.ts"
import type { Helper } from "./HelperRegistry.ts"
import type { MeterLayout } from "./Layout.ts"
import type { Traits } from "./Traits.ts"

/**
 * The version of the meter: of where it charges and looks, hence of where exactly an exhausted guest stops.
 * Part of the key under which compiled modules are cached.
 */
export const METER_VERSION = 2

/** A module with the meter in it, and where to find what was added. Everything but `bytes` is small and plain. */
export interface MeteredModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly plan: MeterPlan
  /** By function, imported ones first: slots of its frame. */
  readonly frameSlots: ReadonlyArray<number>
}

/** All that is needed to run a metered module, to read its state and to rewrite one of its functions again. */
export interface MeterPlan {
  readonly layout: MeterLayout
  readonly helpers: ReadonlyArray<Helper>
  /** What functions are like for their callers. */
  readonly traits: Traits
  /** Offset of each defined function's body in the metered file: of its locals. */
  readonly bodyOffsets: Uint32Array
  /** Functions of the guest, imported ones included; an index from here on is the meter's. */
  readonly guestFuncs: number
  readonly exports: MeterExports
  /** What must be given to the module for its memories, in their order; nothing where it has its own. */
  readonly memoryImports: ReadonlyArray<MemoryImport>
  /** Why writes are not tracked, `undefined` where they are. */
  readonly untracked: string | undefined
}

/** A memory of the guest's that became an import: what is given for it must have these very limits. */
export interface MemoryImport {
  readonly module: string
  readonly name: string
  readonly limits: Limits
}

/** Names of the exports that the meter added; no name of the guest's is among them. */
export interface MeterExports {
  readonly fuel: string
  readonly depth: string
  /** Absent where the module makes no objects. */
  readonly heap: string | undefined
  readonly hooks: string
  /** Absent where the module has no start function. */
  readonly start: string | undefined
  readonly memories: ReadonlyArray<string>
  readonly tables: ReadonlyArray<string>
  readonly tags: ReadonlyArray<string>
  readonly globals: ReadonlyArray<GlobalExport>
  /** The map of what the guest wrote (`writeMap.ts`); absent where it is not tracked. */
  readonly writes: string | undefined
}

/** How a mutable global can be read: as it is, or, a vector, through a function that returns its two halves. */
export interface GlobalExport {
  readonly globalIndex: number
  readonly type: string
  readonly name: string
  readonly how: "global" | "halves"
}
