import { visible } from "../outcome/visible.ts"
import type { AuditEntry } from "./AuditEvent.ts"

/**
 * What the lines of an audit log hold: the entries that were recorded, and the log's own marks.
 *
 * The marks take numbers as entries do, so that a line without its neighbour is missed whichever of the two it is:
 * where a file begins, where a process began and ended, and where entries were lost, how many and why.
 */
export type AuditMark = AuditFileMark | AuditOpened | AuditClosed | AuditGap

/** The first line of each file, and never another one: a file that lost its head does not begin with it. */
export interface AuditFileMark {
  readonly _tag: "File"
  /** Version of the lines that follow. */
  readonly format: number
  /** From 1, one more for each file of the chain. */
  readonly number: number
}

/** A process began to write. Instances are numbered from 1 again. */
export interface AuditOpened {
  readonly _tag: "Opened"
  readonly pid: number
  /** How whoever wrote before ended: `closed` in order, `unclosed` killed or without power; `nothing` for nobody. */
  readonly before: string
  /** Bytes of an unfinished last line, which were cut off. */
  readonly tornBytes: number
  /** The first of those bytes, each as one character. */
  readonly torn: string
}

/** A process ended in order; everything that was recorded stands before. */
export interface AuditClosed {
  readonly _tag: "Closed"
}

/** Entries that were recorded and could not be kept. The line's own number is one more than `last`. */
export interface AuditGap {
  readonly _tag: "Gap"
  /** Number of the first and the last that are missing. */
  readonly first: number
  readonly last: number
  readonly why: string
}

/** An entry or a mark, numbered, with the time at which it was recorded. */
export type AuditLogEvent = (AuditEntry | AuditMark) & {
  /** One more than the line before; after a gap, one more than the last that is missing. */
  readonly sequence: number
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** Version of the lines that this code writes and reads. */
export const AUDIT_LOG_FORMAT = 1

/** One line for a person. */
export const describeGap = ({ first, last, why }: AuditGap): string =>
  first === last
    ? `1 event is missing, #${first}: ${visible(why, 128)}`
    : `${last - first + 1} events are missing, #${first} to #${last}: ${visible(why, 128)}`
