import type {
  Body,
  DataSegment,
  ElementSegment,
  Export,
  Global,
  Import,
  LocalRun,
  Section,
  SectionKind,
  SectionOrigin,
  SegmentMode,
  Table,
  Widths
} from "./Module.ts"
import {
  readExternType,
  readGlobalType,
  readLimits,
  readTableType,
  readTag,
  readTypeGroup
} from "./readTypes.ts"
import { EXTERN_KINDS } from "./SectionKinds.ts"
import { DEFINITIONS_MAX, ELEMENTS_MAX, type SectionReader } from "./SectionReader.ts"

/** What the decoder knows of a section before its contents. */
export interface SectionFrame {
  readonly origin: SectionOrigin
  readonly sizeWidth: number
}

/**
 * Reads one section's contents, from the reader's place to its `end`.
 *
 * *Source*: WebAssembly 3.0, section 5.5.
 */
export const readSection = (
  reader: SectionReader,
  kind: Exclude<SectionKind, "custom" | "serialized">,
  frame: SectionFrame
): Section => {
  reader.keepWidths()
  switch (kind) {
    case "type": {
      const groups = reader.vector("types", readTypeGroup)
      return { kind, groups, ...frame, ...kept(reader) }
    }
    case "import": {
      const imports = reader.vector("imports", readImport)
      return { kind, imports, ...frame, ...kept(reader) }
    }
    case "function": {
      const typeIndices = reader.indices("functions")
      return { kind, typeIndices, ...frame, ...kept(reader) }
    }
    case "table": {
      const tables = reader.vector("tables", readTable)
      return { kind, tables, ...frame, ...kept(reader) }
    }
    case "memory": {
      const memories = reader.vector("memories", readLimits)
      return { kind, memories, ...frame, ...kept(reader) }
    }
    case "tag": {
      const typeIndices = reader.vector("tags", readTag)
      return { kind, typeIndices, ...frame, ...kept(reader) }
    }
    case "global": {
      const globals = reader.vector("globals", readGlobal)
      return { kind, globals, ...frame, ...kept(reader) }
    }
    case "export": {
      const exports = reader.vector("exports", readExport)
      return { kind, exports, ...frame, ...kept(reader) }
    }
    case "start": {
      const funcIndex = reader.u32()
      return { kind, funcIndex, ...frame, ...kept(reader) }
    }
    case "element": {
      const segments = reader.vector("element segments", readElementSegment)
      return { kind, segments, ...frame, ...kept(reader) }
    }
    case "dataCount": {
      const count = reader.u32()
      return { kind, count, ...frame, ...kept(reader) }
    }
    case "code": {
      const count = reader.count("function bodies", DEFINITIONS_MAX)
      const widths = kept(reader)
      const bodies: Array<Body> = []
      for (let i = 0; i < count; i++) bodies.push(readBody(reader))
      return { kind, bodies, ...frame, ...widths }
    }
    case "data": {
      const segments = reader.vector("data segments", readDataSegment)
      return { kind, segments, ...frame, ...kept(reader) }
    }
  }
}

const kept = (reader: SectionReader): { readonly widths?: Widths } => {
  const widths = reader.takeWidths()
  return widths === undefined ? {} : { widths }
}

const readImport = (reader: SectionReader): Import => ({
  module: reader.name(),
  name: reader.name(),
  type: readExternType(reader)
})

/** Begins a table that has an initial value; no reference type begins so. */
const TABLE_WITH_INIT = 0x40

const readTable = (reader: SectionReader): Table => {
  if (reader.bytes[reader.at] !== TABLE_WITH_INIT) return { type: readTableType(reader), init: undefined }
  reader.u8()
  reader.choice("reserved byte of a table", 1)
  return { type: readTableType(reader), init: reader.constExpr() }
}

const readGlobal = (reader: SectionReader): Global => ({
  type: readGlobalType(reader),
  init: reader.constExpr()
})

const readExport = (reader: SectionReader): Export => {
  const name = reader.name()
  const kind = EXTERN_KINDS[reader.choice("kind of export", EXTERN_KINDS.length)] ?? "func"
  return { name, kind, index: reader.u32() }
}

const readElementSegment = (reader: SectionReader): ElementSegment => {
  const at = reader.at
  const flags = reader.u32()
  if (flags > 7) reader.fail(`element segment flags: expected 0..7, got ${flags}`, at)
  const mode = readMode(reader, flags)
  // Only a segment for table 0 that does not say so leaves its type out, too.
  const typed = (flags & 3) !== 0
  if ((flags & 4) === 0) {
    if (typed) reader.choice("element kind", 1)
    return { mode, items: { kind: "funcs", funcIndices: reader.packedIndices("elements", ELEMENTS_MAX) } }
  }
  const type = typed ? reader.refType() : undefined
  return {
    mode,
    items: { kind: "exprs", type, exprs: reader.vector("elements", readConstExpr, ELEMENTS_MAX) }
  }
}

const readConstExpr = (reader: SectionReader) => reader.constExpr()

const readMode = (reader: SectionReader, flags: number): SegmentMode => {
  if ((flags & 1) !== 0) return { kind: (flags & 2) === 0 ? "passive" : "declarative" }
  const index = (flags & 2) === 0 ? undefined : reader.u32()
  return { kind: "active", index, offset: reader.constExpr() }
}

const readDataSegment = (reader: SectionReader): DataSegment => {
  const at = reader.at
  const flags = reader.u32()
  if (flags > 2) reader.fail(`data segment flags: expected 0..2, got ${flags}`, at)
  const mode = readMode(reader, flags)
  return { mode, init: reader.window(reader.u32()) }
}

const readBody = (reader: SectionReader): Body => {
  const at = reader.at
  const size = reader.u32()
  const offset = reader.at
  if (size > reader.end - offset)
    reader.fail(`function body of ${size} bytes, but ${reader.end - offset} are left`, at)
  const sectionEnd = reader.end
  reader.end = offset + size
  reader.keepWidths()
  const locals = readLocals(reader)
  const localWidths = reader.takeWidths()
  const code = { bytes: reader.bytes, start: reader.at, end: reader.end }
  if (reader.bytes[code.end - 1] !== END || code.start === code.end)
    reader.fail("function body does not finish with end", Math.max(code.end - 1, code.start))
  reader.at = code.end
  reader.end = sectionEnd
  const body = { sizeWidth: offset - at, offset, locals, code }
  return localWidths === undefined ? body : { ...body, localWidths }
}

const END = 0x0b

const readLocals = (reader: SectionReader): ReadonlyArray<LocalRun> => {
  const runs = reader.count("runs of locals", DEFINITIONS_MAX)
  if (runs === 0) return NO_LOCALS
  const locals: Array<LocalRun> = []
  let total = 0
  for (let i = 0; i < runs; i++) {
    const at = reader.at
    const count = reader.u32()
    total += count
    if (total > 0xffffffff) reader.fail("more than 2^32 - 1 locals", at)
    locals.push({ count, type: reader.valueType() })
  }
  return locals
}

const NO_LOCALS: ReadonlyArray<LocalRun> = []
