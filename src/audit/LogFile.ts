import { closeSync, existsSync, fstatSync, openSync, renameSync, rmSync } from "node:fs"
import * as Effect from "effect/Effect"
import { AuditLogFailed } from "./AuditLogFailed.ts"
import type { AuditLogSettings } from "./AuditLogOptions.ts"
import { attempt, closeFile, lookAt, syncFile, writeSome } from "./fileCalls.ts"

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
  /** `undefined` once it was closed: its number may be somebody else's file by then. */
  #file: number | undefined
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

  /** *Returns* the number of the file that begins, from 1. */
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
    return this.#use((file) =>
      Effect.map(writeSome(file, this.#settings.file, bytes, offset), (count) => {
        this.#bytes += count
        return count
      })
    )
  }

  /**
   * Compares the file with what was written to it. *Returns* as a sentence what somebody else did to it meanwhile.
   *
   * One that was removed is begun anew, because whatever is written to it is lost; where it was renamed, or another
   * process writes it too, nothing is lost.
   */
  get look(): Effect.Effect<string | undefined, AuditLogFailed> {
    if (!this.#regular) return Effect.succeed(undefined)
    return Effect.flatMap(
      this.#use((file) => lookAt(file, this.#settings.file)),
      ({ bytes, named }) => {
        if (!named) return Effect.as(this.rotate, "was removed while it was written, and a new file begins")
        const written = this.#bytes
        this.#bytes = bytes
        return Effect.succeed(
          bytes === written
            ? undefined
            : `has ${bytes} bytes, and ${written} were written to it: somebody cuts it, or writes it too`
        )
      }
    )
  }

  /** A device cannot be brought to a disk, and says so. */
  get sync(): Effect.Effect<void, AuditLogFailed> {
    return this.#use((file) => (this.#regular ? syncFile(file, this.#settings.file) : Effect.void))
  }

  /** Begins a new file. *Fails* without harm: what was done is not done again. */
  get rotate(): Effect.Effect<void, AuditLogFailed> {
    const path = this.#settings.file
    return Effect.andThen(
      this.sync,
      this.#use((file) =>
        attempt("write", path, () => {
          if (existsSync(path)) shift(this.#settings)
          this.#file = openSync(path, "ax", MODE)
          this.#bytes = 0
          closeSync(file)
        })
      )
    )
  }

  /** What is asked for after this fails. */
  get close(): Effect.Effect<void, AuditLogFailed> {
    return this.#use((file) => {
      this.#file = undefined
      return closeFile(file, this.#settings.file)
    })
  }

  #use<A>(call: (file: number) => Effect.Effect<A, AuditLogFailed>): Effect.Effect<A, AuditLogFailed> {
    return Effect.suspend(() =>
      this.#file === undefined
        ? Effect.fail(new AuditLogFailed("write", this.#settings.file, "it has ended"))
        : call(this.#file)
    )
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
