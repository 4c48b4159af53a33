import { Worker } from "node:worker_threads"
import { SchedulerCell } from "./SchedulerCell.ts"
import { typesOfProcess } from "./typesOfProcess.ts"
import type { ThreadData } from "./worker/messages.ts"

/**
 * Starts a thread that can run guests, and nothing else: it does not keep the process alive.
 *
 * Apart from `GuestWorker.ts`, which makes one usable, because it needs no Effect: whoever is in a hurry starts the
 * thread first and loads the rest while it comes up.
 */
export const startThread = (): StartedThread => {
  const cell = new SchedulerCell()
  const worker = new Worker(new URL(`./worker/main.${EXTENSION}`, import.meta.url), {
    name: "munition guests",
    // A guest must not read the daemon's environment or arguments through a host module's mistake.
    env: {},
    argv: [],
    execArgv: [],
    stdin: false,
    workerData: { types: typesOfProcess, cell: cell.buffer } satisfies ThreadData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB_MAX }
  })
  worker.unref()
  return { worker, cell }
}

export interface StartedThread {
  readonly worker: Worker
  readonly cell: SchedulerCell
}

/**
 * What a firing leaves behind is small and dies at once, so a small nursery does: V8's own grows to three times as
 * much a thread and never shrinks. Compiling 45 MB takes the same time with it.
 */
const YOUNG_MB_MAX = 12

const EXTENSION = import.meta.url.endsWith(".ts") ? "ts" : "js"
