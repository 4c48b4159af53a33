import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import { decodeInstructions, type Instruction } from "../../../src/wasm/Instruction.ts"
import type { Body } from "../../../src/wasm/Module.ts"
import { OP } from "../../../src/wasm/Opcodes.ts"
import { parseWat } from "../../guests/wat.ts"
import { codeOf } from "../../wasm/code.ts"
import { decoded } from "../../wasm/modules.ts"

/**
 * A module in which every indirect call, of either kind, is one by reference: wabt cannot read those, but it does
 * not ask either whether an indirect call's last operand is an index.
 */
export const byReference = (wat: string): Uint8Array<ArrayBuffer> => {
  const module = decoded(parseWat("byReference.wat", wat))
  const change = (body: Body): Body => ({
    offset: 0,
    locals: body.locals,
    code: codeOf(decodeInstructions(body.code).map(callByReference))
  })
  return encodeModule({
    ...module,
    sections: module.sections.map((section) =>
      section.kind === "code" ? { ...section, bodies: section.bodies.map(change) } : section
    )
  })
}

const callByReference = (instruction: Instruction): Instruction => {
  if (instruction.op === OP["call_indirect"]) return { ...instruction, op: OP["call_ref"] }
  if (instruction.op === OP["return_call_indirect"]) return { ...instruction, op: OP["return_call_ref"] }
  return instruction
}
