import type { FieldType, Module } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import type { PriceTable } from "../PriceTable.ts"
import type { Assembler } from "./Assembler.ts"
import type { Helper } from "./HelperRegistry.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"

/**
 * Bulk operations as data: what each takes, where it writes, where it reads, and what a unit of it costs.
 *
 * One shape serves memories, tables and arrays, so that `chunkedMove.ts` is written once.
 */

/** One side of a move: what is written, or where it comes from. */
export interface Side {
  /** Pushes the side's length as i64. */
  readonly length: (asm: Assembler) => void
  /** The local that holds the first index, and its type. */
  readonly index: number
  readonly type: "i32" | "i64"
  /** What one unit of the move is here: the bytes of an element where an array is filled from a data segment. */
  readonly unit: number
  /** A segment: never the same place as the other side. */
  readonly segment: boolean
}

export interface Move {
  readonly params: ReadonlyArray<ValueType>
  readonly sides: ReadonlyArray<Side>
  /** The local that holds the number of units, the last parameter. */
  readonly count: number
  readonly countType: "i32" | "i64"
  readonly unitPrice: number
  readonly writes: "memory" | "other"
  /** The instruction itself, with the local `count` instead of the number of units. */
  readonly perform: (asm: Assembler, count: number) => void
}

const I32: ValueType = "i32"

/** *Returns* the move that a helper stands for, `undefined` where it is growth or makes an object. */
export const describeMove = (
  helper: Helper,
  module: Module,
  facts: ModuleFacts,
  prices: PriceTable
): Move | undefined => {
  const { mnemonic, a, b } = helper
  const side = (type: "i32" | "i64", index: number, length: (asm: Assembler) => void, unit = 1): Side => ({
    length,
    index,
    type,
    unit,
    segment: false
  })
  const memory = (memoryIndex: number, local: number): Side => {
    const type = memoryType(facts, memoryIndex)
    return side(type, local, (asm) => widen(asm.op("memory.size", memoryIndex), type).i64(16n).op("i64.shl"))
  }
  const table = (tableIndex: number, local: number): Side => {
    const type = tableType(facts, tableIndex)
    return side(type, local, (asm) => widen(asm.op("table.size", tableIndex), type))
  }
  const array = (ref: number, local: number): Side =>
    side("i32", local, (asm) => widen(asm.get(ref).op("array.len"), "i32"))
  const segment = (length: number, local: number, unit = 1): Side => ({
    ...side("i32", local, (asm) => asm.i64(BigInt(length)), unit),
    segment: true
  })
  const move = (
    params: ReadonlyArray<ValueType>,
    sides: ReadonlyArray<Side>,
    unitPrice: number,
    ...immediates: ReadonlyArray<number>
  ): Move => ({
    params,
    sides,
    count: params.length - 1,
    countType: params.at(-1) === "i64" ? "i64" : "i32",
    unitPrice,
    writes: mnemonic.startsWith("memory.") ? "memory" : "other",
    perform: (asm, count) => {
      for (let i = 0; i < params.length - 1; i++) asm.get(i)
      asm.get(count).op(mnemonic, ...immediates)
    }
  })
  const bytes = prices.bulkByte
  const elements = prices.bulkElement
  const items = prices.arrayElement
  switch (mnemonic) {
    case "memory.fill":
      return move([memoryType(facts, a), I32, memoryType(facts, a)], [memory(a, 0)], bytes, a)
    case "memory.copy": {
      const [to, from] = [memoryType(facts, a), memoryType(facts, b)]
      return move([to, from, narrower(to, from)], [memory(a, 0), memory(b, 1)], bytes, a, b)
    }
    case "memory.init":
      return move(
        [memoryType(facts, b), I32, I32],
        [memory(b, 0), segment(dataLength(module, a), 1)],
        bytes,
        a,
        b
      )
    case "table.fill":
      return move(
        [tableType(facts, a), elementType(facts, a), tableType(facts, a)],
        [table(a, 0)],
        elements,
        a
      )
    case "table.copy": {
      const [to, from] = [tableType(facts, a), tableType(facts, b)]
      return move([to, from, narrower(to, from)], [table(a, 0), table(b, 1)], elements, a, b)
    }
    case "table.init":
      return move(
        [tableType(facts, b), I32, I32],
        [table(b, 0), segment(elementsLength(module, a), 1)],
        elements,
        a,
        b
      )
    case "array.fill":
      return move([arrayRef(a), I32, unpacked(facts, a), I32], [array(0, 1)], items, a)
    case "array.copy":
      return move([arrayRef(a), I32, arrayRef(b), I32, I32], [array(0, 1), array(2, 3)], items, a, b)
    case "array.init_data":
      return move(
        [arrayRef(a), I32, I32, I32],
        [array(0, 1), segment(dataLength(module, b), 2, facts.elementBytes(a))],
        items,
        a,
        b
      )
    case "array.init_elem":
      return move(
        [arrayRef(a), I32, I32, I32],
        [array(0, 1), segment(elementsLength(module, b), 2)],
        items,
        a,
        b
      )
    default:
      return undefined
  }
}

/** Makes an address of either type an i64. */
export const widen = (asm: Assembler, type: "i32" | "i64"): Assembler =>
  type === "i32" ? asm.op("i64.extend_i32_u") : asm

const narrower = (one: "i32" | "i64", other: "i32" | "i64"): "i32" | "i64" => (one === "i64" ? other : "i32")

export const memoryType = (facts: ModuleFacts, index: number): "i32" | "i64" =>
  facts.memories[index]?.address ?? "i32"
export const tableType = (facts: ModuleFacts, index: number): "i32" | "i64" =>
  facts.tables[index]?.limits.address ?? "i32"
export const elementType = (facts: ModuleFacts, index: number): ValueType =>
  facts.tables[index]?.element ?? FUNCREF
const FUNCREF: ValueType = { nullable: true, heap: "func", short: true }

/** A nullable reference to an array type. */
const arrayRef = (typeIndex: number): ValueType => ({ nullable: true, heap: typeIndex, short: false })

/** The type of an array's element on the operands. */
export const unpacked = (facts: ModuleFacts, typeIndex: number): ValueType => {
  const composite = facts.types[typeIndex]?.composite
  const field: FieldType | undefined = composite?.kind === "array" ? composite.element : undefined
  const storage = field?.storage ?? "i32"
  return storage === "i8" || storage === "i16" ? "i32" : storage
}

/** Bytes of a data segment, as long as it is not dropped. */
export const dataLength = (module: Module, index: number): number =>
  sectionOf(module, "data")?.segments[index]?.init.length ?? 0

/** Elements of an element segment, as long as it is not dropped. */
export const elementsLength = (module: Module, index: number): number => {
  const items = sectionOf(module, "element")?.segments[index]?.items
  if (items === undefined) return 0
  return items.kind === "funcs" ? items.funcIndices.length : items.exprs.length
}
