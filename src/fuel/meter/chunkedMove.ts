import type { AppendedFunction } from "./AppendedFunction.ts"
import { Assembler } from "./Assembler.ts"
import { CHUNK, chargeUnits, takeChunk } from "./charging.ts"
import { type Move, type Side, widen } from "./describeMove.ts"
import type { MeterLayout } from "./Layout.ts"

/**
 * The function that stands for a bulk operation: it moves the same bytes, but in chunks that are paid for.
 *
 * ```
 *   no more than one chunk?    → the operation itself, which traps if it must, and then its price
 *   out of bounds as a whole?  → the operation itself, which traps and has changed nothing
 *   again: chunk = min(n, 65536); charge chunk; move chunk; n -= chunk; until n = 0
 * ```
 * Why chunks? A loop of `memory.fill` over 64 MiB polls nothing: V8 cannot stop it and a worker's `terminate`
 * waits for seconds. What may overlap is moved from the end when the destination is above the source, as
 * memmove does. A dropped segment has no length that a module can ask for: whether what is wanted of it is there
 * tells a move of nothing from the end of it, which traps before anything is charged.
 */
export const chunkedMove = (move: Move, layout: MeterLayout): AppendedFunction => {
  const asm = new Assembler()
  const chunk = move.params.length
  const { count, countType } = move
  asm.get(count).address(countType, CHUNK).op(`${countType}.le_u`)
  asm.region("if", () => {
    move.perform(asm, count)
    chargeUnits(asm, count, countType, move.unitPrice, layout)
    asm.op("return")
  })
  for (const side of move.sides) {
    outOfBounds(asm, side, count, countType)
    asm.region("if", () => {
      move.perform(asm, count)
      asm.op("unreachable")
    })
  }
  if (move.sides.some((side) => side.segment)) {
    for (const side of move.sides) shift(asm, side, count, countType, "add")
    // The local of the chunk is still 0.
    move.perform(asm, chunk)
    for (const side of move.sides) shift(asm, side, count, countType, "sub")
  }
  const forward = () => {
    takeChunk(asm, count, countType, chunk)
    chargeUnits(asm, chunk, countType, move.unitPrice, layout)
    move.perform(asm, chunk)
    for (const side of move.sides) shift(asm, side, chunk, countType, "add")
    asm.get(count).get(chunk).op(`${countType}.sub`).tee(count)
    asm.address(countType, 0).op(`${countType}.ne`).op("br_if", 0)
  }
  const backward = () => {
    takeChunk(asm, count, countType, chunk)
    chargeUnits(asm, chunk, countType, move.unitPrice, layout)
    asm.get(count).get(chunk).op(`${countType}.sub`).set(count)
    for (const side of move.sides) shift(asm, side, count, countType, "add")
    move.perform(asm, chunk)
    for (const side of move.sides) shift(asm, side, count, countType, "sub")
    asm.get(count).address(countType, 0).op(`${countType}.ne`).op("br_if", 0)
  }
  const [to, from] = move.sides
  if (to !== undefined && from !== undefined && !from.segment && from.type === to.type) {
    asm.get(to.index).get(from.index).op(`${to.type}.gt_u`)
    asm.choose(
      () => asm.region("loop", backward),
      () => asm.region("loop", forward)
    )
  } else asm.region("loop", forward)
  return { params: move.params, results: [], locals: [countType], code: asm.op("end").take() }
}

/** Pushes whether `count` units from the side's first are out of bounds, in 64 bits so that no sum can wrap. */
export const outOfBounds = (asm: Assembler, side: Side, count: number, countType: "i32" | "i64"): void => {
  const units = () => {
    widen(asm.get(count), countType)
    if (side.unit !== 1) asm.i64(BigInt(side.unit)).op("i64.mul")
  }
  units()
  side.length(asm)
  asm.op("i64.gt_u")
  widen(asm.get(side.index), side.type)
  side.length(asm)
  units()
  asm.op("i64.sub").op("i64.gt_u").op("i32.or")
}

/** Moves a side's first index by a local that holds a number of units. */
const shift = (asm: Assembler, side: Side, by: number, byType: "i32" | "i64", how: "add" | "sub"): void => {
  asm.get(side.index).get(by)
  if (byType === "i32" && side.type === "i64") asm.op("i64.extend_i32_u")
  if (byType === "i64" && side.type === "i32") asm.op("i32.wrap_i64")
  if (side.unit !== 1) asm.address(side.type, side.unit).op(`${side.type}.mul`)
  asm.op(`${side.type}.${how}`).set(side.index)
}
