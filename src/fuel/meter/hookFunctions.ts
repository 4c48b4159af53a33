import type { AppendedFunction } from "./AppendedFunction.ts"
import { Assembler } from "./Assembler.ts"
import { stopBecause } from "./charging.ts"
import { HOOK_REFILL, HOOK_STOP, type MeterLayout, STOP_STACK } from "./Layout.ts"

/**
 * The functions through which a module speaks to its host: one asks for the next slice, one says that the
 * stack is used up, and a few let the host in.
 *
 * The host's side are two entries of an appended table, not imports: an import would move every index of the
 * guest's functions.
 */

/** Settles the slice and takes the next; on -1 it stops with `unreachable`, which nothing in a guest catches. */
export const settleFunction = (layout: MeterLayout): AppendedFunction => {
  const asm = new Assembler()
  asm.op("global.get", layout.fuelGlobal).i32(HOOK_REFILL)
  asm.op("call_indirect", layout.hookType, layout.hookTable).op("global.set", layout.fuelGlobal)
  asm.op("global.get", layout.fuelGlobal).i32(0).op("i32.lt_s")
  asm.region("if", () => asm.op("unreachable"))
  return { params: [], results: [], locals: [], code: asm.op("end").take() }
}

export const overflowFunction = (layout: MeterLayout): AppendedFunction => {
  const asm = new Assembler()
  stopBecause(asm, STOP_STACK, layout, HOOK_STOP)
  return { params: [], results: [], locals: [], code: asm.op("end").take() }
}

/** Calls the guest's start function, when the host is ready for it. */
export const startFunction = (funcIndex: number): AppendedFunction => ({
  params: [],
  results: [],
  locals: [],
  code: new Assembler().op("call", funcIndex).op("end").take()
})

/** Reads a vector global as two i64, low half first: a vector cannot cross to JavaScript. */
export const vectorReader = (globalIndex: number): AppendedFunction => {
  const asm = new Assembler()
  for (const lane of [0, 1]) {
    asm.op("global.get", globalIndex).op("i64x2.extract_lane")
    asm.code.u8(lane)
  }
  return { params: [], results: ["i64", "i64"], locals: [], code: asm.op("end").take() }
}
