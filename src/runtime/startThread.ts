import { type MessagePort, Worker } from "node:worker_threads"
import { giveRowBack, memoriesOfProcess, takeRow } from "./memoriesOfProcess.ts"
import { SchedulerCell } from "./SchedulerCell.ts"
import { typesOfProcess } from "./typesOfProcess.ts"
import type { WorkerLost } from "./WorkerLost.ts"
import type { SchedulerMessage, ThreadData, WorkerMessage } from "./worker/messages.ts"

/**
 * Starts a thread that can run guests, and nothing else: it does not keep the process alive.
 *
 * Apart from `GuestWorker.ts`, which makes one usable, because it needs no Effect: whoever is in a hurry starts the
 * thread first and loads the rest while it comes up.
 *
 * @param heapMbMax megabytes of its JavaScript heap, guests' memories apart
 */
export const startThread = (heapMbMax = HEAP_MB_DEFAULT): StartedThread => {
  const cell = new SchedulerCell()
  const row = takeRow()
  const worker = new Worker(new URL(`./worker/main.${EXTENSION}`, import.meta.url), {
    name: "munition guests",
    // A guest must not read the daemon's environment or arguments through a host module's mistake.
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    workerData: {
      types: typesOfProcess,
      memories: memoriesOfProcess.buffer,
      row,
      cell: cell.buffer
    } satisfies ThreadData,
    resourceLimits: {
      maxYoungGenerationSizeMb: YOUNG_MB_MAX,
      maxOldGenerationSizeMb: heapMbMax
    }
  })
  worker.once("exit", () => giveRowBack(row))
  worker.unref()
  return { worker, cell }
}

export interface StartedThread {
  readonly worker: Worker
  readonly cell: SchedulerCell
}

/** What stands in for a thread, where there is a process between the caller and it. */
export interface StartedChild {
  readonly worker: RelayedThread
  readonly cell: SchedulerCell
}

/** A thread that is reached over something else than shared memory; told and heard as one. */
export interface RelayedThread extends Pick<Worker, "ref" | "unref" | "threadId"> {
  readonly postMessage: (message: SchedulerMessage, moved: ReadonlyArray<MessagePort>) => void
  readonly terminate: () => Promise<unknown>
  /** Calls `onMessage` with what the thread tells, and `onLost` once, with why there is nothing behind it any more. */
  readonly listen: (onMessage: (message: RelayedMessage) => void, onLost: (cause: string) => void) => void
}

/** What a relayed thread tells: as a thread, or that a firing is lost though it goes on itself. */
export type RelayedMessage =
  | WorkerMessage
  | { readonly kind: "lost"; readonly firing: number; readonly lost: WorkerLost }

/**
 * Decoding and metering a module of 64 MiB takes about 600 MB. V8's own bound is four times this, and the more there
 * may be the longer it lets garbage lie: 10,000 resident guests that were called in turn had 110 MB of it more.
 */
export const HEAP_MB_DEFAULT = 1_024
export const HEAP_MB_MIN = 32
export const HEAP_MB_MAX = 2 ** 16

/**
 * What a firing leaves behind is small and dies at once, so a small nursery does: V8's own grows to three times as
 * much a thread and never shrinks. Compiling 45 MB takes the same time with it.
 */
const YOUNG_MB_MAX = 12

const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js"
