import { EventEmitter } from "node:events"
import type { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { expect, it } from "vitest"
import { makeGuestWorker } from "../../src/runtime/makeGuestWorker.ts"
import { SchedulerCell } from "../../src/runtime/SchedulerCell.ts"
import type { SchedulerMessage } from "../../src/runtime/worker/messages.ts"
import { requestFor } from "./fireHere.ts"

/** A thread that reports of every guest that it has been made when it is told to hurry, and keeps what it is told. */
class LateThread extends EventEmitter {
  readonly threadId = 1
  readonly told: Array<SchedulerMessage> = []

  postMessage(message: SchedulerMessage): void {
    this.told.push(message)
    if (message.kind === "hurry")
      setImmediate(() => this.emit("message", { kind: "report", firing: message.firing, report: STARTED }))
  }

  ref(): void {}
  unref(): void {}

  async terminate(): Promise<void> {
    this.emit("exit", 1)
  }
}

const STARTED = { kind: "started", compiled: undefined }

it("tells a guest to leave that was made before it heard that nobody waits for it any more", () =>
  Effect.gen(function* () {
    const thread = new LateThread()
    // The cast: it does what is asked of a thread here.
    const worker = yield* makeGuestWorker({ worker: thread as unknown as Worker, cell: new SchedulerCell() })
    const residing = worker.reside(requestFor("(module)"), {
      remotes: [],
      onLog: () => Effect.void,
      onCancelled: () => Effect.void
    })
    const fiber = yield* Effect.forkChild(Effect.scoped(residing), { startImmediately: true })
    yield* Fiber.interrupt(fiber)
    expect(thread.told).toMatchObject([
      { kind: "fire", firing: 1 },
      { kind: "hurry", firing: 1 },
      { kind: "leave", resident: 1 }
    ])
  }).pipe(Effect.scoped, Effect.runPromise))
