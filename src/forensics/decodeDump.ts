import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Forensics } from "../outcome/Crash.ts"
import type { BadDump } from "./BadDump.ts"
import { ByteReader } from "./ByteReader.ts"
import { DUMP_MAGIC, DUMP_VERSION, type Dump, SECTION_DIGEST_BYTES, type SkippedSection } from "./Dump.ts"
import { SECTIONS, type Section } from "./dumpSections.ts"
import { sectionDigest } from "./encodeDump.ts"

export interface DecodeDumpOptions {
  /** The most that the raw memories may take together; see {@link MEMORY_BYTES_MAX}. */
  readonly bytesMax?: number
}

/**
 * All that one 32-bit memory can hold, so that every dump of a guest with one memory opens. It is address space
 * and not memory: the zeros that a dump leaves out are never touched (allocating 4 GiB took 8 ms and no resident
 * page), and what is touched is in the file, at most 1,032 bytes for one.
 */
export const MEMORY_BYTES_MAX = 2 ** 32

/**
 * Reads a dump that may be truncated, damaged or made to do harm.
 *
 * Returns the dump; encoding it gives the same bytes if they came from `encodeDump`.
 * Fails with a `BadDump` that names the thing, the bound, the value and the offset; nothing else.
 * Cost: at most `bytesMax` of memory beside a small multiple of the file's size (an entry of the shortest kind
 * takes a few times its bytes as an object). Time in proportion to the file and what it inflates to: a dump with
 * 64 MiB of zeros 1 ms, with one byte set in each page 235 ms, at worst 5 us a byte of the file (`MemoryImage.ts`).
 *
 *     const crash = await Effect.runPromise(
 *       Munition.fire(wasm, "crash_after", [42]).pipe(Effect.flip, Effect.provide(Munition.layer()))
 *     )
 *     const dump = await Effect.runPromise(decodeDump(encodeDump(crash.forensics)))
 *     dump.reason.kind // => "unreachable"
 *     Result.flatMap(analyse(dump), (memory) => memory.number("u32", 1024)) // => Result.succeed(42)
 */
export const decodeDump = (
  bytes: Uint8Array,
  options: DecodeDumpOptions = {}
): Effect.Effect<Dump, BadDump> =>
  Effect.suspend(() => Effect.fromResult(readDump(bytes, options.bytesMax ?? MEMORY_BYTES_MAX)))

const readDump = (bytes: Uint8Array, bytesMax: number): Result.Result<Dump, BadDump> => {
  const file = new ByteReader(bytes, 0, bytes.byteLength, bytesMax)
  readHeader(file)
  const read = new Set<number>()
  const skipped: Array<SkippedSection> = []
  const found: Partial<Forensics> = {}
  while (file.failed === undefined && file.bytesLeft > 0) {
    const at = file.at
    const id = file.u16("section id")
    const digest = file.view(SECTION_DIGEST_BYTES, `section ${id} digest`)
    const byteLength = file.u64(`section ${id} length`)
    const offset = file.at
    const contents = file.view(byteLength, `section ${id}`)
    if (file.failed !== undefined) break
    if (read.has(id)) file.fail(`section ${id}: expected once, got twice`, at)
    read.add(id)
    if (!equalBytes(digest, sectionDigest([contents]))) {
      file.fail(`section ${id}: the digest does not fit the contents`, at + 2)
    }
    const section = SECTIONS.find((section) => section.id === id)
    if (section === undefined) skipped.push({ id, offset, byteLength })
    else if (file.failed === undefined) Object.assign(found, readSection(file, bytes, section, offset))
  }
  const absent = SECTIONS.find((section) => !read.has(section.id))
  if (absent !== undefined) file.fail(`section ${absent.id} (${absent.name}) is not there`, bytes.byteLength)
  if (file.failed !== undefined) return Result.fail(file.failed)
  // Every section was read, and together they hold every field: a test compares the two.
  return Result.succeed({ ...(found as Forensics), formatVersion: DUMP_VERSION, skipped })
}

const readHeader = (file: ByteReader): void => {
  const magic = file.view(DUMP_MAGIC.byteLength, "magic")
  if (!equalBytes(magic, DUMP_MAGIC)) file.fail(`magic: expected 4d4e544e, got ${toHex(magic)}`, 0)
  const version = file.u16("version")
  if (version !== DUMP_VERSION) file.fail(`version: expected ${DUMP_VERSION}, got ${version}`, 4)
}

const readSection = (
  file: ByteReader,
  bytes: Uint8Array,
  section: Section,
  offset: number
): Partial<Forensics> => {
  const contents = new ByteReader(bytes, offset, file.at, file.memoryBytesLeft)
  const fields = section.read(contents)
  file.memoryBytesLeft = contents.memoryBytesLeft
  if (contents.bytesLeft > 0)
    contents.fail(`${section.name}: ${contents.bytesLeft} bytes left over`, contents.at)
  if (contents.failed !== undefined) file.fail(contents.failed.what, contents.failed.offset)
  return fields
}

const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
