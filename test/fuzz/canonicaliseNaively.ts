import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { decodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import type { Body, Module } from "../../src/wasm/Module.ts"
import { OPCODES } from "../../src/wasm/Opcodes.ts"
import { changeBodies, codeOf, localCount, plain } from "../wasm/code.ts"
import { nanWidth } from "./operations.ts"

/**
 * Canonical NaNs as a child would make them: after every instruction that chooses a NaN's bits, the value is
 * compared with itself and replaced. What a module does then is what it must do under `nan: "canonical"`.
 */
export const canonicaliseNaively = (module: Module): Uint8Array<ArrayBuffer> =>
  encodeModule(changeBodies(module, canonicalBody))

const canonicalBody = (body: Body, params: number): Body => {
  const scratch = localCount(body, params)
  const code = decodeInstructions(body.code).flatMap((instruction) => [
    instruction,
    ...afterArithmetic(OPCODES[instruction.op]?.mnemonic ?? "nop", scratch)
  ])
  const locals = (["f32", "f64", "v128"] as const).map((type) => ({ count: 1, type }))
  return { offset: 0, locals: [...body.locals, ...locals], code: codeOf(code) }
}

/** *Returns* what puts the canonical NaN for any other in what `mnemonic` gave; three locals from `scratch`. */
export const afterArithmetic = (mnemonic: string, scratch: number): ReadonlyArray<Instruction> => {
  const width = nanWidth(mnemonic)
  if (width === 0) return []
  const vector = /x\d/.test(mnemonic.slice(0, 6))
  const local = { a: scratch + (vector ? 2 : width === 32 ? 0 : 1) }
  const lanes = vector ? 128 / width : 1
  const bits = new Uint8Array((width / 8) * lanes)
  const view = new DataView(bits.buffer)
  for (let lane = 0; lane < lanes; lane++) {
    if (width === 32) view.setUint32(lane * 4, 0x7fc00000, true)
    else view.setBigUint64(lane * 8, 0x7ff8000000000000n, true)
  }
  const type = vector ? (width === 32 ? "f32x4" : "f64x2") : width === 32 ? "f32" : "f64"
  return [
    plain("local.tee", local),
    plain(vector ? "v128.const" : width === 32 ? "f32.const" : "f64.const", { bits }),
    plain("local.get", local),
    plain("local.get", local),
    plain(`${type}.eq`),
    plain(vector ? "v128.bitselect" : "select")
  ]
}
