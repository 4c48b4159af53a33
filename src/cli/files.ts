import { randomBytes } from "node:crypto"
import {
  closeSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { basename, dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { Refused } from "../outcome/Refused.ts"
import { LimitExceeded } from "../outcome/RefusedReason.ts"

/**
 * The files that the command reads and writes.
 *
 * Reading is bounded whatever the path is, a device or a pipe too. Writing is whole or not at all: into a file
 * beside the target that then takes its name. What is no regular file, such as `/dev/null`, is written in place.
 */
export class FileFailed {
  readonly _tag = "FileFailed"
  readonly operation: "read" | "write"
  readonly path: string
  readonly cause: string
  constructor(operation: "read" | "write", path: string, cause: unknown) {
    this.operation = operation
    this.path = path
    this.cause = cause instanceof Error ? cause.message : String(cause)
  }
}

export const describeFileFailed = ({ operation, path, cause }: FileFailed): string =>
  `cannot ${operation} ${JSON.stringify(path)}: ${cause}`

/** *Fails* with `LimitExceeded`, naming `limit`, for a file that is longer than `bytesMax`. */
export const readBounded = (
  path: string,
  limit: string,
  bytesMax: number
): Effect.Effect<Uint8Array, FileFailed | Refused> => {
  const attempt = attempting("read", path)
  return Effect.acquireUseRelease(
    attempt(() => openSync(path, "r")),
    (file) => attempt(() => ({ bytes: readAtMost(file, bytesMax + 1), fileBytes: fstatSync(file).size })),
    (file) => Effect.sync(() => closeSync(file))
  ).pipe(
    Effect.flatMap(({ bytes, fileBytes }) =>
      bytes.length > bytesMax
        ? Effect.fail(new Refused(new LimitExceeded(limit, bytesMax, Math.max(fileBytes, bytes.length))))
        : Effect.succeed(bytes)
    )
  )
}

const attempting =
  (operation: FileFailed["operation"], path: string) =>
  <A>(body: () => A): Effect.Effect<A, FileFailed> =>
    Effect.try({ try: body, catch: (cause) => new FileFailed(operation, path, cause) })

const readAtMost = (file: number, bytesMax: number): Uint8Array => {
  // A pipe says 0, and a file may grow meanwhile; one byte more than it says shows that it ended there.
  let bytes = new Uint8Array(Math.min(bytesMax, fstatSync(file).size + 1))
  let length = 0
  for (;;) {
    const count = readSync(file, bytes, length, bytes.length - length, null)
    length += count
    if (count === 0 || length === bytesMax) return bytes.subarray(0, length)
    if (length === bytes.length) {
      const larger = new Uint8Array(Math.min(bytesMax, Math.max(65_536, 2 * length)))
      larger.set(bytes)
      bytes = larger
    }
  }
}

/** @param mode of a new file: a dump holds what the guest held, so nobody else need read it */
export const writeWhole = (
  path: string,
  bytes: Uint8Array,
  mode: number
): Effect.Effect<void, FileFailed> => {
  const attempt = attempting("write", path)
  const replace = (target: string): Effect.Effect<void, FileFailed> => {
    const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.part`)
    return attempt(() => writeFileSync(beside, bytes, { mode, flag: "wx" })).pipe(
      Effect.andThen(attempt(() => renameSync(beside, target))),
      Effect.tapError(() => Effect.sync(() => rmSync(beside, { force: true })))
    )
  }
  return Effect.flatMap(
    attempt(() => statSync(path, { throwIfNoEntry: false })),
    (known) => {
      if (known === undefined) return replace(path)
      return known.isFile()
        ? Effect.flatMap(
            attempt(() => realpathSync(path)),
            replace
          )
        : attempt(() => writeFileSync(path, bytes))
    }
  )
}
