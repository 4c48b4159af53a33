import { InstructionReader } from "./InstructionReader.ts"
import type { Module } from "./Module.ts"
import { OPCODES } from "./Opcodes.ts"
import { bodiesOf } from "./sectionOf.ts"

/**
 * *Returns* which rows of the opcode table the bodies use: 1 for used. What a module can do at most is told from
 * that: its features, and what of it can change.
 *
 * *Fails* by throwing `Malformed` where code is no instruction. *Cost*: a scan of the code.
 */
export const usedRows = (module: Module): Uint8Array => {
  const rows = new Uint8Array(OPCODES.length)
  const reader = new InstructionReader(module.bytes)
  for (const { code } of bodiesOf(module)) {
    const own = code.bytes === reader.bytes ? reader : new InstructionReader(code.bytes)
    own.reset(code.start, code.end)
    while (own.next()) rows[own.op] = 1
  }
  return rows
}
