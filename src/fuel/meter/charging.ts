import type { Assembler } from "./Assembler.ts"
import type { MeterLayout } from "./Layout.ts"

/** The pieces of code in which appended functions pay: the same that the rewriter writes into the guest's. */

/** The most bytes or elements that are moved between two looks at the counter. */
export const CHUNK = 65_536

/** Charges `units`, the number in a local, at a price each, and looks at the counter. At most `CHUNK` units. */
export const chargeUnits = (
  asm: Assembler,
  units: number,
  type: "i32" | "i64",
  price: number,
  layout: MeterLayout
): void => {
  if (price === 0) return
  asm.op("global.get", layout.fuelGlobal).get(units)
  if (type === "i64") asm.op("i32.wrap_i64")
  if (price !== 1) asm.i32(price).op("i32.mul")
  asm.op("i32.sub").op("global.set", layout.fuelGlobal)
  settleIfEmpty(asm, layout)
}

/** Pays for the number in a local in chunks, without doing anything between; `scratch` and `chunk` are locals. */
export const chargeAll = (
  asm: Assembler,
  count: number,
  type: "i32" | "i64",
  price: number,
  scratch: number,
  chunk: number,
  layout: MeterLayout
): void => {
  if (price === 0) return
  asm.get(count).set(scratch)
  asm.region("loop", () => {
    takeChunk(asm, scratch, type, chunk)
    chargeUnits(asm, chunk, type, price, layout)
    asm.get(scratch).get(chunk).op(`${type}.sub`).tee(scratch)
    asm.address(type, 0).op(`${type}.ne`).op("br_if", 0)
  })
}

/** Sets `chunk` to the smaller of `count` and `CHUNK`. */
export const takeChunk = (asm: Assembler, count: number, type: "i32" | "i64", chunk: number): void => {
  asm.address(type, CHUNK).get(count)
  asm.get(count).address(type, CHUNK).op(`${type}.gt_u`).op("select").set(chunk)
}

export const settleIfEmpty = (asm: Assembler, layout: MeterLayout): void => {
  asm.op("global.get", layout.fuelGlobal).i32(0).op("i32.lt_s")
  asm.region("if", () => asm.op("call", layout.settleFunc))
}

/** Tells the host why, and stops: `unreachable` is a real trap, which nothing in the guest catches. */
export const stopBecause = (asm: Assembler, stop: number, layout: MeterLayout, hookStop: number): void => {
  asm
    .i32(stop)
    .i32(hookStop)
    .op("call_indirect", layout.hookType, layout.hookTable)
    .op("drop")
    .op("unreachable")
}
