import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Code } from "../../wasm/Module.ts"
import { OP } from "../../wasm/Opcodes.ts"

/** The functions to which a constant expression makes a reference. */
export const functionsIn = (code: Code): ReadonlyArray<number> => {
  const found: Array<number> = []
  const reader = new InstructionReader(code.bytes, code.start, code.end)
  while (reader.next()) if (reader.op === OP["ref.func"]) found.push(reader.a)
  return found
}
