import type { Evidence } from "../outcome/Evidence.ts"
import type { Metadata } from "../outcome/Returned.ts"

/**
 * A module that starts where an initialiser left it, and what is to be known of how it was made.
 *
 * The same module, initialiser, options and host answers give the same bytes.
 */
export interface Snapshot {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly report: SnapshotReport
  /** Of the firing that ran the initialiser. */
  readonly metadata: Metadata
}

/** What a snapshot holds, and what it no longer does. */
export interface SnapshotReport {
  readonly bytesBefore: number
  readonly bytesAfter: number
  readonly memories: ReadonlyArray<{
    readonly memoryIndex: number
    readonly pagesBefore: number
    readonly pages: number
    /** Active segments that make up its contents, and the bytes in them. */
    readonly segments: number
    readonly segmentBytes: number
  }>
  /** Globals and tables whose contents were written anew; the others have the initialisers that they had. */
  readonly globals: ReadonlyArray<number>
  readonly tables: ReadonlyArray<number>
  /** Imports whose answers are part of the state now, and how often each was called. */
  readonly frozen: ReadonlyArray<FrozenImport>
  /** Answers of imports that were not kept, so that nobody knows whose they were. */
  readonly answersNotKept: number
  /** Custom sections that were left out because they would be wrong. */
  readonly sectionsDropped: ReadonlyArray<string>
}

/** An import that answered, or wrote into memory: every instance of a snapshot has the same answers. */
export interface FrozenImport {
  readonly module: string
  readonly name: string
  readonly calls: number
}

/** What is read out of an instance when its initialiser has returned. */
export type CapturedState = Pick<Evidence, "memories" | "globals" | "tables" | "journal">

/** What the written module shall offer. */
export interface SnapshotExports {
  /** Whether the initialiser stays exported. Default false. */
  readonly keepInit?: boolean | undefined
  /** New names of exports, by their old ones; an export that had the new name goes. */
  readonly renameExports?: ReadonlyMap<string, string> | undefined
}
