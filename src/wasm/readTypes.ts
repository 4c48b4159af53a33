import type {
  CompositeType,
  ExternType,
  FieldType,
  GlobalType,
  Limits,
  SubType,
  TableType,
  TypeGroup
} from "./Module.ts"
import { EXTERN_KINDS } from "./SectionKinds.ts"
import type { SectionReader } from "./SectionReader.ts"

/**
 * Reads types other than those of values: defined types and what describes an import.
 *
 * *Source*: WebAssembly 3.0, section 5.3; the shared bit of memories from the threads proposal.
 */
export const readTypeGroup = (reader: SectionReader): TypeGroup => {
  if (reader.bytes[reader.at] !== REC) return { rec: false, types: [readSubType(reader)] }
  reader.u8()
  return { rec: true, types: reader.vector("types in a group", readSubType) }
}

/** The bytes that begin the forms of defined types. */
export const REC = 0x4e
export const SUB_FINAL = 0x4f
export const SUB = 0x50
export const ARRAY = 0x5e
export const STRUCT = 0x5f
export const FUNC = 0x60

const readSubType = (reader: SectionReader): SubType => {
  const form = reader.bytes[reader.at]
  if (form !== SUB && form !== SUB_FINAL)
    return { form: "plain", supertypes: [], composite: readComposite(reader) }
  reader.u8()
  return {
    form: form === SUB ? "sub" : "sub final",
    supertypes: reader.indices("supertypes"),
    composite: readComposite(reader)
  }
}

const readComposite = (reader: SectionReader): CompositeType => {
  switch (reader.u8()) {
    case FUNC:
      return {
        kind: "func",
        params: reader.vector("parameters", readValueType),
        results: reader.vector("results", readValueType)
      }
    case STRUCT:
      return { kind: "struct", fields: reader.vector("fields", readField) }
    case ARRAY:
      return { kind: "array", element: readField(reader) }
    default:
      return reader.fail("unknown form of type", reader.at - 1)
  }
}

const readValueType = (reader: SectionReader) => reader.valueType()

const readField = (reader: SectionReader): FieldType => {
  const packed = PACKED.get(reader.bytes[reader.at] ?? 0)
  if (packed === undefined) return { storage: reader.valueType(), mutable: readMutable(reader) }
  reader.u8()
  return { storage: packed, mutable: readMutable(reader) }
}

const PACKED: ReadonlyMap<number, "i8" | "i16"> = new Map([
  [0x78, "i8"],
  [0x77, "i16"]
])

const readMutable = (reader: SectionReader): boolean => reader.choice("mutability", 2) === 1

export const readGlobalType = (reader: SectionReader): GlobalType => ({
  type: reader.valueType(),
  mutable: readMutable(reader)
})

export const readTableType = (reader: SectionReader): TableType => {
  const element = reader.refType()
  const at = reader.at
  const limits = readLimits(reader)
  if (limits.shared) reader.fail("shared table", at)
  return { element, limits }
}

export const readLimits = (reader: SectionReader): Limits => {
  const flags = reader.choice("limits flags", 8)
  const wide = (flags & 4) !== 0
  return {
    address: wide ? "i64" : "i32",
    shared: (flags & 2) !== 0,
    min: readSize(reader, wide),
    max: (flags & 1) === 0 ? undefined : readSize(reader, wide)
  }
}

const readSize = (reader: SectionReader, wide: boolean): bigint => {
  const at = reader.at
  if (!wide) return BigInt(reader.u32())
  reader.u64()
  return reader.u64At(at)
}

export const readExternType = (reader: SectionReader): ExternType => {
  const kind = EXTERN_KINDS[reader.choice("kind of import", EXTERN_KINDS.length)]
  switch (kind) {
    case "table":
      return { kind, table: readTableType(reader) }
    case "memory":
      return { kind, limits: readLimits(reader) }
    case "global":
      return { kind, global: readGlobalType(reader) }
    case "tag":
      return { kind, typeIndex: readTag(reader) }
    default:
      return { kind: "func", typeIndex: reader.u32() }
  }
}

/** A tag's type index, after the attribute that says "exception", the only one there is. */
export const readTag = (reader: SectionReader): number => {
  reader.choice("tag attribute", 1)
  return reader.u32()
}
