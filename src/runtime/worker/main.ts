import { parentPort, workerData } from "node:worker_threads"
import { MemoryLedger } from "../MemoryLedger.ts"
import { SchedulerCell } from "../SchedulerCell.ts"
import { GuestHouse } from "./GuestHouse.ts"
import { HeldMemories } from "./HeldMemories.ts"
import type { SchedulerMessage, ThreadData } from "./messages.ts"
import { TypeBudget } from "./TypeBudget.ts"
import { V8Engine } from "./V8Engine.ts"

/** The thread that runs guests: does what it is told and tells what came of it. It imports no Effect (70 ms). */
const port = parentPort
if (port !== null) {
  // Only `startThread` starts us.
  const { types, memories, row, cell } = workerData as ThreadData
  const engine = new V8Engine(new TypeBudget(types), new HeldMemories(new MemoryLedger(memories, row)))
  const house = new GuestHouse(new SchedulerCell(cell), engine, (message, moved) =>
    port.postMessage(message, moved)
  )
  port.on("message", (message: SchedulerMessage) => house.receive(message))
  port.postMessage({ kind: "ready" })
}
