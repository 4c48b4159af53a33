import type { MemoryEvidence } from "../outcome/Evidence.ts"
import { isMissing, type Missing } from "../outcome/Missing.ts"
import type { Unsupported } from "../outcome/RefusedReason.ts"
import type { DataSegment, Limits } from "../wasm/Module.ts"
import { sectionOf } from "../wasm/sectionOf.ts"
import { highestOf } from "./CodeFacts.ts"
import { i32, i64 } from "./constants.ts"
import { findRuns, type Run } from "./findRuns.ts"
import { placeSegments } from "./placeSegments.ts"
import { type Prepared, refuse } from "./prepareSnapshot.ts"
import type { SnapshotReport } from "./Snapshot.ts"

/** A module's memories as they are now: how large, and the segments that fill them. */
export interface WrittenMemories {
  readonly limits: ReadonlyArray<Limits>
  readonly segments: ReadonlyArray<DataSegment>
  readonly report: SnapshotReport["memories"]
}

/** No engine takes more (*Source*: WebAssembly JavaScript API, "implementation-defined limits"). */
export const SEGMENTS_MAX = 100_000

export const writeMemories = (
  { module, spaces, facts }: Prepared,
  captured: ReadonlyArray<MemoryEvidence> | Missing,
  segmentsMax: number
): WrittenMemories | Unsupported => {
  if (isMissing(captured)) return refuse(`its memories could not be read: ${captured.why}`)
  const images: Array<Uint8Array> = []
  for (const [memoryIndex, { max }] of spaces.memories.entries()) {
    const memory = captured[memoryIndex]
    const bytes = memory?.bytes
    if (memory === undefined || bytes === undefined)
      return refuse(`its memory ${memoryIndex} was not captured`)
    if (isMissing(bytes)) return refuse(`its memory ${memoryIndex} could not be read: ${bytes.why}`)
    if (bytes.length !== memory.pages * PAGE_BYTES || (max !== undefined && BigInt(memory.pages) > max))
      return refuse(`its memory ${memoryIndex} was captured with ${bytes.length} bytes, which it cannot have`)
    images.push(bytes)
  }
  const old = sectionOf(module, "data")?.segments ?? []
  const isActive = ({ mode }: DataSegment): boolean => mode.kind === "active"
  const kept = old.filter((segment) => !isActive(segment)).length
  const runs = findRuns(images, Math.max(1, Math.min(SEGMENTS_MAX, segmentsMax) - kept))
  const made = runs.map((run) => segmentOf(run, images, spaces.memories))
  const emptied = (segment: DataSegment): DataSegment => ({ ...segment, init: NO_BYTES })
  return {
    limits: spaces.memories.map((limits, i) => ({ ...limits, min: BigInt(captured[i]?.pages ?? 0) })),
    segments: placeSegments(old, isActive, emptied, made, highestOf(facts.dataRead, facts.dataDropped)),
    report: spaces.memories.map(({ min }, memoryIndex) => {
      const own = runs.filter((run) => run.memoryIndex === memoryIndex)
      return {
        memoryIndex,
        pagesBefore: Number(min),
        pages: captured[memoryIndex]?.pages ?? 0,
        segments: own.length,
        segmentBytes: own.reduce((sum, { start, end }) => sum + end - start, 0)
      }
    })
  }
}

const PAGE_BYTES = 65_536
const NO_BYTES = new Uint8Array(0)

const segmentOf = (
  { memoryIndex, start, end }: Run,
  images: ReadonlyArray<Uint8Array>,
  memories: ReadonlyArray<Limits>
): DataSegment => ({
  mode: {
    kind: "active",
    index: memoryIndex === 0 ? undefined : memoryIndex,
    offset: memories[memoryIndex]?.address === "i64" ? i64(BigInt(start)) : i32(start)
  },
  init: images[memoryIndex]?.subarray(start, end) ?? NO_BYTES
})
