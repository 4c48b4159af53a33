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
 * `totalFunc` is the function that adds them up.
 */
export interface GrowthLimits {
  /** Pages of 65,536 bytes that all memories may have together. */
  readonly memoryPagesMax: number
  /** Elements that all tables may have together. */
  readonly tableElementsMax: number
}

/** What addresses reach, in pages and in elements: the limit where a module declares none. */
const ADDRESSABLE = {
  memory: { i32: 2n ** 16n, i64: 2n ** 48n },
  table: { i32: 2n ** 32n - 1n, i64: 2n ** 64n - 1n }
} as const

export const growHelper = (
  helper: Helper,
  facts: ModuleFacts,
  layout: MeterLayout,
  prices: PriceTable,
  limits: GrowthLimits,
  totalFunc: number
): AppendedFunction => {
  const memory = helper.mnemonic === "memory.grow"
  const index = helper.a
  const type = memory ? memoryType(facts, index) : tableType(facts, index)
  const imported = memory ? index < facts.importedMemories : index < facts.importedTables
  const delta = memory ? 0 : 1
  const [scratch, chunk, result] = [delta + 1, delta + 2, delta + 3]
  const asm = new Assembler()
  // The guest's own limit comes first and the total after it; both leave the difference in 64 bits.
  const declared =
    (memory ? facts.memories[index]?.max : facts.tables[index]?.limits.max) ??
    ADDRESSABLE[memory ? "memory" : "table"][type]
  const refuseAbove = (max: bigint, size: () => void) => {
    widen(asm.get(delta), type)
    asm.i64(max)
    size()
    asm.op("i64.sub").op("i64.gt_s")
    // Unsigned in effect: a delta of 2^63 and more is negative here and is refused by the second half.
    widen(asm.get(delta), type).i64(0n).op("i64.lt_s").op("i32.or")
    asm.region("if", () => asm.address(type, -1).op("return"))
  }
  const total = BigInt(memory ? limits.memoryPagesMax : limits.tableElementsMax)
  if (declared < total)
    refuseAbove(declared, () => widen(asm.op(memory ? "memory.size" : "table.size", index), type))
  refuseAbove(total, () => asm.op("call", totalFunc))
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

/**
 * Adds up what all memories, or tables, have: once for all helpers, because a module with a thousand memories
 * has a thousand of those.
 */
export const totalFunction = (kind: "memory" | "table", facts: ModuleFacts): AppendedFunction => {
  const asm = new Assembler().i64(0n)
  const count = kind === "memory" ? facts.memories.length : facts.tables.length
  for (let i = 0; i < count; i++) {
    if (kind === "memory") widen(asm.op("memory.size", i), memoryType(facts, i))
    else widen(asm.op("table.size", i), tableType(facts, i))
    asm.op("i64.add")
  }
  return { params: [], results: ["i64"], locals: [], code: asm.op("end").take() }
}
