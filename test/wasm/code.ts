import { encodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import type { Body, Code } from "../../src/wasm/Module.ts"
import { type Mnemonic, OP } from "../../src/wasm/Opcodes.ts"

/**
 * Code for tests that write it instruction by instruction: models of the meter, mutants, generated functions.
 *
 * It rests on the encoder alone. A model that shared the meter's own assembler would share its mistakes.
 */

/** An instruction whose immediates are 0, but for those that are given. */
export const plain = (mnemonic: Mnemonic, fields: Partial<Instruction> = {}): Instruction => ({
  op: OP[mnemonic],
  a: 0,
  b: 0,
  c: 0,
  d: 0,
  flags: 0,
  ...fields
})

/** The code of a body or of a constant expression; its `end` is among the instructions. */
export const codeOf = (instructions: ReadonlyArray<Instruction>): Code => {
  const bytes = encodeInstructions(instructions)
  return { bytes, start: 0, end: bytes.length }
}

/** How many locals a body has, parameters included: the index of the first that is appended. */
export const localCount = (body: Body, params: number): number =>
  params + body.locals.reduce((sum, run) => sum + run.count, 0)
