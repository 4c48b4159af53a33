import type { PriceTable } from "../PriceTable.ts"
import type { AppendedFunction } from "./AppendedFunction.ts"
import { Assembler } from "./Assembler.ts"
import { chargeAll, stopBecause } from "./charging.ts"
import { elementType, memoryType, tableType, widen } from "./describeMove.ts"
import type { Helper } from "./HelperRegistry.ts"
import { HOOK_STOP, type MeterLayout, STOP_GROWTH } from "./Layout.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"

/**
 * The functions that stand for `memory.grow` and `table.grow`.
 *
 * ```
 *   more than the limit leaves?   → -1, the guest's own rule; nothing is charged for what was not given
 *   charge; grow; did the engine refuse all the same?  → stop: that is no answer a guest may see
 *   end the slice: new pages are touched for the first time, a hundred times slower than the clock assumed
 * ```
 * The limit is over all memories (tables) together: a module with ten memories has no tenfold allowance.
 */
export interface GrowthLimits {
  /** Pages of 65,536 bytes that all memories may have together. */
  readonly memoryPagesMax: number
  /** Elements that all tables may have together. */
  readonly tableElementsMax: number
}

export const growHelper = (
  helper: Helper,
  facts: ModuleFacts,
  layout: MeterLayout,
  prices: PriceTable,
  limits: GrowthLimits
): AppendedFunction => {
  const memory = helper.mnemonic === "memory.grow"
  const index = helper.a
  const type = memory ? memoryType(facts, index) : tableType(facts, index)
  const imported = memory ? index < facts.importedMemories : index < facts.importedTables
  const delta = memory ? 0 : 1
  const [scratch, chunk, result] = [delta + 1, delta + 2, delta + 3]
  const asm = new Assembler()
  // The guest's own limit comes first and the total after it; both leave the difference in 64 bits.
  const declared = memory ? facts.memories[index]?.max : facts.tables[index]?.limits.max
  const refuseAbove = (max: bigint, size: () => void) => {
    widen(asm.get(delta), type)
    asm.i64(max)
    size()
    asm.op("i64.sub").op("i64.gt_s")
    // Unsigned in effect: a delta of 2^63 and more is negative here and is refused by the second half.
    widen(asm.get(delta), type).i64(0n).op("i64.lt_s").op("i32.or")
    asm.region("if", () => asm.address(type, -1).op("return"))
  }
  const sizeOf = (i: number) =>
    memory
      ? widen(asm.op("memory.size", i), memoryType(facts, i))
      : widen(asm.op("table.size", i), tableType(facts, i))
  const total = BigInt(memory ? limits.memoryPagesMax : limits.tableElementsMax)
  if (declared !== undefined && declared < total) refuseAbove(declared, () => sizeOf(index))
  refuseAbove(total, () => {
    const count = memory ? facts.memories.length : facts.tables.length
    for (let i = 0; i < count; i++) {
      sizeOf(i)
      if (i > 0) asm.op("i64.add")
    }
  })
  chargeAll(asm, delta, type, memory ? prices.grownPage : prices.bulkElement, scratch, chunk, layout)
  for (let i = 0; i <= delta; i++) asm.get(i)
  asm.op(helper.mnemonic, index).set(result)
  if (!imported) {
    asm.get(result).address(type, -1).op(`${type}.eq`)
    asm.region("if", () => stopBecause(asm, STOP_GROWTH, layout, HOOK_STOP))
  }
  asm.op("call", layout.settleFunc).get(result).op("end")
  return {
    params: memory ? [type] : [elementType(facts, index), type],
    results: [type],
    locals: [type, type, type],
    code: asm.take()
  }
}
