import { parentPort, workerData } from "node:worker_threads"
import type { FiringReport } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import { loadLocals } from "./loadLocals.ts"
import type { FireMessage, ThreadData, WorkerMessage } from "./messages.ts"
import { noRemote, remoteOverPort } from "./RemoteCalls.ts"
import { runFiring } from "./runFiring.ts"
import { TypeBudget } from "./TypeBudget.ts"
import { V8Engine } from "./V8Engine.ts"

/**
 * The thread that runs guests: fires what it is told, one after the other, and tells what came of it.
 *
 * It imports no Effect (70 ms) and keeps nothing between firings but loaded host modules.
 */
const port = parentPort
if (port !== null) {
  // Only `startThread` starts us.
  const { types } = workerData as ThreadData
  const engine = new V8Engine(new TypeBudget(types))
  const tell = (message: WorkerMessage, moved: ReadonlyArray<ArrayBuffer> = []) =>
    port.postMessage(message, moved)
  port.on("message", async ({ request, remote }: FireMessage) => {
    new FiringCell(request.cell).enter("loading")
    const locals = await loadLocals(request.declarations)
    const report = runFiring(request, {
      engine,
      locals,
      callRemote: (cell, timeLeftMs) =>
        remote === undefined ? noRemote : remoteOverPort(remote, cell, timeLeftMs),
      emitLog: (record) => tell({ kind: "log", record })
    })
    remote?.close()
    tell({ kind: "report", report }, buffersOf(report))
  })
  tell({ kind: "ready" })
}

/** A dump's memories are moved to the caller, not copied again. */
const buffersOf = (report: FiringReport): ReadonlyArray<ArrayBuffer> =>
  report.kind === "failed" && Array.isArray(report.evidence.memories)
    ? report.evidence.memories.flatMap(({ bytes }) =>
        bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []
      )
    : []
