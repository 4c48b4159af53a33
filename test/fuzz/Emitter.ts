import type { Instruction } from "../../src/wasm/Instruction.ts"
import type { Body } from "../../src/wasm/Module.ts"
import { type Mnemonic, OP } from "../../src/wasm/Opcodes.ts"
import { EMPTY, type ValueType } from "../../src/wasm/ValueType.ts"
import { codeOf } from "../wasm/code.ts"
import { heapOf, type Type } from "./Types.ts"

/** One function while it is being made: its locals and its instructions. */
export class Emitter {
  readonly instructions: Array<Instruction> = []
  readonly #params: number
  readonly locals: Array<ValueType>

  constructor(params: ReadonlyArray<ValueType>) {
    this.#params = params.length
    this.locals = [...params]
  }

  op(mnemonic: Mnemonic, fields: Partial<Instruction> = {}): this {
    return this.row(OP[mnemonic], fields)
  }

  /** An instruction by its row in the opcode table. */
  row(op: number, fields: Partial<Instruction> = {}): this {
    this.instructions.push({ op, a: 0, b: 0, c: 0, d: 0, flags: 0, ...fields })
    return this
  }

  get(local: number): this {
    return this.op("local.get", { a: local })
  }

  set(local: number): this {
    return this.op("local.set", { a: local })
  }

  i32(value: number): this {
    return this.op("i32.const", { a: value | 0 })
  }

  i64(value: bigint): this {
    return this.op("i64.const", { big: value })
  }

  /** Any value of a type, told by a small number; a reference is null. */
  constant(type: Type, value: number): this {
    switch (type) {
      case "i32":
        return this.i32(value)
      case "i64":
        return this.i64(BigInt(value))
      case "f32":
        return this.op("f32.const", { bits: new Uint8Array(Float32Array.of(value).buffer) })
      case "f64":
        return this.op("f64.const", { bits: new Uint8Array(Float64Array.of(value).buffer) })
      case "v128":
        return this.op("v128.const", { bits: new Uint8Array(Int32Array.of(value, 1, -1, value).buffer) })
      default:
        return this.op("ref.null", { a: heapOf(type) })
    }
  }

  /** A local of a type, new. */
  local(type: ValueType): number {
    return this.locals.push(type) - 1
  }

  block(
    kind: "block" | "loop" | "if" | "try",
    type: number = EMPTY,
    body: () => void = () => {},
    otherwise?: () => void
  ): this {
    this.op(kind, { a: type })
    body()
    if (otherwise !== undefined) {
      this.op("else")
      otherwise()
    }
    return this.op("end")
  }

  body(): Body {
    const locals = this.locals.slice(this.#params).map((type) => ({ count: 1, type }))
    return { offset: 0, locals, code: codeOf(this.instructions) }
  }
}
