import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { AuditLogFailed } from "./AuditLogFailed.ts"
import type { AuditLogSettings } from "./AuditLogOptions.ts"
import { attempt } from "./fileCalls.ts"
import { LogFile } from "./LogFile.ts"
import { lockLog } from "./lockLog.ts"
import { type LogEnd, NO_END, recoverLog } from "./recoverLog.ts"

/**
 * Opens a log to be gone on with, for this process alone, until the scope ends.
 *
 * The lock comes first: what another process is just writing must not be taken for a line that was torn. A character
 * device is neither locked nor rotated. *Fails* for any other thing that is no regular file, for a file that is no
 * log, and for one that another process writes.
 */
export interface OpenedLog {
  readonly file: LogFile
  readonly end: LogEnd
}

export const openLog = (given: AuditLogSettings): Effect.Effect<OpenedLog, AuditLogFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const known = yield* attempt("open", given.file, () => statSync(given.file, { throwIfNoEntry: false }))
    if (known?.isCharacterDevice() === true) return { file: yield* LogFile.open(given, 0), end: NO_END }
    if (known !== undefined && !known.isFile())
      return yield* Effect.fail(
        new AuditLogFailed("open", given.file, "expected a file, or a character device")
      )
    const path = yield* attempt("open", given.file, () => placeOf(given.file))
    yield* lockLog(path)
    const end = yield* recoverLog(path)
    return { file: yield* LogFile.open({ ...given, file: path }, end.fileNumber), end }
  })

/**
 * Where a file is or will be, whatever links lead there and wherever the process goes: a rotation renames the file,
 * not a link to it, and two that come by different ways must meet at one lock.
 */
const placeOf = (file: string): string => {
  const directory = realpathSync(dirname(file))
  const path = join(directory, basename(file))
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? placeOf(resolve(directory, readlinkSync(path)))
    : path
}
