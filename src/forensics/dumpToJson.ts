import type { Forensics } from "../outcome/Crash.ts"
import { type CrashReason, describeCrashReason } from "../outcome/CrashReason.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import { showValue } from "../outcome/Value.ts"
import { sha256Hex } from "./digests.ts"

export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/**
 * A crash as one plain object that `JSON.stringify` keeps as it is: what `munition inspect --json` prints.
 *
 * Memories are summarised by pages, length and SHA-256: their bytes are what the other questions are for.
 * What is missing is `{ "missing": why }`, what does not apply is `null`. A number that JSON has no word for
 * is text, as in `showValue`. Values of globals and answers already are text, so no 64-bit integer is rounded.
 * Nothing is cut, so its size is in proportion to the dump without its memories.
 */
export const dumpToJson = (dump: Forensics): { readonly [key: string]: Json } => ({
  formatVersion: 3,
  reason: reasonToJson(dump.reason),
  message: describeCrashReason(dump.reason),
  functionName: dump.functionName,
  argumentsDigest: dump.argumentsDigest,
  moduleHash: dump.moduleHash,
  engine: dump.engine,
  versions: Object.fromEntries(
    Object.entries(dump.versions).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  ),
  nan: dump.nan,
  prices: dump.prices,
  fuel: {
    allocated: numberToJson(dump.fuel.allocated),
    used: numberToJson(dump.fuel.used),
    remaining: numberToJson(dump.fuel.remaining),
    exact: dump.fuel.exactness === "exact",
    why: dump.fuel.why ?? null
  },
  lifecycle: dump.lifecycle.map(({ state, event, atMicros }) => ({
    state,
    event,
    atMicros: numberToJson(atMicros)
  })),
  stack: present(dump.stack, (frames) =>
    frames.map(({ funcIndex, name, codeOffset }) => ({
      funcIndex,
      name: name ?? null,
      codeOffset: codeOffset ?? null
    }))
  ),
  memories: present(dump.memories, (memories) =>
    memories.map(({ memoryIndex, pages, pageBytes, bytes }) => ({
      memoryIndex,
      pages,
      pageBytes,
      ...(isMissing(bytes)
        ? { missing: bytes.why }
        : { byteLength: bytes.byteLength, sha256: sha256Hex(bytes) })
    }))
  ),
  globals: present(dump.globals, (globals) =>
    globals.map(({ globalIndex, type, value }) => ({
      globalIndex,
      type,
      value: present(value, (text) => text)
    }))
  ),
  tables: present(dump.tables, (tables) =>
    tables.map(({ tableIndex, type, length, elements }) => ({
      tableIndex,
      type,
      length,
      elements: present(elements, (indices) => Array.from(indices))
    }))
  ),
  journal: {
    entries: dump.journal.entries.map(({ module, name, results, readBytes, writes }) => ({
      module,
      name,
      results,
      readBytes,
      writes: writes.map(({ offset, bytes }) => ({
        offset,
        byteLength: bytes.byteLength,
        sha256: sha256Hex(bytes)
      }))
    })),
    dropped: dump.journal.dropped
  }
})

/** A reason with its own fields, nothing of it read from a message. */
export const reasonToJson = (reason: CrashReason): { readonly [key: string]: Json } =>
  // A reason is a tag, numbers, texts, lists of texts and one location: all of it JSON once numbers are.
  toJson({ ...reason }) as { readonly [key: string]: Json }

const toJson = (value: unknown): Json => {
  if (value === undefined || value === null) return null
  if (typeof value === "number") return numberToJson(value)
  if (typeof value === "string" || typeof value === "boolean") return value
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toJson(field)]))
}

const numberToJson = (value: number): Json =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : showValue(value)

const present = <A>(evidence: A | Missing, toValue: (evidence: A) => Json): Json =>
  isMissing(evidence) ? { missing: evidence.why } : toValue(evidence)
