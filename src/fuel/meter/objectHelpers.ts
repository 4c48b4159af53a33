import type { Module } from "../../wasm/Module.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import type { PriceTable } from "../PriceTable.ts"
import type { AppendedFunction } from "./AppendedFunction.ts"
import { Assembler } from "./Assembler.ts"
import { CHUNK, chargeAll, chargeUnits, stopBecause } from "./charging.ts"
import { outOfBounds } from "./chunkedMove.ts"
import { dataLength, elementsLength, type Side, unpacked } from "./describeMove.ts"
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

/**
 * Stands for `array.new` and its relatives, whose length is known when they run.
 *
 * What reaches beyond its segment traps as it would without a meter, before anything is taken or charged: a
 * length that no segment has is the guest's error, not an end of the policy's allowance.
 */
export const newArrayHelper = (
  helper: Helper,
  module: Module,
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
  const perform = () => {
    for (let i = 0; i <= count; i++) asm.get(i)
    if (helper.mnemonic === "array.new" || helper.mnemonic === "array.new_default")
      asm.op(helper.mnemonic, helper.a)
    else asm.op(helper.mnemonic, helper.a, helper.b)
  }
  const segment = segmentOf(helper, module, facts)
  if (segment !== undefined) {
    outOfBounds(asm, segment, count, "i32")
    asm.region("if", () => {
      perform()
      asm.op("unreachable")
    })
    // A dropped segment is found to be empty only by the instruction, which then has cost nothing.
    asm.get(count).i32(CHUNK).op("i32.le_u")
    asm.region("if", () => {
      takeBytes(asm, bytes, layout)
      perform()
      chargeUnits(asm, count, "i32", prices.arrayElement, layout)
      asm.op("return")
    })
  }
  takeBytes(asm, bytes, layout)
  chargeAll(asm, count, "i32", prices.arrayElement, scratch, chunk, layout)
  perform()
  const made: ValueType = { nullable: false, heap: helper.a, short: false }
  return { params, results: [made], locals: ["i32", "i32"], code: asm.op("end").take() }
}

/** The segment that an array is filled from, from the first parameter on. */
const segmentOf = (helper: Helper, module: Module, facts: ModuleFacts): Side | undefined => {
  const side = (length: number, unit: number): Side => ({
    length: (asm) => asm.i64(BigInt(length)),
    index: 0,
    type: "i32",
    unit,
    segment: true
  })
  switch (helper.mnemonic) {
    case "array.new_data":
      return side(dataLength(module, helper.b), facts.elementBytes(helper.a))
    case "array.new_elem":
      return side(elementsLength(module, helper.b), 1)
    default:
      return undefined
  }
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
