import { OP } from "../../../src/wasm/Opcodes.ts"

/**
 * Opcodes of the instructions after which control never goes on to the next one; a trap that only some operands
 * bring about does not count. Written down by hand: the meter has a list of its own, and is held against this one.
 */
export const LEAVES: ReadonlySet<number> = new Set<number>([
  OP["br"],
  OP["br_table"],
  OP["return"],
  OP["unreachable"],
  OP["throw"],
  OP["throw_ref"],
  OP["rethrow"],
  OP["return_call"],
  OP["return_call_indirect"],
  OP["return_call_ref"]
])
