import { AUDIT_LINE_BYTES_MAX } from "./AuditLine.ts"

/**
 * Cuts what is read of a file into lines, whatever it holds, in bounded memory.
 *
 * A line that is longer than any that an audit log can hold is reported once, as soon as that is known, and ends
 * the splitting: what follows can be no log either, and may never end.
 */
export interface RawLine {
  /** Without its break. */
  readonly bytes: Uint8Array
  /** In its file, from 1. */
  readonly number: number
  readonly end: "break" | "end of file" | "too long"
}

export class LineSplitter {
  #rest: Uint8Array = new Uint8Array(0)
  #number = 0
  #tooLong = false

  /** Whether there is nothing more to be had. */
  get ended(): boolean {
    return this.#tooLong
  }

  /** *Returns* the lines that end in this chunk; they are views into it where they can be. */
  push(chunk: Uint8Array): ReadonlyArray<RawLine> {
    if (this.#tooLong) return []
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const lines: Array<RawLine> = []
    let start = 0
    for (;;) {
      const end = bytes.indexOf(LINE_BREAK, start)
      if ((end < 0 ? bytes.length : end + 1) - start > AUDIT_LINE_BYTES_MAX) {
        this.#tooLong = true
        return [...lines, this.#line(bytes.subarray(start, start + AUDIT_LINE_BYTES_MAX), "too long")]
      }
      if (end < 0) break
      lines.push(this.#line(bytes.subarray(start, end), "break"))
      start = end + 1
    }
    this.#rest = bytes.slice(start)
    return lines
  }

  /** *Returns* what stands after the last break. */
  finish(): ReadonlyArray<RawLine> {
    return this.#tooLong || this.#rest.length === 0 ? [] : [this.#line(this.#rest, "end of file")]
  }

  #line(bytes: Uint8Array, end: RawLine["end"]): RawLine {
    this.#number += 1
    return { bytes, number: this.#number, end }
  }
}

const LINE_BREAK = 0x0a
