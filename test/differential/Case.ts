import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import type { Value } from "../../src/outcome/Value.ts"

/**
 * One call to compare, and what comes of it on an engine.
 *
 * A module is run three ways: plain on Wasmtime, which counts its own fuel; metered on Wasmtime, which counts
 * nothing, so that the count is the module's; metered on V8. Where the module lives by itself all three must tell
 * the same.
 */
export interface Case {
  /** What it is one of: `guests`, `sampler`, `counted by hand`, `random`, `kernels`. */
  readonly group: string
  /** Unique: the list of known differences names it. */
  readonly id: string
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly limits: Partial<MeterOptions>
}

/** A case that is not run, and why not. */
export interface Excluded {
  readonly group: string
  readonly id: string
  readonly why: string
}

/** How a run ended and what it left behind, in the words that all engines share. */
export interface Run {
  readonly end: "returned" | "trapped" | "stopped" | "refused"
  /** Results as text; a kind of trap; who stopped it; what the engine said. */
  readonly detail: string
  /** Units of the start function. */
  readonly startFuel: number
  /** Units of the call. */
  readonly fuel: number
  /** Units that are left of what the call was given, as Wasmtime counts them; absent where it does not. */
  readonly fuelLeft?: number
  /** Pages and a hash of each memory, in order. */
  readonly memories: ReadonlyArray<string>
  /** Mutable globals that are numbers. */
  readonly globals: ReadonlyArray<string>
}
