import { encodeInstructions, type Instruction } from "../wasm/Instruction.ts"
import type { Code } from "../wasm/Module.ts"
import { OP } from "../wasm/Opcodes.ts"
import { type HeapType, heapCodeOf, type ValueType } from "../wasm/ValueType.ts"

/**
 * Constant expressions that give a value back which was read out of an instance.
 *
 * Values come as text, as evidence has them (`showValue`, for references what they point at). A NaN is not among
 * them: its bits do not survive JavaScript, and another NaN would be another state.
 */
export const constantOf = (type: ValueType, shown: string): Code | WhyNot => {
  switch (type) {
    case "i32":
      return i32(Number(shown))
    case "i64":
      return i64(BigInt(shown))
    case "f32":
    case "f64":
      return shown === "nan" ? new WhyNot("is a NaN, whose bits cannot be seen") : float(type, shown)
    case "v128":
      return expression(plain("v128.const", { bits: vectorBits(shown) }))
    default:
      return reference(type.heap, shown)
  }
}

/** What a value is that no constant expression gives, to follow what has it. */
export class WhyNot {
  readonly why: string
  constructor(why: string) {
    this.why = why
  }
}

export const i32 = (value: number): Code => expression(plain("i32.const", { a: value | 0 }))
export const i64 = (value: bigint): Code => expression(plain("i64.const", { big: BigInt.asIntN(64, value) }))
export const refFunc = (funcIndex: number): Code => expression(plain("ref.func", { a: funcIndex }))

const reference = (heap: HeapType, shown: string): Code | WhyNot => {
  if (shown === "null") return expression(plain("ref.null", { a: heapCodeOf(heap) }))
  const [, funcIndex] = /^func (\d+)$/.exec(shown) ?? []
  if (funcIndex !== undefined && (heap === "func" || typeof heap === "number"))
    return refFunc(Number(funcIndex))
  if (I31_HEAPS.includes(heap) && /^-?\d+$/.test(shown))
    return expression(plain("i32.const", { a: Number(shown) }), plain("ref.i31"))
  return new WhyNot(`refers to ${shown === "object" ? "an object" : `a ${shown.split(" ", 1)}`}`)
}

/** What an i31 can be held as; JavaScript sees it as a number. */
const I31_HEAPS: ReadonlyArray<HeapType> = ["i31", "eq", "any"]

const float = (type: "f32" | "f64", shown: string): Code => {
  const value = shown === "inf" ? Infinity : shown === "-inf" ? -Infinity : Number(shown)
  const view = new DataView(new ArrayBuffer(type === "f32" ? 4 : 8))
  if (type === "f32") view.setFloat32(0, value, true)
  else view.setFloat64(0, value, true)
  return expression(plain(`${type}.const`, { bits: new Uint8Array(view.buffer) }))
}

/** From `0x` and 32 digits, the highest first. */
const vectorBits = (shown: string): Uint8Array => {
  const view = new DataView(new ArrayBuffer(16))
  const bits = BigInt(shown)
  view.setBigUint64(0, BigInt.asUintN(64, bits), true)
  view.setBigUint64(8, BigInt.asUintN(64, bits >> 64n), true)
  return new Uint8Array(view.buffer)
}

const plain = (mnemonic: keyof typeof OP, fields: Partial<Instruction> = {}): Instruction => ({
  ...{ op: OP[mnemonic], a: 0, b: 0, c: 0, d: 0, flags: 0 },
  ...fields
})

const expression = (...instructions: ReadonlyArray<Instruction>): Code => {
  const bytes = encodeInstructions([...instructions, plain("end")])
  return { bytes, start: 0, end: bytes.length }
}
