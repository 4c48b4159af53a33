import type { Evidence } from "../../src/outcome/Evidence.ts"
import type { TypedValue } from "../../src/outcome/Value.ts"
import type { FiringOptions } from "./Header.ts"

/**
 * How a firing ended, as the command's `--json` tells it, with the evidence and the log where there is any.
 *
 * What whoever fires cannot know (the plain engine counts no fuel) is left out. An expectation about a field
 * that is left out fails: what nobody looked at did not hold.
 */
export interface Report {
  readonly outcome: "returned" | "crashed" | "refused"
  readonly values?: ReadonlyArray<TypedValue>
  /** A class of `src/outcome`, or its fields. */
  readonly reason?: Reason
  readonly fuel?: { readonly allocated: number; readonly used: number; readonly remaining: number }
  readonly memory?: { readonly pages: number; readonly highWaterBytes: number }
  readonly lifecycle?: ReadonlyArray<string>
  readonly evidence?: Pick<Evidence, "memories" | "globals">
  /** What reached the host's logger, as `level text`. */
  readonly logs?: ReadonlyArray<string>
  /** How many times a host function acted. */
  readonly hostCalls?: number
}

export type Reason = Readonly<Record<string, unknown>> & { readonly _tag: string }

/** Fires one function of a module; what the suite plugs the real thing into. */
export type Fire = (
  wasm: Uint8Array<ArrayBuffer>,
  functionName: string,
  args: ReadonlyArray<string>,
  options: FiringOptions
) => Promise<Report>
