import { AUDIT_HASH_NONE, AUDIT_LINE_BYTES_MAX, type AuditLine, decodeLine } from "./AuditLine.ts"
import type { AuditBreakage } from "./AuditLogBroken.ts"
import { AUDIT_LOG_FORMAT } from "./AuditLogEvent.ts"
import type { RawLine } from "./LineSplitter.ts"

/**
 * Follows the chain from line to line and says of each whether it goes on there.
 *
 * After a line that is wrong it goes on from whatever stands there, so that everything else can still be read.
 * Where a log begins that lost its oldest files is taken as it is: the first line says how many there were.
 */
export interface ChainedLine {
  /** What it holds, when it is a line at all. */
  readonly line: AuditLine | undefined
  readonly wrong: WrongLine | undefined
}

export interface WrongLine {
  readonly how: AuditBreakage
  readonly what: string
  /** Which line should have stood there, when another one does: if it comes later, nothing was removed. */
  readonly awaited?: LogPosition
}

/** A line by its number and the hash of the one before. */
export interface LogPosition {
  readonly sequence: number
  readonly prev: string
}

export class LogChain {
  #last: AuditLine | "none" | "unknown" = "none"

  next(raw: RawLine): ChainedLine {
    const line = readRaw(raw)
    const wrong = "how" in line ? line : this.#check(line, raw.number === 1)
    if ("how" in line) {
      this.#last = "unknown"
      return { line: undefined, wrong }
    }
    this.#last = line
    return { line, wrong }
  }

  #check(line: AuditLine, first: boolean): WrongLine | undefined {
    const { event } = line
    if (event._tag === "File" && event.format !== AUDIT_LOG_FORMAT)
      return changed(`it begins a file of format ${event.format}, and this version reads ${AUDIT_LOG_FORMAT}`)
    if (event._tag === "Gap" && !(event.first <= event.last && event.sequence === event.last + 1))
      return changed("the numbers of what is missing do not end before its own")
    const last = this.#last
    if (last === "unknown") return undefined
    if (first && event._tag !== "File")
      return { how: "removed", what: "it is not the line that a file begins with: those before it are gone" }
    if (last === "none") return checkBeginning(line)
    const awaited = { sequence: last.event.sequence + 1, prev: last.hash }
    const { sequence } = positionOf(line)
    if (sequence > awaited.sequence)
      return { how: "removed", what: `${describeMissing(awaited.sequence, sequence - 1)} before it`, awaited }
    if (sequence < awaited.sequence)
      return {
        how: "reordered",
        what: `it is number ${sequence}, and stands after number ${awaited.sequence - 1}`
      }
    return line.prev === awaited.prev
      ? undefined
      : changed("the line before it is not the one it was chained to")
  }
}

/** Where a line goes on from: for a gap, where what is missing began. */
export const positionOf = ({ event, prev }: AuditLine): LogPosition => ({
  sequence: event._tag === "Gap" ? event.first : event.sequence,
  prev
})

const readRaw = ({ bytes, end }: RawLine): AuditLine | WrongLine => {
  if (end === "too long") return changed(`it is longer than the ${AUDIT_LINE_BYTES_MAX} bytes of any line`)
  if (end === "end of file")
    return {
      how: "truncated",
      what: `it ends after ${bytes.length} bytes without a line break: it is being written, or was not finished`
    }
  const line = decodeLine(bytes)
  return typeof line === "string" ? changed(line) : line
}

const changed = (what: string): WrongLine => ({ how: "changed", what })

/** The very first line of all is chained to nothing, and only that one. */
const checkBeginning = ({ event, prev }: AuditLine): WrongLine | undefined => {
  const veryFirst = event.sequence === 1
  if (veryFirst !== (prev === AUDIT_HASH_NONE))
    return changed(veryFirst ? "it is the first of all and names one before" : "it names no line before")
  return event._tag === "File" && veryFirst !== (event.number === 1)
    ? changed(`it is number ${event.sequence} and begins file ${event.number}`)
    : undefined
}

const describeMissing = (first: number, last: number): string =>
  first === last ? `number ${first} is missing` : `numbers ${first} to ${last} are missing`
