import { MessageChannel, type Worker } from "node:worker_threads"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { LogRecord } from "../host/builtin/log.ts"
import type { RemoteFunction } from "../host/HostFunction.ts"
import { answerRemote } from "./answerRemote.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import { startThread } from "./startThread.ts"
import { WorkerLost } from "./WorkerLost.ts"
import { watchFiring } from "./watchFiring.ts"
import type { FireMessage, WorkerMessage } from "./worker/messages.ts"

/**
 * A thread that runs guests, seen from the caller's side.
 *
 * It fires one request at a time. Two things end a firing early: the caller's interruption, which the guest sees
 * at its next empty slice and answers with its captured state, and the fence, for a thread that does not come
 * back: it is terminated, and what it was doing is lost.
 */
export interface GuestWorker {
  readonly fire: (
    request: Omit<FiringRequest, "cell">,
    caller: FiringCaller
  ) => Effect.Effect<FiringReport, WorkerLost>
  /** Whether it may be given another firing. */
  readonly alive: () => boolean
  readonly threadId: number
}

/** Who answers and listens while a guest runs. */
export interface FiringCaller {
  readonly remotes: ReadonlyArray<RemoteFunction>
  readonly onLog: (record: LogRecord) => Effect.Effect<void>
  /** Told of the report of a firing whose caller was interrupted meanwhile: the evidence must not be lost. */
  readonly onCancelled: (report: FiringReport | WorkerLost) => Effect.Effect<void>
}

/** How long the end of a scope waits for its thread's: one that is inside a native call ends when that returns. */
const TERMINATE_MS_MAX = 2_000

/** Starts a thread, or takes one that {@link startThread} has started ahead; it ends with the scope. */
export const makeGuestWorker = Effect.fnUntraced(function* (started?: Worker) {
  const listening = Effect.sync(() => listen(started ?? startThread()))
  const { worker, state } = yield* Effect.acquireRelease(listening, (thread) =>
    Effect.promise(() => thread.worker.terminate()).pipe(
      Effect.interruptible,
      Effect.timeoutOption(TERMINATE_MS_MAX),
      Effect.interruptible,
      Effect.asVoid
    )
  )
  const fire: GuestWorker["fire"] = (request, caller) =>
    // From the message to the report is one piece: a thread that was sent a request and is then given to somebody
    // else would answer him with it. Only waiting for the report can be interrupted.
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (!state.alive) return yield* Effect.fail(new WorkerLost("the thread had ended before", "idle"))
        const cell = new FiringCell()
        const done = yield* Deferred.make<FiringReport, WorkerLost>()
        const context = yield* Effect.context<never>()
        state.tell = (message) => {
          if (typeof message === "string")
            Deferred.doneUnsafe(done, Exit.fail(new WorkerLost(message, cell.phase, cell.cancelled)))
          else if (message.kind === "log") Effect.runForkWith(context)(caller.onLog(message.record))
          else if (message.kind === "report") Deferred.doneUnsafe(done, Exit.succeed(message.report))
        }
        worker.ref()
        const ports = caller.remotes.length > 0 ? new MessageChannel() : undefined
        const message: FireMessage = {
          kind: "fire",
          request: { ...request, cell: cell.buffer },
          remote: ports?.port2
        }
        // Detached: an Effect of the caller's that cannot be interrupted must not hold up the firing's end.
        const answering = ports && (yield* Effect.forkDetach(answerRemote(ports.port1, cell, caller.remotes)))
        const fence = yield* Effect.forkDetach(
          Effect.flatMap(watchFiring(cell, request), (over) =>
            Effect.sync(() => {
              state.alive = false
              // The answer first: a thread in a native call can take seconds to die.
              Deferred.doneUnsafe(done, Exit.fail(over))
              void worker.terminate()
            })
          )
        )
        const finish = Effect.sync(() => {
          state.tell = undefined
          worker.unref()
          ports?.port1.close()
          fence.interruptUnsafe()
          answering?.interruptUnsafe()
        })
        const cancel = Effect.gen(function* () {
          cell.cancel()
          const exit = yield* Effect.result(Deferred.await(done))
          yield* caller.onCancelled(exit._tag === "Success" ? exit.success : exit.failure)
        })
        return yield* Effect.sync(() => worker.postMessage(message, ports ? [ports.port2] : [])).pipe(
          Effect.andThen(restore(Deferred.await(done)).pipe(Effect.onInterrupt(() => cancel))),
          Effect.ensuring(finish)
        )
      })
    )
  const made: GuestWorker = { fire, alive: () => state.alive, threadId: worker.threadId }
  return made
})

/** Listens from the thread's first moment: in a scope that is closed already it ends at once. */
const listen = (worker: Worker): { readonly worker: Worker; readonly state: State } => {
  // One that ended ahead of us tells nobody any more, but it has no id.
  const state: State = { alive: worker.threadId >= 0, tell: undefined }
  const lost = (cause: string) => {
    state.alive = false
    state.tell?.(cause)
  }
  worker.on("message", (message: WorkerMessage) => state.tell?.(message))
  worker.on("messageerror", (error) => lost(`its message could not be read: ${error.message}`))
  worker.on("error", (error) =>
    lost(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  )
  worker.on("exit", (code) => lost(`the thread ended with ${code}`))
  return { worker, state }
}

interface State {
  alive: boolean
  /** Told what the thread sends, or in a sentence how it ended. */
  tell: ((message: WorkerMessage | string) => void) | undefined
}
