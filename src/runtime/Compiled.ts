import type { MeterPlan } from "../fuel/meter/MeteredModule.ts"
import type { Placement } from "../fuel/meter/Placement.ts"
import type { ImportDescriptor } from "../host/link.ts"
import type { Freshness } from "../wasm/freshness.ts"
import type { Feature } from "../wasm/Opcodes.ts"

/**
 * A module that was decoded, checked, metered and compiled: what caches hold and threads pass on.
 *
 * `module` is V8's handle, which crosses threads without being copied; everything else is plain and small.
 */
export interface Compiled {
  readonly module: WebAssembly.Module
  readonly plan: MeterPlan
  /** The rules by which it was metered: what maps its offsets back needs to know. */
  readonly placement: Placement
  readonly imports: ReadonlyArray<ImportDescriptor>
  readonly exports: ReadonlyArray<ExportedFunction>
  /** Parameter types of each tag, for reading the payload of an exception that nobody caught. */
  readonly tags: ReadonlyArray<ReadonlyArray<string>>
  /** Proposals that it uses. */
  readonly features: ReadonlyArray<Feature>
  /** Those of them that make one run differ from the next. */
  readonly nondeterminism: ReadonlyArray<string>
  readonly memories: ReadonlyArray<MemorySummary>
  readonly tables: ReadonlyArray<{ readonly type: string }>
  readonly meteredBytes: number
  /** How a pool gets an instance that is as new from one that has run. */
  readonly freshness: Freshness
  /** Whether it has instructions that write tables. */
  readonly writesTables: boolean
}

export interface MemorySummary {
  readonly shared: boolean
  /** Pages of 64 KiB; `undefined` where the module sets no maximum of its own. */
  readonly minPages: number
  readonly maxPages: number | undefined
}

export interface ExportedFunction {
  readonly name: string
  readonly params: ReadonlyArray<string>
  readonly results: ReadonlyArray<string>
}
