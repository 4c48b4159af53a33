import { type Mnemonic, OP, OPCODES } from "../../wasm/Opcodes.ts"
import { EMPTY } from "../../wasm/ValueType.ts"
import { CodeBuffer } from "./CodeBuffer.ts"

/**
 * Writes instructions by name: for the few functions that the meter adds, which a person must be able to check
 * against the design. The rewriter, which writes millions, has its templates made here once.
 */
export class Assembler {
  readonly code = new CodeBuffer()

  /** An instruction whose immediates are indices; labels and locals count. */
  op(mnemonic: Mnemonic, ...indices: ReadonlyArray<number>): this {
    const row = OPCODES[OP[mnemonic]]
    if (row !== undefined) {
      if (row.prefix === undefined) this.code.u8(row.code)
      else this.code.u8(row.prefix).u32(row.code)
    }
    for (const index of indices) this.code.u32(index)
    return this
  }

  i32(value: number): this {
    this.code.u8(0x41).s32(value | 0)
    return this
  }

  i64(value: bigint): this {
    this.code.u8(0x42).s64(value)
    return this
  }

  /** A constant of an address type. */
  address(type: "i32" | "i64", value: number): this {
    return type === "i32" ? this.i32(value) : this.i64(BigInt(value))
  }

  get(local: number): this {
    return this.op("local.get", local)
  }
  set(local: number): this {
    return this.op("local.set", local)
  }
  tee(local: number): this {
    return this.op("local.tee", local)
  }

  /** A `block`, `loop` or `if` without parameters and results, up to its `end`. */
  region(kind: "block" | "loop" | "if", body: () => void): this {
    this.op(kind)
    this.code.s32(EMPTY)
    body()
    return this.op("end")
  }

  /** An `if` with two arms, both without parameters and results. */
  choose(then: () => void, otherwise: () => void): this {
    this.op("if")
    this.code.s32(EMPTY)
    then()
    this.op("else")
    otherwise()
    return this.op("end")
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.code.take()
  }
}
