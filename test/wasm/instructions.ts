import fc from "fast-check"
import type { Catch, Instruction } from "../../src/wasm/Instruction.ts"
import type { LayoutName } from "../../src/wasm/Layout.ts"
import { OPCODES } from "../../src/wasm/Opcodes.ts"
import {
  ABSTRACT,
  EMPTY,
  EXTERNREF,
  FUNCREF,
  REF,
  REF_NULL,
  type ValueType
} from "../../src/wasm/ValueType.ts"

/** Instructions for tests: one arbitrary for every layout, so that every row can be drawn. */

const u32 = fc.nat({ max: 0xffffffff })
const heap = fc.oneof(fc.nat(), fc.constantFrom(...Object.values(ABSTRACT)))
const blockType = fc.oneof(
  fc.record({ a: fc.constantFrom(EMPTY, -1, -2, -3, -4, -5, -16, -17, -23), b: fc.constant(0) }),
  fc.record({ a: fc.nat(), b: fc.constant(0) }),
  fc.record({ a: fc.constantFrom(REF, REF_NULL), b: heap })
)
const valueType: fc.Arbitrary<ValueType> = fc.constantFrom<ValueType>(
  "i32",
  "i64",
  "v128",
  FUNCREF,
  EXTERNREF,
  {
    nullable: false,
    heap: 300,
    short: false
  }
)
const memarg = fc
  .record({
    align: fc.nat({ max: 31 }),
    memory: fc.option(fc.nat({ max: 300 }), { nil: undefined }),
    offset: fc.oneof(u32.map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  })
  .map(({ align, memory, offset }) => ({
    a: align,
    b: memory ?? 0,
    c: Number(offset),
    flags: memory === undefined ? align : align | 0x40,
    ...(Number(offset) > Number.MAX_SAFE_INTEGER ? { big: offset } : {})
  }))
const clause: fc.Arbitrary<Catch> = fc
  .record({ kind: fc.nat({ max: 3 }), tag: u32, label: u32 })
  .map(({ kind, tag, label }) => ({ kind, tag: kind < 2 ? tag : -1, label }))
const bits = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const one = fc.record({ a: u32 })
const two = fc.record({ a: u32, b: u32 })

const IMMEDIATES: Readonly<Record<LayoutName, fc.Arbitrary<Partial<Instruction>>>> = {
  none: fc.constant({}),
  label: one,
  func: one,
  type: one,
  local: one,
  global: one,
  table: one,
  memory: one,
  tag: one,
  data: one,
  elem: one,
  typeTable: two,
  typeField: two,
  typeCount: two,
  typeType: two,
  typeData: two,
  typeElem: two,
  dataMemory: two,
  elemTable: two,
  memoryMemory: two,
  tableTable: two,
  memarg,
  i32: fc.record({ a: fc.integer() }),
  block: blockType,
  brTable: fc.record({ a: u32, labels: fc.array(u32) }),
  memargLane: fc.tuple(memarg, fc.nat({ max: 255 })).map(([access, d]) => ({ ...access, d })),
  lane: fc.record({ d: fc.nat({ max: 255 }) }),
  heap: fc.record({ a: heap }),
  cast: fc.record({ a: u32, b: heap, c: heap, flags: fc.nat({ max: 3 }) }),
  selectTypes: fc.record({ types: fc.array(valueType) }),
  tryTable: fc.tuple(blockType, fc.array(clause)).map(([type, catches]) => ({ ...type, catches })),
  i64: fc.record({ big: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
  f32: fc.record({ bits: bits(4) }),
  f64: fc.record({ bits: bits(8) }),
  v128: fc.record({ bits: bits(16) }),
  shuffle: fc.record({ bits: bits(16) }),
  fence: fc.constant({})
}

/** An instruction of one row, with any immediates. */
export const instructionOf = (op: number): fc.Arbitrary<Instruction> =>
  IMMEDIATES[OPCODES[op]?.layout ?? "none"].map((immediates) => ({
    op,
    a: 0,
    b: 0,
    c: 0,
    d: 0,
    flags: 0,
    ...immediates
  }))

export const anyInstruction: fc.Arbitrary<Instruction> = fc
  .nat({ max: OPCODES.length - 1 })
  .chain(instructionOf)
