import type { FuncType } from "../../wasm/Module.ts"
import type { AppendedFunction } from "./AppendedFunction.ts"
import { Assembler } from "./Assembler.ts"
import { settleIfEmpty, stopBecause } from "./charging.ts"
import {
  COUNTER_IN_LOCAL,
  HOOK_PARK,
  HOOK_REFILL,
  HOOK_STOP,
  type MeterLayout,
  PARK,
  STOP_STACK
} from "./Layout.ts"

/**
 * The functions through which a module speaks to its host: one asks for the next slice, one says that the
 * stack is used up, and a few let the host in.
 *
 * The host's side are three entries of an appended table, not imports: an import would move every index of the
 * guest's functions.
 */

/**
 * Settles the slice and takes the next, having waited for it where the host says so; on -1 it stops with
 * `unreachable`, which nothing in a guest catches.
 */
export const settleFunction = (layout: MeterLayout): AppendedFunction => {
  const asm = new Assembler()
  asm.op("global.get", layout.fuelGlobal).i32(HOOK_REFILL)
  asm.op("call_indirect", layout.hookType, layout.hookTable).op("global.set", layout.fuelGlobal)
  asm.op("global.get", layout.fuelGlobal).i32(0).op("i32.lt_s")
  asm.region("if", () => {
    asm.op("global.get", layout.fuelGlobal).i32(PARK).op("i32.eq")
    asm.region("if", () => {
      asm.i32(0).i32(HOOK_PARK).op("call_indirect", layout.hookType, layout.hookTable)
      asm.op("global.set", layout.fuelGlobal)
    })
    asm.op("global.get", layout.fuelGlobal).i32(0).op("i32.lt_s")
    asm.region("if", () => asm.op("unreachable"))
  })
  return { params: [], results: [], locals: [], code: asm.op("end").take() }
}

/** Settles with the counter in its argument and returns the next; the global says again that it is away. */
export const settleLocalFunction = (layout: MeterLayout): AppendedFunction => {
  const asm = new Assembler()
  asm.get(0).op("global.set", layout.fuelGlobal).op("call", layout.settleFunc)
  asm.op("global.get", layout.fuelGlobal)
  asm.i32(COUNTER_IN_LOCAL).op("global.set", layout.fuelGlobal)
  return { params: ["i32"], results: ["i32"], locals: [], code: asm.op("end").take() }
}

/** What the host calls in place of a function whose certain cost its callers charge: charges it, and calls. */
export const entryFunction = (
  type: FuncType,
  funcIndex: number,
  prepaid: number,
  layout: MeterLayout
): AppendedFunction => {
  const asm = new Assembler()
  asm.op("global.get", layout.fuelGlobal).i32(prepaid).op("i32.sub").op("global.set", layout.fuelGlobal)
  settleIfEmpty(asm, layout)
  for (const index of type.params.keys()) asm.get(index)
  asm.op("call", funcIndex)
  return { params: type.params, results: type.results, locals: [], code: asm.op("end").take() }
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
