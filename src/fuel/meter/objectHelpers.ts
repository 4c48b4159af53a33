import type { ValueType } from "../../wasm/ValueType.ts"
import type { PriceTable } from "../PriceTable.ts"
import type { AppendedFunction } from "./AppendedFunction.ts"
import { Assembler } from "./Assembler.ts"
import { chargeAll, stopBecause } from "./charging.ts"
import { unpacked } from "./describeMove.ts"
import type { Helper } from "./HelperRegistry.ts"
import { HOOK_STOP, type MeterLayout, STOP_OBJECTS } from "./Layout.ts"
import { type ModuleFacts, OBJECT_HEADER_BYTES } from "./ModuleFacts.ts"

/**
 * The functions through which objects are made: each takes the object's bytes from what is left of the
 * policy's limit before there is an object.
 *
 * The limit counts what was allocated, not what is alive: what the collector would have freed by now differs
 * between machines, and an outcome must not.
 */

/** Takes a constant number of bytes, its parameter. */
export const allocateFunction = (layout: MeterLayout): AppendedFunction => {
  const asm = new Assembler()
  takeBytes(asm, () => asm.get(0).op("i64.extend_i32_u"), layout)
  return { params: ["i32"], results: [], locals: [], code: asm.op("end").take() }
}

/** Stands for `array.new` and its relatives, whose length is known when they run. */
export const newArrayHelper = (
  helper: Helper,
  facts: ModuleFacts,
  layout: MeterLayout,
  prices: PriceTable
): AppendedFunction => {
  const params = paramsOf(helper, facts)
  const count = params.length - 1
  const [scratch, chunk] = [params.length, params.length + 1]
  const asm = new Assembler()
  const bytes = () =>
    asm
      .get(count)
      .op("i64.extend_i32_u")
      .i64(BigInt(facts.elementBytes(helper.a)))
      .op("i64.mul")
      .i64(BigInt(OBJECT_HEADER_BYTES))
      .op("i64.add")
  takeBytes(asm, bytes, layout)
  chargeAll(asm, count, "i32", prices.bulkElement, scratch, chunk, layout)
  for (let i = 0; i <= count; i++) asm.get(i)
  if (helper.mnemonic === "array.new" || helper.mnemonic === "array.new_default")
    asm.op(helper.mnemonic, helper.a)
  else asm.op(helper.mnemonic, helper.a, helper.b)
  const made: ValueType = { nullable: false, heap: helper.a, short: false }
  return { params, results: [made], locals: ["i32", "i32"], code: asm.op("end").take() }
}

const paramsOf = (helper: Helper, facts: ModuleFacts): ReadonlyArray<ValueType> => {
  switch (helper.mnemonic) {
    case "array.new":
      return [unpacked(facts, helper.a), "i32"]
    case "array.new_default":
      return ["i32"]
    default:
      return ["i32", "i32"]
  }
}

const takeBytes = (asm: Assembler, bytes: () => void, layout: MeterLayout): void => {
  asm.op("global.get", layout.heapGlobal)
  bytes()
  asm.op("i64.sub").op("global.set", layout.heapGlobal)
  asm.op("global.get", layout.heapGlobal).i64(0n).op("i64.lt_s")
  asm.region("if", () => stopBecause(asm, STOP_OBJECTS, layout, HOOK_STOP))
}
