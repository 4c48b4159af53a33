import type { Forensics } from "../outcome/Crash.ts"
import { CRASH_TAGS, type CrashReason, reviveCrashReason } from "../outcome/CrashReason.ts"
import type { JournalEntry, MemoryEvidence, StackFrame, TableEvidence } from "../outcome/Evidence.ts"
import { LIFECYCLE_STATES } from "../outcome/Lifecycle.ts"
import type { ByteReader } from "./ByteReader.ts"
import type { ByteWriter } from "./ByteWriter.ts"
import {
  bytes,
  type Codec,
  int32s,
  integer,
  list,
  number,
  orMissing,
  orUndefined,
  struct,
  text,
  textRecord,
  whole,
  word
} from "./Codec.ts"
import { memoryImage } from "./MemoryImage.ts"

/**
 * What a dump is made of: one row a section, which both the encoder and the decoder read.
 *
 * The order of fields, of words and of tags is the format: something new goes into a new section, or the
 * version changes. An id is never given twice.
 */
export interface Section {
  readonly id: number
  readonly name: string
  readonly write: (to: ByteWriter, forensics: Forensics) => void
  readonly read: (from: ByteReader) => Partial<Forensics>
}

const section = <K extends keyof Forensics>(
  id: number,
  name: string,
  fields: { readonly [P in K]: Codec<Forensics[P]> }
): Section => {
  const codec = struct<Pick<Forensics, K>>(fields as { [P in K]-?: Codec<Forensics[P]> })
  // Forensics minus the fields of other sections, which is what Partial says less precisely.
  return { id, name, write: codec.write, read: (from) => codec.read(from, name) as Partial<Forensics> }
}

const location = struct({ funcIndex: integer, codeOffset: orUndefined(whole) })

/** The fields of every reason; the tag before them is its place in `CRASH_TAGS`. */
const reasonFields: {
  readonly [T in CrashReason["_tag"]]: Codec<Omit<Extract<CrashReason, { _tag: T }>, "_tag">>
} = {
  OutOfFuel: struct({ allocated: whole, used: whole }),
  OutOfStack: struct({ slotsMax: number }),
  OutOfMemory: struct({ bytesMax: number }),
  Trapped: struct({ kind: text, at: orUndefined(location), engineMessage: text }),
  TimedOut: struct({ timeoutMs: number }),
  Cancelled: struct({ by: text }),
  GuestException: struct({ tagIndex: orUndefined(integer), payload: list(text) }),
  HostFailed: struct({ module: text, name: text, cause: text }),
  EngineLost: struct({ cause: text })
}

const tag = word(CRASH_TAGS)

const reason: Codec<CrashReason> = {
  bytesMin: 5,
  write: (to, value) => {
    tag.write(to, value._tag)
    // The row of the reason's own tag: TypeScript does not follow the correlation.
    const fields = reasonFields[value._tag] as Pick<Codec<CrashReason>, "write">
    fields.write(to, value)
  },
  read: (from, thing) => {
    const _tag = tag.read(from, `${thing} tag`)
    // As above: these are the fields of that tag.
    return reviveCrashReason({ _tag, ...reasonFields[_tag].read(from, thing) } as CrashReason)
  }
}

const memory = struct<MemoryEvidence>({
  memoryIndex: whole,
  pages: whole,
  pageBytes: whole,
  bytes: orMissing(memoryImage)
})

const table = struct<TableEvidence>({
  tableIndex: whole,
  type: text,
  length: whole,
  elements: orMissing(int32s)
})

const frame = struct<StackFrame>({
  funcIndex: integer,
  name: orUndefined(text),
  codeOffset: orUndefined(whole)
})

const journalEntry = struct<JournalEntry>({
  module: text,
  name: text,
  results: list(text),
  readBytes: whole,
  writes: list(struct({ offset: whole, bytes }))
})

export const SECTIONS: ReadonlyArray<Section> = [
  section(1, "identity", {
    functionName: text,
    argumentsDigest: text,
    moduleHash: text,
    engine: text,
    versions: textRecord,
    nan: word(["canonical", "engine"]),
    prices: word(["wasmtime", "weighted"])
  }),
  section(2, "reason", { reason }),
  section(3, "fuel", {
    fuel: struct({
      allocated: whole,
      used: whole,
      remaining: whole,
      exactness: word(["exact", "bound"]),
      why: orUndefined(text)
    })
  }),
  section(4, "lifecycle", {
    lifecycle: list(struct({ state: word(LIFECYCLE_STATES), event: text, atMicros: number }))
  }),
  section(5, "stack", { stack: orMissing(list(frame)) }),
  section(6, "globals", {
    globals: orMissing(list(struct({ globalIndex: whole, type: text, value: orMissing(text) })))
  }),
  section(7, "tables", { tables: orMissing(list(table)) }),
  section(8, "journal", { journal: struct({ entries: list(journalEntry), dropped: whole }) }),
  section(9, "memories", { memories: orMissing(list(memory)) })
]
