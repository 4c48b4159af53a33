import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { AUDIT_LINE_BYTES_MAX, decodeLine } from "./AuditLine.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import { closeFile, openToRead, readSome } from "./fileCalls.ts"
import { LineSplitter } from "./LineSplitter.ts"
import { type ChainedLine, LogChain } from "./LogChain.ts"

/**
 * Reads the files of an audit log line by line, in constant memory, following the chain over all of them.
 *
 * Files may be given in any order: they are read in that of the numbers of their first lines. A file whose first
 * line cannot be read comes last. A single one may also be a pipe.
 */
export interface ScannedLine extends ChainedLine {
  readonly path: string
  /** In its file, from 1. */
  readonly number: number
}

export const scanAuditLog = (paths: ReadonlyArray<string>): Stream.Stream<ScannedLine, AuditLogFailed> =>
  Stream.suspend(() => {
    const chain = new LogChain()
    return Stream.fromArrayEffect(inOrder(paths)).pipe(Stream.flatMap((path) => scanFile(path, chain)))
  })

const inOrder = (paths: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<string>, AuditLogFailed> =>
  paths.length < 2
    ? Effect.succeed(paths)
    : Effect.map(
        Effect.forEach(paths, (path) => Effect.map(firstSequence(path), (sequence) => ({ path, sequence }))),
        (known) => known.toSorted((a, b) => a.sequence - b.sequence).map(({ path }) => path)
      )

const firstSequence = (path: string): Effect.Effect<number, AuditLogFailed> =>
  Effect.scoped(
    Effect.gen(function* () {
      const chunk = new Uint8Array(AUDIT_LINE_BYTES_MAX)
      const count = yield* readSome(yield* opened(path), path, chunk)
      const line = decodeLine(chunk.subarray(0, Math.max(0, chunk.subarray(0, count).indexOf(LINE_BREAK))))
      return typeof line === "string" ? Number.MAX_SAFE_INTEGER : line.event.sequence
    })
  )

const opened = (path: string) =>
  Effect.acquireRelease(openToRead(path), (file) => Effect.ignore(closeFile(file, path)))

const scanFile = (path: string, chain: LogChain): Stream.Stream<ScannedLine, AuditLogFailed> =>
  Stream.unwrap(
    Effect.map(opened(path), (file) => {
      const splitter = new LineSplitter()
      return Stream.paginate(undefined, () => {
        // A new one each time: lines are views into it.
        const chunk = new Uint8Array(CHUNK_BYTES)
        return Effect.map(readSome(file, path, chunk), (count) => {
          const raws = count === 0 ? splitter.finish() : splitter.push(chunk.subarray(0, count))
          const lines = raws.map((raw): ScannedLine => ({ ...chain.next(raw), path, number: raw.number }))
          return [lines, count === 0 || splitter.ended ? Option.none() : Option.some(undefined)] as const
        })
      })
    })
  )

/** 250 lines, which hold the event loop for a millisecond. */
const CHUNK_BYTES = 65_536
const LINE_BREAK = 0x0a
