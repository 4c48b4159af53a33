import type {
  Body,
  Code,
  CompositeType,
  DataSegment,
  ElementSegment,
  ExternType,
  FieldType,
  GlobalType,
  Limits,
  Section,
  SegmentMode,
  SubType,
  Table,
  TableType,
  TypeGroup
} from "./Module.ts"
import { ARRAY, FUNC, REC, STRUCT, SUB, SUB_FINAL } from "./readTypes.ts"
import { EXTERN_KINDS } from "./SectionKinds.ts"
import { FUNCREF } from "./ValueType.ts"
import type { Writer } from "./Writer.ts"

/** How to write code: copied from its window, or through the instruction model. */
export type WriteCode = (writer: Writer, code: Code) => void

/** Writes a section's contents, without its id and size. */
export const writeSection = (writer: Writer, section: Section, writeCode: WriteCode): void => {
  writer.useWidths(section.widths)
  switch (section.kind) {
    case "custom":
      writer.name(section.name)
      writer.raw(section.payload)
      return
    case "serialized":
      writer.raw(section.contents)
      return
    case "type":
      writer.vector(section.groups, (group) => writeGroup(writer, group))
      return
    case "import":
      writer.vector(section.imports, (item) => {
        writer.name(item.module)
        writer.name(item.name)
        writeExternType(writer, item.type)
      })
      return
    case "function":
      writer.vector(section.typeIndices, (index) => writer.u32(index))
      return
    case "table":
      writer.vector(section.tables, (table) => writeTable(writer, table, writeCode))
      return
    case "memory":
      writer.vector(section.memories, (limits) => writeLimits(writer, limits))
      return
    case "tag":
      writer.vector(section.typeIndices, (index) => writeTag(writer, index))
      return
    case "global":
      writer.vector(section.globals, (global) => {
        writeGlobalType(writer, global.type)
        writeCode(writer, global.init)
      })
      return
    case "export":
      writer.vector(section.exports, (item) => {
        writer.name(item.name)
        writer.u8(EXTERN_KINDS.indexOf(item.kind))
        writer.u32(item.index)
      })
      return
    case "start":
      writer.u32(section.funcIndex)
      return
    case "element":
      writer.vector(section.segments, (segment) => writeElementSegment(writer, segment, writeCode))
      return
    case "dataCount":
      writer.u32(section.count)
      return
    case "code":
      writer.u32(section.bodies.length)
      for (const body of section.bodies) writeBody(writer, body, writeCode)
      return
    case "data":
      writer.vector(section.segments, (segment) => writeDataSegment(writer, segment, writeCode))
      return
  }
}

const writeGroup = (writer: Writer, group: TypeGroup): void => {
  // Any number of types but one is a group, whether or not it says so.
  if (group.rec || group.types.length !== 1) {
    writer.u8(REC)
    writer.u32(group.types.length)
  }
  for (const type of group.types) writeSubType(writer, type)
}

const writeSubType = (writer: Writer, type: SubType): void => {
  if (type.form !== "plain") {
    writer.u8(type.form === "sub" ? SUB : SUB_FINAL)
    writer.vector(type.supertypes, (index) => writer.u32(index))
  }
  writeComposite(writer, type.composite)
}

const writeComposite = (writer: Writer, type: CompositeType): void => {
  switch (type.kind) {
    case "func":
      writer.u8(FUNC)
      writer.vector(type.params, (param) => writer.type(param))
      writer.vector(type.results, (result) => writer.type(result))
      return
    case "struct":
      writer.u8(STRUCT)
      writer.vector(type.fields, (field) => writeField(writer, field))
      return
    case "array":
      writer.u8(ARRAY)
      writeField(writer, type.element)
  }
}

const writeField = (writer: Writer, field: FieldType): void => {
  writer.type(field.storage)
  writer.u8(field.mutable ? 1 : 0)
}

const writeGlobalType = (writer: Writer, global: GlobalType): void => {
  writer.type(global.type)
  writer.u8(global.mutable ? 1 : 0)
}

const writeTableType = (writer: Writer, table: TableType): void => {
  writer.type(table.element)
  writeLimits(writer, table.limits)
}

const writeLimits = (writer: Writer, { address, shared, min, max }: Limits): void => {
  writer.u8((max === undefined ? 0 : 1) | (shared ? 2 : 0) | (address === "i64" ? 4 : 0))
  writer.u64(min)
  if (max !== undefined) writer.u64(max)
}

const writeExternType = (writer: Writer, type: ExternType): void => {
  writer.u8(EXTERN_KINDS.indexOf(type.kind))
  switch (type.kind) {
    case "func":
      writer.u32(type.typeIndex)
      return
    case "table":
      writeTableType(writer, type.table)
      return
    case "memory":
      writeLimits(writer, type.limits)
      return
    case "global":
      writeGlobalType(writer, type.global)
      return
    case "tag":
      writeTag(writer, type.typeIndex)
      return
  }
}

const writeTag = (writer: Writer, typeIndex: number): void => {
  writer.u8(0)
  writer.u32(typeIndex)
}

const writeTable = (writer: Writer, table: Table, writeCode: WriteCode): void => {
  if (table.init !== undefined) {
    writer.u8(0x40)
    writer.u8(0)
  }
  writeTableType(writer, table.type)
  if (table.init !== undefined) writeCode(writer, table.init)
}

const writeElementSegment = (writer: Writer, { mode, items }: ElementSegment, writeCode: WriteCode): void => {
  const exprs = items.kind === "exprs"
  // A type can be said only where the table is, so a segment that has one names table 0.
  const typed = exprs && items.type !== undefined
  const flags = modeFlags(mode, typed) | (exprs ? 4 : 0)
  writer.u32(flags)
  writeMode(writer, mode, flags, writeCode)
  if ((flags & 3) !== 0) {
    if (exprs) writer.type(items.type ?? FUNCREF)
    else writer.u8(0)
  }
  if (exprs) writer.vector(items.exprs, (expr) => writeCode(writer, expr))
  else writer.vector(items.funcIndices, (index) => writer.u32(index))
}

const writeDataSegment = (writer: Writer, { mode, init }: DataSegment, writeCode: WriteCode): void => {
  const flags = modeFlags(mode, false)
  writer.u32(flags)
  writeMode(writer, mode, flags, writeCode)
  writer.u32(init.length)
  writer.raw(init)
}

const modeFlags = (mode: SegmentMode, indexed: boolean): number => {
  if (mode.kind === "passive") return 1
  if (mode.kind === "declarative") return 3
  return indexed || mode.index !== undefined ? 2 : 0
}

const writeMode = (writer: Writer, mode: SegmentMode, flags: number, writeCode: WriteCode): void => {
  if (mode.kind !== "active") return
  if ((flags & 2) !== 0) writer.u32(mode.index ?? 0)
  writeCode(writer, mode.offset)
}

const writeBody = (writer: Writer, body: Body, writeCode: WriteCode): void =>
  writer.sized(body.sizeWidth, () => {
    writer.useWidths(body.localWidths)
    writer.u32(body.locals.length)
    for (const run of body.locals) {
      writer.u32(run.count)
      writer.type(run.type)
    }
    writer.useWidths(undefined)
    writeCode(writer, body.code)
  })
