import type { LifecycleEvent } from "./Lifecycle.ts"
import type { TypedValue, Value } from "./Value.ts"

/** The first of the three outcomes: the guest returned. */
export class Returned {
  readonly _tag = "Returned"
  readonly values: ReadonlyArray<Value>
  readonly metadata: Metadata
  constructor(values: ReadonlyArray<Value>, metadata: Metadata) {
    this.values = values
    this.metadata = metadata
  }
}

/** What a firing consumed, whether it returned or crashed. */
export interface Metadata {
  readonly fuel: { readonly allocated: number; readonly used: number; readonly remaining: number }
  readonly memory: {
    /** Pages of the first memory when the firing ended, 0 without one. */
    readonly pages: number
    /** The most bytes that all linear memories had together. */
    readonly highWaterBytes: number
  }
  /** Time in guest code, microseconds; compilation is apart. */
  readonly durationMicros: number
  /** Decoding, metering and compiling; 0 where the compiled module was at hand. */
  readonly compileMicros: number
  readonly lifecycle: ReadonlyArray<LifecycleEvent>
  /** `values` with their types, in the notation of `--json`. */
  readonly typed: ReadonlyArray<TypedValue>
  /** Features in use that make a run differ from the next one. */
  readonly nondeterminism: ReadonlyArray<string>
}
