import { InstructionReader } from "./InstructionReader.ts"
import { Layout } from "./Layout.ts"
import type { Code, Widths } from "./Module.ts"
import { LAYOUT, OPCODES } from "./Opcodes.ts"
import { EMPTY, type ValueType, valueTypeOfCodes } from "./ValueType.ts"
import { Writer } from "./Writer.ts"

/**
 * An instruction as a value: for passes over single bodies, tests and printing; a scan of a whole module uses
 * `InstructionReader`, whose fields these are.
 *
 * `Layout.ts` says which fields a layout uses; the others are 0 or absent.
 */
export interface Instruction {
  readonly op: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly flags: number
  /** The constant of an `i64.const`, or a memory offset past 2^53. */
  readonly big?: bigint
  /** The bytes of a float or vector constant, or the lanes of a shuffle. */
  readonly bits?: Uint8Array
  /** The labels of a `br_table`, its default apart. */
  readonly labels?: ReadonlyArray<number>
  readonly types?: ReadonlyArray<ValueType>
  readonly catches?: ReadonlyArray<Catch>
  /** Of the integers that were longer than need be. */
  readonly widths?: Widths
}

export interface Catch {
  /** 0 `catch`, 1 `catch_ref`, 2 `catch_all`, 3 `catch_all_ref`. */
  readonly kind: number
  /** -1 where it catches all. */
  readonly tag: number
  readonly label: number
}

/** *Returns* the instructions of some code. *Fails* by throwing `Malformed`. */
export const decodeInstructions = (code: Code): ReadonlyArray<Instruction> => {
  const reader = new InstructionReader(code.bytes, code.start, code.end)
  const instructions: Array<Instruction> = []
  for (;;) {
    reader.keepWidths()
    if (!reader.next()) return instructions
    instructions.push(instructionAt(reader))
  }
}

const instructionAt = (reader: InstructionReader): Instruction => {
  const { op, immediate } = reader
  const widths = reader.takeWidths()
  const layout = LAYOUT[op] ?? 0
  const plain = (a: number, b = 0, c = 0, d = 0, flags = 0): Instruction =>
    widths === undefined ? { op, a, b, c, d, flags } : { op, a, b, c, d, flags, widths }
  if (layout === Layout.none) return plain(0)
  if (layout <= Layout.elem) return plain(reader.a)
  if (layout <= Layout.tableTable) return plain(reader.a, reader.b)
  switch (layout) {
    case Layout.memarg:
    case Layout.memargLane: {
      const { a, b, c, flags } = reader
      const d = layout === Layout.memargLane ? reader.d : 0
      if (c <= Number.MAX_SAFE_INTEGER) return plain(a, b, c, d, flags)
      const big = reader.offset64()
      return { ...plain(a, b, Number(big), d, flags), big }
    }
    case Layout.i32:
    case Layout.heap:
      return plain(reader.a)
    case Layout.block:
      return plain(reader.a, isLong(reader.a) ? reader.b : 0)
    case Layout.brTable:
      return { ...plain(reader.a), labels: list(reader.labelCount, (i) => reader.label(i)) }
    case Layout.lane:
      return plain(0, 0, 0, reader.d)
    case Layout.cast:
      return plain(reader.a, reader.b, reader.c, 0, reader.flags)
    case Layout.selectTypes:
      return { ...plain(0), types: list(reader.typeCount, (i) => selectType(reader, i)) }
    case Layout.tryTable:
      return {
        ...plain(reader.a, isLong(reader.a) ? reader.b : 0),
        catches: list(reader.catchCount, (i) => ({
          kind: reader.catchKind(i),
          tag: reader.catchTag(i),
          label: reader.catchLabel(i)
        }))
      }
    case Layout.i64:
      return { ...plain(0), big: reader.i64() }
    case Layout.f32:
    case Layout.f64:
    case Layout.v128:
    case Layout.shuffle:
      return { ...plain(0), bits: reader.bytes.subarray(immediate, reader.at) }
    default:
      return plain(0)
  }
}

/** Whether a block type's code has a heap type after it. */
const isLong = (code: number): boolean =>
  code < 0 && code !== EMPTY && valueTypeOfCodes(code, -1) === undefined

const list = <A>(count: number, item: (i: number) => A): ReadonlyArray<A> => {
  const items: Array<A> = []
  for (let i = 0; i < count; i++) items.push(item(i))
  return items
}

const selectType = (reader: InstructionReader, i: number): ValueType =>
  // The reader has refused every code that is no type, so the default is never taken.
  valueTypeOfCodes(reader.typeCode(i), reader.typeHeap(i)) ?? "i32"

/** *Returns* the bytes of some instructions. */
export const encodeInstructions = (instructions: ReadonlyArray<Instruction>): Uint8Array => {
  const writer = new Writer(instructions.length * 3)
  for (const instruction of instructions) writeInstruction(writer, instruction)
  return writer.bytes()
}

export const writeInstruction = (writer: Writer, instruction: Instruction): void => {
  const row = OPCODES[instruction.op]
  if (row === undefined) return
  writer.useWidths(instruction.widths)
  if (row.prefix === undefined) writer.u8(row.code)
  else {
    writer.u8(row.prefix)
    writer.u32(row.code)
  }
  writeImmediates(writer, instruction, LAYOUT[instruction.op] ?? 0)
  writer.useWidths(undefined)
}

const writeImmediates = (writer: Writer, instruction: Instruction, layout: number): void => {
  const { a, b, c, d, flags, big } = instruction
  if (layout === Layout.none) return
  if (layout <= Layout.tableTable) {
    writer.u32(a)
    if (layout > Layout.elem) writer.u32(b)
    return
  }
  switch (layout) {
    case Layout.memarg:
    case Layout.memargLane:
      writeMemarg(writer, instruction)
      if (layout === Layout.memargLane) writer.u8(d)
      return
    case Layout.i32:
      writer.s32(a)
      return
    case Layout.block:
      writeBlockType(writer, a, b)
      return
    case Layout.brTable:
      writer.vector(instruction.labels ?? [], (label) => writer.u32(label))
      writer.u32(a)
      return
    case Layout.lane:
      writer.u8(d)
      return
    case Layout.heap:
      writer.s33(a)
      return
    case Layout.cast:
      writer.u8(flags)
      writer.u32(a)
      writer.s33(b)
      writer.s33(c)
      return
    case Layout.selectTypes:
      writer.vector(instruction.types ?? [], (type) => writer.type(type))
      return
    case Layout.tryTable:
      writeBlockType(writer, a, b)
      writer.vector(instruction.catches ?? [], (clause) => {
        writer.u8(clause.kind)
        if (clause.kind < 2) writer.u32(clause.tag)
        writer.u32(clause.label)
      })
      return
    case Layout.i64:
      writer.s64(big ?? 0n)
      return
    case Layout.f32:
    case Layout.f64:
    case Layout.v128:
    case Layout.shuffle:
      writer.raw(instruction.bits ?? EMPTY_BITS)
      return
    case Layout.fence:
      writer.u8(0)
  }
}

const EMPTY_BITS = new Uint8Array(0)

const writeMemarg = (writer: Writer, { a, b, c, flags, big }: Instruction): void => {
  // Memory 0 may be named or left out; any other must be named.
  const named = b !== 0 || (flags & 0x40) !== 0
  writer.u32(named ? a | 0x40 : a)
  if (named) writer.u32(b)
  writer.u64(big ?? c)
}

const writeBlockType = (writer: Writer, code: number, heap: number): void => {
  writer.s33(code)
  if (isLong(code)) writer.s33(heap)
}
