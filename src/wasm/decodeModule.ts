import { attempt, type Malformed } from "./Malformed.ts"
import type { Module, Section } from "./Module.ts"
import { readSection, type SectionFrame } from "./readSections.ts"
import { SECTION_KINDS } from "./SectionKinds.ts"
import { SectionReader } from "./SectionReader.ts"
import { sectionOf } from "./sectionOf.ts"

/**
 * Reads a module's sections.
 *
 * *Returns* the module, or `Malformed` with the offset of the first byte that is wrong. Function bodies are
 * framed, not read: a bad instruction is found by whoever reads it. *Cost*: about a gigabyte a second, warm.
 * *Source*: WebAssembly 3.0, section 5.5.
 *
 *     const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
 *     decodeModule(bytes) // => { bytes, sections: [] }
 */
export const decodeModule = (bytes: Uint8Array): Module | Malformed => attempt(() => readModule(bytes))

const readModule = (bytes: Uint8Array): Module => {
  const reader = new SectionReader(bytes)
  if (bytes.length > BYTES_MAX)
    reader.fail(`module: expected at most ${BYTES_MAX} bytes, got ${bytes.length}`)
  MAGIC.forEach((byte, at) => {
    if (bytes[at] !== byte) reader.fail(at < 4 ? "not a WebAssembly file" : "not a version 1 core module", at)
  })
  reader.at = MAGIC.length
  const sections: Array<Section> = []
  let rank = -1
  while (reader.at < bytes.length) {
    const offset = reader.at
    if (sections.length === SECTIONS_MAX) reader.fail(`more than ${SECTIONS_MAX} sections`)
    const id = reader.u8()
    const sizeAt = reader.at
    const size = reader.u32()
    const start = reader.at
    if (size > bytes.length - start)
      reader.fail(`section of ${size} bytes, but ${bytes.length - start} are left`, sizeAt)
    const end = start + size
    reader.end = end
    const frame = { origin: { offset, start, end }, sizeWidth: start - sizeAt }
    if (id === 0) sections.push(readCustom(reader, frame))
    else {
      rank = rankOf(reader, id, offset, rank)
      sections.push(readSection(reader, SECTION_KINDS[rank]?.kind ?? "type", frame))
    }
    if (reader.at !== end) reader.fail(`section has ${end - reader.at} bytes more than its contents`)
    reader.end = bytes.length
  }
  checkCounts(reader, sections)
  return { bytes, sections }
}

/** No engine takes a larger one (*Source*: as `DEFINITIONS_MAX`). */
const BYTES_MAX = 2 ** 30

/** Ours: custom sections may be as many as they like, and each of three bytes becomes an object of 200. */
const SECTIONS_MAX = 100_000

const MAGIC = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

const rankOf = (reader: SectionReader, id: number, offset: number, previous: number): number => {
  const rank = SECTION_KINDS.findIndex((section) => section.id === id)
  if (rank < 0) reader.fail(`unknown section ${id}`, offset)
  if (rank === previous) reader.fail(`second ${SECTION_KINDS[rank]?.kind} section`, offset)
  if (rank < previous)
    reader.fail(
      `${SECTION_KINDS[rank]?.kind} section after the ${SECTION_KINDS[previous]?.kind} section`,
      offset
    )
  return rank
}

const readCustom = (reader: SectionReader, frame: SectionFrame): Section => {
  reader.keepWidths()
  const name = reader.name()
  const widths = reader.takeWidths()
  const payload = reader.window(reader.end - reader.at)
  return { kind: "custom", name, payload, ...frame, ...(widths === undefined ? {} : { widths }) }
}

/** Sections that count the same thing must agree, and one that is missing counts none. */
const checkCounts = (reader: SectionReader, sections: ReadonlyArray<Section>): void => {
  const module = { bytes: reader.bytes, sections }
  const [functions, code] = [sectionOf(module, "function"), sectionOf(module, "code")]
  const [dataCount, data] = [sectionOf(module, "dataCount"), sectionOf(module, "data")]
  const funcCount = functions?.typeIndices.length ?? 0
  const bodyCount = code?.bodies.length ?? 0
  if (funcCount !== bodyCount)
    reader.fail(`${funcCount} functions but ${bodyCount} bodies`, code?.origin?.offset ?? reader.at)
  const segmentCount = data?.segments.length ?? 0
  if (dataCount !== undefined && dataCount.count !== segmentCount)
    reader.fail(
      `data count ${dataCount.count} but ${segmentCount} segments`,
      data?.origin?.offset ?? dataCount.origin?.offset
    )
}
