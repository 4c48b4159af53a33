import { Malformed } from "./Malformed.ts"
import type { CustomSection } from "./Module.ts"
import { SectionReader } from "./SectionReader.ts"
import { Writer } from "./Writer.ts"

/**
 * What a `metadata.code.*` section says about single instructions: branch hints, for one.
 *
 * It points at instructions by their offset in the body, so whoever moves instructions must rewrite it; the
 * payloads need not be understood for that.
 * *Source*: the code metadata framework of the tool conventions; WebAssembly 3.0, "Branch Hints".
 */
export interface FuncMetadata {
  readonly funcIndex: number
  readonly entries: ReadonlyArray<InstructionMetadata>
}

export interface InstructionMetadata {
  /** Bytes from the start of the body, that is of its locals, to the instruction. */
  readonly offset: number
  readonly payload: Uint8Array
}

export const isCodeMetadata = (section: CustomSection): boolean => section.name.startsWith(PREFIX)

const PREFIX = "metadata.code."
export const BRANCH_HINTS = "metadata.code.branch_hint"

/** *Returns* the section's contents, or `Malformed` with an offset in the file. */
export const decodeCodeMetadata = (section: CustomSection): ReadonlyArray<FuncMetadata> | Malformed => {
  try {
    const reader = new SectionReader(section.payload)
    const funcs = reader.vector("functions", readFunc)
    if (reader.at !== reader.end) reader.fail("bytes after the last function")
    return funcs
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause
    const payloadAt = (section.origin?.end ?? section.payload.length) - section.payload.length
    return new Malformed(payloadAt + cause.offset, `${section.name}: ${cause.what}`)
  }
}

const readFunc = (reader: SectionReader): FuncMetadata => ({
  funcIndex: reader.u32(),
  entries: reader.vector("instructions", readEntry)
})

const readEntry = (reader: SectionReader): InstructionMetadata => ({
  offset: reader.u32(),
  payload: reader.window(reader.u32())
})

/** *Returns* a section of that name; V8 wants it before the code section. */
export const encodeCodeMetadata = (name: string, funcs: ReadonlyArray<FuncMetadata>): CustomSection => {
  const writer = new Writer()
  writer.vector(funcs, ({ funcIndex, entries }) => {
    writer.u32(funcIndex)
    writer.vector(entries, ({ offset, payload }) => {
      writer.u32(offset)
      writer.u32(payload.length)
      writer.raw(payload)
    })
  })
  return { kind: "custom", name, payload: writer.bytes() }
}
