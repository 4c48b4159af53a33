import { LebReader } from "../wasm/LebReader.ts"
import { attempt, Malformed } from "../wasm/Malformed.ts"
import type { CustomSection } from "../wasm/Module.ts"
import { Writer } from "../wasm/Writer.ts"

/**
 * A custom section as it is true of a snapshot, or `undefined` where none of it is.
 *
 * Code does not change and does not move within its section, so names, DWARF and code metadata stay. What speaks of
 * data segments, of segments that were written anew, or of offsets in the file, does not.
 */
export const writeCustom = (section: CustomSection, elementsWritten: boolean): CustomSection | undefined => {
  const { name, payload } = section
  if (name.startsWith("reloc.") || UNTRUE.has(name)) return undefined
  if (name !== "name") return section
  const kept = attempt(() => withoutNames(payload, elementsWritten ? [ELEMENTS, DATA] : [DATA]))
  // What cannot be read has no names that could be wrong.
  return kept instanceof Malformed || kept.length === payload.length
    ? section
    : { kind: "custom", name, payload: kept }
}

/** A source map counts from the start of the file; `linking` and `reloc.*` are for a linker, of the data as it was. */
const UNTRUE: ReadonlySet<string> = new Set(["sourceMappingURL", "linking"])

/** Subsections of the name section. */
const ELEMENTS = 8
const DATA = 9

const withoutNames = (payload: Uint8Array, subsections: ReadonlyArray<number>): Uint8Array => {
  const reader = new LebReader(payload)
  const writer = new Writer(payload.length)
  while (reader.at < payload.length) {
    const start = reader.at
    const id = reader.u8()
    reader.skip(reader.u32())
    if (!subsections.includes(id)) writer.raw(payload.subarray(start, reader.at))
  }
  return writer.bytes()
}
