import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { decodeLine } from "./AuditLine.ts"
import type { AuditLogFailed } from "./AuditLogFailed.ts"
import { closeFile, openToRead, readSome } from "./fileCalls.ts"
import { LineSplitter } from "./LineSplitter.ts"
import { type ChainedLine, LogChain } from "./LogChain.ts"

/**
 * Reads the files of an audit log line by line, in constant memory, following the chain over all of them.
 *
 * Files may be given in any order: they are read in that of the numbers of their first lines. A file whose first
 * line cannot be read comes last. All are opened before any is read, because a log that is written meanwhile renames
 * them; any of them may be a pipe.
 */
export interface ScannedLine extends ChainedLine {
  readonly path: string
  /** In its file, from 1. */
  readonly number: number
}

export const scanAuditLog = (paths: ReadonlyArray<string>): Stream.Stream<ScannedLine, AuditLogFailed> =>
  Stream.unwrap(
    Effect.map(Effect.forEach(paths, open), (files) => {
      const chain = new LogChain()
      return Stream.fromIterable(files.toSorted((a, b) => a.sequence - b.sequence)).pipe(
        Stream.flatMap((file) => scanFile(file, chain))
      )
    })
  )

interface Opened {
  readonly path: string
  readonly file: number
  /** What was read of it to know its first line. */
  readonly head: Uint8Array
  /** Of its first line. */
  readonly sequence: number
}

const open = (path: string): Effect.Effect<Opened, AuditLogFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const file = yield* Effect.acquireRelease(openToRead(path), (file) =>
      Effect.ignore(closeFile(file, path))
    )
    const head = new Uint8Array(HEAD_BYTES)
    let count = 0
    for (let more = -1; more !== 0 && count < HEAD_BYTES && !head.includes(LINE_BREAK); count += more)
      more = yield* readSome(file, path, head.subarray(count))
    const line = decodeLine(head.subarray(0, Math.max(0, head.indexOf(LINE_BREAK))))
    return {
      path,
      file,
      head: head.slice(0, count),
      sequence: typeof line === "string" ? Number.MAX_SAFE_INTEGER : line.event.sequence
    }
  })

/** The line that a file begins with has 300 bytes. */
const HEAD_BYTES = 4_096

const scanFile = (
  { path, file, head }: Opened,
  chain: LogChain
): Stream.Stream<ScannedLine, AuditLogFailed> => {
  const splitter = new LineSplitter()
  const chained = (raws: ReturnType<LineSplitter["push"]>): ReadonlyArray<ScannedLine> =>
    raws.map((raw) => ({ ...chain.next(raw), path, number: raw.number }))
  return Stream.concat(
    Stream.suspend(() => Stream.fromIterable(chained(splitter.push(head)))),
    Stream.paginate(undefined, () => {
      if (splitter.ended) return Effect.succeed([[], Option.none()] as const)
      // A new one each time: lines are views into it.
      const chunk = new Uint8Array(CHUNK_BYTES)
      return Effect.map(
        readSome(file, path, chunk),
        (count) =>
          [
            chained(count === 0 ? splitter.finish() : splitter.push(chunk.subarray(0, count))),
            count === 0 || splitter.ended ? Option.none() : Option.some(undefined)
          ] as const
      )
    })
  )
}

/** 250 lines, which hold the event loop for a millisecond. */
const CHUNK_BYTES = 65_536
const LINE_BREAK = 0x0a
