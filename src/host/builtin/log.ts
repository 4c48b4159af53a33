import { visible } from "../../outcome/visible.ts"
import { type HostMemory, MemoryFault } from "../HostMemory.ts"

/**
 * A guest's log line: really read from its memory, cut at a bound, and made harmless to whoever shows it.
 *
 * What had to be changed is said in the record and not only in the text: how long the line was, whether bytes that
 * are not UTF-8 were replaced. The worker posts the records; the caller's side hands them to its logger.
 */
export interface LogRecord {
  readonly level: LogLevel
  /** One line; control characters are escapes. */
  readonly text: string
  /** How many bytes the guest asked to log; more than `LOG_LINE_BYTES_MAX` means that the line was cut. */
  readonly bytes: number
  readonly notes: ReadonlyArray<"cut" | "invalid UTF-8 replaced" | "later lines dropped">
}

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** A page of text: longer than any line that a person reads, shorter than what makes a log expensive. */
export const LOG_LINE_BYTES_MAX = 4_096

/** The record of a line at `offset`; the bounds hold for the whole line, the price for what is read of it. */
export const readLogLine = (
  memory: HostMemory,
  level: LogLevel,
  offset: number,
  length: number
): LogRecord | MemoryFault => {
  const outside = memory.check("read", offset, length)
  if (outside !== undefined) return outside
  const bytes = memory.read(offset, Math.min(length, LOG_LINE_BYTES_MAX))
  if (bytes instanceof MemoryFault) return bytes
  const cut = length > LOG_LINE_BYTES_MAX
  const whole = cut ? bytes.subarray(0, lastCharacterEnd(bytes)) : bytes
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole)
  return {
    level,
    // Every character of the line may become an escape; none of them is cut again.
    text: visible(text, LOG_LINE_BYTES_MAX),
    bytes: length,
    notes: [
      ...(cut ? (["cut"] as const) : []),
      ...(isSame(new TextEncoder().encode(text), whole) ? [] : (["invalid UTF-8 replaced"] as const))
    ]
  }
}

/** Where the last whole character ends: a cut through a character is not the guest's invalid UTF-8. */
const lastCharacterEnd = (bytes: Uint8Array): number => {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0
    if (size > 0) return size > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** Decoding replaces what is invalid, so only valid text comes back as the bytes that it was. */
const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])

/** Enough to find out what went wrong; a guest with much fuel could otherwise fill the caller's memory. */
export const LOG_LINES_MAX = 1_000

/**
 * Lets the first lines of a firing through and drops the rest; the last one that passes says so.
 */
export const boundLog = (
  emit: (record: LogRecord) => void,
  linesMax: number = LOG_LINES_MAX
): { readonly emitLog: (record: LogRecord) => void; readonly dropped: () => number } => {
  let lines = 0
  return {
    emitLog: (record) => {
      lines += 1
      if (lines < linesMax) emit(record)
      else if (lines === linesMax) emit({ ...record, notes: [...record.notes, "later lines dropped"] })
    },
    dropped: () => Math.max(0, lines - linesMax)
  }
}
