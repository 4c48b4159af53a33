import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AuditBuffer, Waiting } from "./AuditBuffer.ts"
import { encodeEvent, lineBytesOf, sealLine } from "./AuditLine.ts"
import { AUDIT_LOG_FORMAT } from "./AuditLogEvent.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import type { LogFile } from "./LogFile.ts"

/**
 * Takes what waits in a buffer, numbers it, chains it and writes it, a chunk of many lines at a time.
 *
 * A chunk that was chained is written to its end before another is made: a write that failed half-way, on a full
 * disk, goes on with the byte at which it stopped, so no line is ever written in two pieces or twice.
 */
export interface LogHead {
  readonly sequence: number
  readonly hash: string
}

interface Chunk {
  readonly bytes: Uint8Array
  readonly lines: number
  offset: number
}

/** What a writer needs of the files that it writes to. */
export type LogTarget = Pick<LogFile, "bytes" | "begin" | "fits" | "write" | "rotate">

export class LogWriter {
  readonly #buffer: AuditBuffer
  readonly #file: LogTarget
  /** Of the last line that was chained. */
  #sealed: LogHead
  /** Of the last line that was written. */
  #written: LogHead
  #chunk: Chunk | undefined

  constructor(buffer: AuditBuffer, file: LogTarget, { sequence, hash }: LogHead) {
    const head = { sequence, hash }
    this.#buffer = buffer
    this.#file = file
    this.#sealed = head
    this.#written = head
  }

  /** The last line that is in the file. */
  get head(): LogHead {
    return this.#written
  }

  /** Events, gaps and marks that are not written yet. */
  get waiting(): number {
    return this.#buffer.length + (this.#chunk?.lines ?? 0)
  }

  /** Whether a chunk was begun and is not written to its end. */
  get midway(): boolean {
    return this.#chunk !== undefined
  }

  /** Writes until nothing waits. *Fails* with what kept it from that; it can be called again. */
  get drain(): Effect.Effect<void, AuditLogFailed> {
    return Effect.whileLoop({
      while: () => this.#chunk !== undefined || this.#buffer.peek() !== undefined,
      body: () => (this.#chunk === undefined ? this.#prepare : this.#write(this.#chunk)),
      step: () => {}
    })
  }

  get #prepare(): Effect.Effect<void, AuditLogFailed> {
    return Effect.flatMap(Clock.currentTimeMillis, (nowMs) => {
      const seal = () => {
        this.#chunk = this.#seal(nowMs)
      }
      const next = this.#buffer.peek()
      return next === undefined || this.#file.bytes === 0 || this.#file.fits(this.#bytesOf(next))
        ? Effect.sync(seal)
        : Effect.map(this.#file.rotate, seal)
    })
  }

  #write(chunk: Chunk): Effect.Effect<void, AuditLogFailed> {
    return Effect.map(this.#file.write(chunk.bytes, chunk.offset), (count) => {
      chunk.offset += count
      if (chunk.offset < chunk.bytes.length) return
      this.#chunk = undefined
      this.#written = this.#sealed
    })
  }

  /** Chains as many lines as fit in the file, at most a chunk. */
  #seal(nowMs: number): Chunk {
    let text = ""
    let lines = 0
    if (this.#file.bytes === 0)
      text = this.#chain(
        encodeEvent({ _tag: "File", format: AUDIT_LOG_FORMAT, number: this.#file.begin() }, nowMs)
      )
    for (;;) {
      const next = this.#buffer.peek()
      if (next === undefined || text.length >= CHUNK_BYTES) break
      if (lines > 0 && !this.#file.fits(text.length + this.#bytesOf(next))) break
      text += this.#chain(this.#encode(next))
      this.#buffer.shift()
      lines += 1
    }
    return { bytes: Buffer.from(text, "latin1"), lines, offset: 0 }
  }

  #chain(encoded: string): string {
    const sequence = this.#sealed.sequence + 1
    const { line, hash } = sealLine(sequence, encoded, this.#sealed.hash)
    this.#sealed = { sequence, hash }
    return line
  }

  /** The numbers of what was lost are passed over: they are missing. */
  #encode(next: Waiting): string {
    if (typeof next === "string") return next
    const { sequence, hash } = this.#sealed
    const last = sequence + next.lost
    this.#sealed = { sequence: last, hash }
    return encodeEvent({ _tag: "Gap", first: sequence + 1, last, why: next.why }, next.atMs)
  }

  #bytesOf(next: Waiting): number {
    return typeof next === "string" ? lineBytesOf(this.#sealed.sequence + 1, next) : GAP_BYTES_MAX
  }
}

/** Two hundred lines: they are chained in half a millisecond, and a write costs 30 µs however long it is. */
const CHUNK_BYTES = 65_536

/** A gap's line at its longest: its reason is a system's message, of at most 1,024 characters. */
const GAP_BYTES_MAX = 8_192
