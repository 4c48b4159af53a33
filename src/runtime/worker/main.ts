import { parentPort, workerData } from "node:worker_threads"
import { SchedulerCell } from "../SchedulerCell.ts"
import { GuestHouse } from "./GuestHouse.ts"
import type { SchedulerMessage, ThreadData } from "./messages.ts"

/** The thread that runs guests: does what it is told and tells what came of it. It imports no Effect (70 ms). */
const port = parentPort
if (port !== null) {
  // Only `startThread` starts us.
  const { types, cell } = workerData as ThreadData
  const house = new GuestHouse(new SchedulerCell(cell), types, (message, moved) =>
    port.postMessage(message, moved)
  )
  port.on("message", (message: SchedulerMessage) => house.receive(message))
  port.postMessage({ kind: "ready" })
}
