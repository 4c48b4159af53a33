import { AUDIT_LINE_BYTES_MAX } from "./AuditLine.ts"

/**
 * Where an audit log is written, and its bounds: on the disk `bytesMax` times `filesMax`, in memory
 * `bufferBytesMax`.
 */
export interface AuditLogOptions {
  /** The newest file; the older ones are FILE.1, FILE.2 and so on. Its lock is `.FILE.lock` beside it. */
  readonly file: string
  /** Bytes of one file; a line that does not fit begins the next one. */
  readonly bytesMax?: number
  /** Files altogether; when there is one more, the oldest is deleted. */
  readonly filesMax?: number
  /** Bytes of events that wait to be written; what comes then is lost and counted. */
  readonly bufferBytesMax?: number
  /** Milliseconds for which an event may wait for others that are written with it. */
  readonly flushMs?: number
  /** Milliseconds after a failed write until the next. */
  readonly retryMs?: number
  /** Milliseconds that the end may take; a disk that does not answer cannot hold up a shutdown for longer. */
  readonly endMs?: number
  /**
   * When the disk is told to keep what it was given: at the `end` of each file and of the log, or for each `batch`.
   * A killed process loses what waits; a power cut, without `batch`, what the system had not written yet.
   */
  readonly sync?: "end" | "batch"
}

/** A gigabyte on the disk, and 16 MiB in memory: about 70,000 events. */
export const AUDIT_LOG_DEFAULT = {
  bytesMax: 64 * 2 ** 20,
  filesMax: 16,
  bufferBytesMax: 16 * 2 ** 20,
  flushMs: 5,
  retryMs: 1_000,
  endMs: 5_000,
  sync: "end"
} as const satisfies Required<Omit<AuditLogOptions, "file">>

export type AuditLogSettings = Required<AuditLogOptions>

/** *Returns* the settings, or what is wrong with an option as a sentence. */
export const makeAuditLogSettings = (options: AuditLogOptions): AuditLogSettings | string => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const settings: AuditLogSettings = {
    ...AUDIT_LOG_DEFAULT,
    ...Object.fromEntries(given),
    file: options.file
  }
  if (settings.file === "") return "file: expected a path, got none"
  for (const [name, [min, max]] of Object.entries(RANGES)) {
    const value: unknown = Reflect.get(settings, name)
    if (!Number.isSafeInteger(value) || Number(value) < min || Number(value) > max)
      return `${name}: expected ${min}..${max}, got ${String(value)}`
  }
  if (settings.sync !== "end" && settings.sync !== "batch")
    return `sync: expected end or batch, got ${JSON.stringify(settings.sync)}`
  return settings
}

/**
 * A file holds at least one line, whatever it is; and beside one that was just begun there is another, so that whoever
 * comes after a power cut knows where the chain goes on.
 */
const RANGES = {
  bytesMax: [AUDIT_LINE_BYTES_MAX, 2 ** 40],
  filesMax: [2, 1_000],
  bufferBytesMax: [AUDIT_LINE_BYTES_MAX, 2 ** 32],
  flushMs: [0, 60_000],
  retryMs: [1, 3_600_000],
  endMs: [1, 3_600_000]
} as const
