import type { CodeBuffer } from "./CodeBuffer.ts"
import { NAN_F32, NAN_F32X4, NAN_F64 } from "./instructionActions.ts"

const CANONICAL_F32 = [0x43, 0, 0, 0xc0, 0x7f]
const CANONICAL_F64 = [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]

/** The value on top, or the canonical NaN if it is not equal to itself; lane by lane for vectors. */
export const canonicalNan = (out: CodeBuffer, kind: number, local: number): void => {
  const get = () => out.u8(0x20).u32(local)
  const constant = (bytes: ReadonlyArray<number>) => {
    for (const byte of bytes) out.u8(byte)
  }
  out.u8(0x22).u32(local)
  if (kind === NAN_F32 || kind === NAN_F64) {
    constant(kind === NAN_F32 ? CANONICAL_F32 : CANONICAL_F64)
    get()
    get()
    out.u8(kind === NAN_F32 ? 0x5b : 0x61).u8(0x1b)
    return
  }
  const lane = (kind === NAN_F32X4 ? CANONICAL_F32 : CANONICAL_F64).slice(1)
  out.u8(0xfd).u32(12)
  for (let i = 0; i < 16; i += lane.length) constant(lane)
  get()
  get()
  // f32x4.eq is 0xfd 65, f64x2.eq 0xfd 71, v128.bitselect 0xfd 82.
  out
    .u8(0xfd)
    .u32(kind === NAN_F32X4 ? 65 : 71)
    .u8(0xfd)
    .u32(82)
}
