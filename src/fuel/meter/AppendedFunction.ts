import type { ValueType } from "../../wasm/ValueType.ts"

/** A function that the meter appends: its type, its locals and its instructions, the last `end` included. */
export interface AppendedFunction {
  readonly params: ReadonlyArray<ValueType>
  readonly results: ReadonlyArray<ValueType>
  readonly locals: ReadonlyArray<ValueType>
  readonly code: Uint8Array
}
