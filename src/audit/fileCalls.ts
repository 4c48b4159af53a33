import { close, fdatasync, fstat, open, read, write } from "node:fs"
import * as Effect from "effect/Effect"
import { AuditLogFailed } from "./AuditLogFailed.ts"

/**
 * The calls on an open file that can take long, off the event loop, as Effects that fail with `AuditLogFailed`.
 *
 * None can be interrupted: a call that was begun is waited for, because only then is it known what was written.
 */
type Operation = AuditLogFailed["operation"]

const called = <A>(
  operation: Operation,
  path: string,
  start: (done: (error: Error | null, value?: A) => void) => void
): Effect.Effect<A | undefined, AuditLogFailed> =>
  Effect.uninterruptible(
    Effect.callback<A | undefined, AuditLogFailed>((resume) => {
      start((error, value) =>
        resume(
          error === null ? Effect.succeed(value) : Effect.fail(new AuditLogFailed(operation, path, error))
        )
      )
    })
  )

/** *Returns* how many bytes were written, which may be fewer than there are. */
export const writeSome = (file: number, path: string, bytes: Uint8Array, offset: number) =>
  Effect.map(
    called<number>("write", path, (done) =>
      write(file, bytes, offset, bytes.length - offset, null, (error, count) => done(error, count))
    ),
    (count) => count ?? 0
  )

/** *Returns* how many bytes were read, 0 at the end. */
export const readSome = (file: number, path: string, into: Uint8Array) =>
  Effect.map(
    called<number>("read", path, (done) =>
      read(file, into, 0, into.length, null, (error, count) => done(error, count))
    ),
    (count) => count ?? 0
  )

/** Waits for a writer when it is a pipe, and holds up nobody else meanwhile. */
export const openToRead = (path: string): Effect.Effect<number, AuditLogFailed> =>
  Effect.map(
    called<number>("read", path, (done) => open(path, "r", (error, file) => done(error, file))),
    // Without an error there is a file.
    (file) => file ?? -1
  )

/** *Returns* how long a file is, and whether it still has a name. */
export const lookAt = (file: number, path: string) =>
  Effect.map(
    called<{ readonly bytes: number; readonly named: boolean }>("write", path, (done) =>
      fstat(file, (error, known) => done(error, { bytes: known?.size ?? 0, named: (known?.nlink ?? 0) > 0 }))
    ),
    // Without an error something is known.
    (known) => known ?? { bytes: 0, named: false }
  )

/** Brings what was written to the disk, a power cut notwithstanding. */
export const syncFile = (file: number, path: string) =>
  Effect.asVoid(called<void>("write", path, (done) => fdatasync(file, (error) => done(error))))

export const closeFile = (file: number, path: string) =>
  Effect.asVoid(called<void>("write", path, (done) => close(file, (error) => done(error ?? null))))

/** A short call that is made on the spot. */
export const attempt = <A>(
  operation: Operation,
  path: string,
  body: () => A
): Effect.Effect<A, AuditLogFailed> =>
  Effect.try({ try: body, catch: (cause) => new AuditLogFailed(operation, path, cause) })
