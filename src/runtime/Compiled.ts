import type { MeterPlan } from "../fuel/meter/MeteredModule.ts"
import type { ImportDescriptor } from "../host/link.ts"

/**
 * A module that was decoded, checked, metered and compiled: what caches hold and threads pass on.
 *
 * `module` is V8's handle, which crosses threads without being copied; everything else is plain and small.
 */
export interface Compiled {
  readonly module: WebAssembly.Module
  readonly plan: MeterPlan
  readonly imports: ReadonlyArray<ImportDescriptor>
  readonly exports: ReadonlyArray<ExportedFunction>
  /** Parameter types of each tag, for reading the payload of an exception that nobody caught. */
  readonly tags: ReadonlyArray<ReadonlyArray<string>>
  /** Nondeterministic features that it uses. */
  readonly nondeterminism: ReadonlyArray<string>
  readonly memories: ReadonlyArray<{ readonly shared: boolean }>
  readonly tables: ReadonlyArray<{ readonly type: string }>
  readonly meteredBytes: number
}

export interface ExportedFunction {
  readonly name: string
  readonly params: ReadonlyArray<string>
  readonly results: ReadonlyArray<string>
}
