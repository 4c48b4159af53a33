import { closeSync, existsSync, fstatSync, openSync, renameSync, rmSync } from "node:fs"
import * as Effect from "effect/Effect"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import type { AuditLogSettings } from "./AuditLogOptions.ts"
import { attempt, closeFile, syncFile, writeSome } from "./fileCalls.ts"

/**
 * The file that a log is written to, and those that it was written to before.
 *
 *     FILE ─rename─▶ FILE.1 ─rename─▶ FILE.2 … ─rename─▶ FILE.(filesMax - 1) ─▶ deleted
 *
 * Each step can be done again: whoever is killed between two of them leaves a hole in the numbers, which the next
 * rotation fills. What is no regular file is written to and never rotated.
 */
export class LogFile {
  readonly #settings: AuditLogSettings
  readonly #regular: boolean
  #file: number
  #bytes: number
  #number: number

  private constructor(settings: AuditLogSettings, file: number, number: number) {
    const { size } = fstatSync(file)
    this.#settings = settings
    this.#regular = fstatSync(file).isFile()
    this.#file = file
    this.#bytes = this.#regular ? size : 0
    this.#number = number
  }

  /** @param number of the file that is there, or of the one before when it is empty or not there */
  static open(settings: AuditLogSettings, number: number): Effect.Effect<LogFile, AuditLogFailed> {
    return attempt("open", settings.file, () => {
      const file = openSync(settings.file, "a", MODE)
      return new LogFile(settings, file, number)
    })
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Of the file that was begun last, from 1. */
  get number(): number {
    return this.#number
  }

  begin(): number {
    this.#number += 1
    return this.#number
  }

  /** Whether the file may have so many bytes more. A file without a line has room for any. */
  fits(bytes: number): boolean {
    return !this.#regular || this.#bytes + bytes <= this.#settings.bytesMax
  }

  /** *Returns* how many bytes were written from the offset on, which may be fewer than there are. */
  write(bytes: Uint8Array, offset: number): Effect.Effect<number, AuditLogFailed> {
    return Effect.map(writeSome(this.#file, this.#settings.file, bytes, offset), (count) => {
      this.#bytes += count
      return count
    })
  }

  /** A device cannot be brought to a disk, and says so. */
  get sync(): Effect.Effect<void, AuditLogFailed> {
    return Effect.suspend(() => (this.#regular ? syncFile(this.#file, this.#settings.file) : Effect.void))
  }

  /** Begins a new file. *Fails* without harm: what was done is not done again. */
  get rotate(): Effect.Effect<void, AuditLogFailed> {
    const { file } = this.#settings
    return Effect.andThen(
      this.sync,
      attempt("write", file, () => {
        if (existsSync(file)) shift(this.#settings)
        const next = openSync(file, "ax", MODE)
        closeSync(this.#file)
        this.#file = next
        this.#bytes = 0
      })
    )
  }

  get close(): Effect.Effect<void, AuditLogFailed> {
    return Effect.suspend(() => closeFile(this.#file, this.#settings.file))
  }
}

/**
 * Moves FILE out of the way, and as many of the older ones as stand in it. Of those that are too many, more than one
 * where there may be fewer than there were, the oldest goes first: whoever is killed meanwhile leaves no hole.
 */
const shift = ({ file, filesMax }: AuditLogSettings): void => {
  const nameOf = (i: number): string => (i === 0 ? file : `${file}.${i}`)
  let free = 0
  while (existsSync(nameOf(free))) free += 1
  for (; free >= filesMax; free--) rmSync(nameOf(free - 1))
  for (let i = free; i > 0; i--) renameSync(nameOf(i - 1), nameOf(i))
}

/** Names of functions and imports are a guest's, and say what somebody runs: nobody else need read them. */
const MODE = 0o600
