import { parentPort, workerData } from "node:worker_threads"
import type { FiringReport } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import { SchedulerCell } from "../SchedulerCell.ts"
import { jspi } from "./jspi.ts"
import { loadLocals } from "./loadLocals.ts"
import type { FireMessage, SchedulerMessage, ThreadData, WorkerMessage } from "./messages.ts"
import { askOverPort, noRemote, remoteOverPort } from "./RemoteCalls.ts"
import { runInTurns } from "./runFiring.ts"
import { type Guest, Scheduler } from "./Scheduler.ts"
import { TypeBudget } from "./TypeBudget.ts"
import { V8Engine } from "./V8Engine.ts"

/**
 * The thread that runs guests: fires what it is told, in turns, and tells what came of it.
 *
 * It imports no Effect (70 ms) and keeps nothing between firings but loaded host modules.
 */
const port = parentPort
if (port !== null) {
  // Only `startThread` starts us.
  const data = workerData as ThreadData
  const engine = new V8Engine(new TypeBudget(data.types))
  const scheduler = new Scheduler(new SchedulerCell(data.cell))
  const tell = (message: WorkerMessage, moved: ReadonlyArray<ArrayBuffer> = []) =>
    port.postMessage(message, moved)

  const fire = async ({ firing, request, remote }: FireMessage, guest: Guest): Promise<void> => {
    const cell = new FiringCell(request.cell)
    guest.isCancelled = () => cell.cancelled
    cell.enter("loading")
    const needsLoading = request.declarations.some(({ kind }) => kind === "local")
    const loading = loadLocals(request.declarations)
    const locals = await (needsLoading ? guest.away(loading) : loading)
    const report = await runInTurns(request, {
      engine,
      locals,
      callRemote: (_, timeLeftMs) =>
        remote === undefined ? noRemote : remoteOverPort(remote, cell, timeLeftMs),
      askRemote:
        remote === undefined || jspi === undefined
          ? undefined
          : askOverPort(remote, guest.stopped, guest.away),
      emitLog: (record) => tell({ kind: "log", firing, record }),
      turns: guest
    })
    remote?.close()
    tell({ kind: "report", firing, report }, buffersOf(report))
  }

  port.on("message", (message: SchedulerMessage) => {
    scheduler.receive()
    if (message.kind === "hurry") scheduler.hurry(message.firing)
    else scheduler.run(message.firing, message.priority, (guest) => fire(message, guest))
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
