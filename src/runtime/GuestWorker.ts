import { MessageChannel, type Worker } from "node:worker_threads"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type { LogRecord } from "../host/builtin/log.ts"
import type { RemoteFunction } from "../host/HostFunction.ts"
import { answerRemote } from "./answerRemote.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import { startThread } from "./startThread.ts"
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

/** The thread died, or was terminated because it did not come back. */
export class WorkerLost {
  readonly _tag = "WorkerLost"
  readonly cause: string
  /** What the firing was doing: `compiling` counts against the module, everything else against the engine. */
  readonly phase: FiringCell["phase"]
  /** Whether it was terminated for taking longer than `compileMsMax`. */
  readonly compileMs: number | undefined
  constructor(cause: string, phase: FiringCell["phase"], compileMs?: number) {
    this.cause = cause
    this.phase = phase
    this.compileMs = compileMs
  }
}

/**
 * How long after its deadline a thread may be silent before it is terminated. Metered code stops within a slice,
 * about a millisecond; this is for what is not metered: a host function that hangs, or V8 itself.
 */
export const FENCE_MS = 500
/** How long a capture may take: 4 GiB at half a gigabyte a second. */
const CAPTURE_MS_MAX = 10_000
const FENCE_STEP_MS = 25

/** Starts a thread, or takes one that {@link startThread} has started ahead; it ends with the scope. */
export const makeGuestWorker = Effect.fnUntraced(function* (started?: Worker) {
  const worker = yield* Effect.acquireRelease(
    Effect.sync(() => started ?? startThread()),
    (thread) => Effect.promise(() => thread.terminate())
  )
  const state: { alive: boolean; tell: ((message: WorkerMessage | WorkerLost) => void) | undefined } = {
    // One that ended ahead of us tells nobody any more, but it has no id.
    alive: worker.threadId >= 0,
    tell: undefined
  }
  const lost = (cause: string) => {
    state.alive = false
    state.tell?.(new WorkerLost(cause, "idle"))
  }
  worker.on("message", (message: WorkerMessage) => state.tell?.(message))
  worker.on("messageerror", (error) => lost(`its message could not be read: ${error.message}`))
  worker.on("error", (error) =>
    lost(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  )
  worker.on("exit", (code) => lost(`the thread ended with ${code}`))

  const fire: GuestWorker["fire"] = (request, caller) =>
    Effect.gen(function* () {
      const cell = new FiringCell()
      const done = yield* Deferred.make<FiringReport, WorkerLost>()
      const context = yield* Effect.context<never>()
      state.tell = (message) => {
        if (message instanceof WorkerLost)
          Deferred.doneUnsafe(done, Exit.fail(new WorkerLost(message.cause, cell.phase, message.compileMs)))
        else if (message.kind === "log") Effect.runForkWith(context)(caller.onLog(message.record))
        else if (message.kind === "report") Deferred.doneUnsafe(done, Exit.succeed(message.report))
      }
      if (!state.alive) return yield* Effect.fail(new WorkerLost("the thread had ended before", "idle"))
      worker.ref()
      const ports = caller.remotes.length > 0 ? new MessageChannel() : undefined
      const message: FireMessage = {
        kind: "fire",
        request: { ...request, cell: cell.buffer },
        remote: ports?.port2
      }
      worker.postMessage(message, ports === undefined ? [] : [ports.port2])
      const answering =
        ports === undefined
          ? undefined
          : yield* Effect.forkChild(answerRemote(ports.port1, cell, caller.remotes))
      const fence = yield* Effect.forkChild(
        watch(cell, request, () => worker.terminate(), state),
        {
          startImmediately: true
        }
      )
      const finish = Effect.gen(function* () {
        state.tell = undefined
        worker.unref()
        ports?.port1.close()
        yield* Fiber.interrupt(fence)
        if (answering !== undefined) yield* Fiber.interrupt(answering)
      })
      const cancel = Effect.gen(function* () {
        cell.cancel()
        const exit = yield* Effect.exit(Deferred.await(done))
        if (Exit.isSuccess(exit)) yield* caller.onCancelled(exit.value)
        else yield* caller.onCancelled(new WorkerLost("terminated while it was being cancelled", cell.phase))
      })
      return yield* Deferred.await(done).pipe(
        Effect.onInterrupt(() => cancel),
        Effect.ensuring(finish)
      )
    })
  const made: GuestWorker = { fire, alive: () => state.alive, threadId: worker.threadId }
  return made
})

/** The fence: looks at the cell from time to time and terminates a thread that is over its time. */
const watch = (
  cell: FiringCell,
  request: Omit<FiringRequest, "cell">,
  terminate: () => Promise<number>,
  state: { alive: boolean; tell: ((message: WorkerLost) => void) | undefined }
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const kill = (cause: string, compileMs?: number) =>
      Effect.gen(function* () {
        state.alive = false
        const tell = state.tell
        // The answer first: a thread in a loop of bulk operations can take seconds to die.
        tell?.(new WorkerLost(cause, cell.phase, compileMs))
        yield* Effect.forkDetach(Effect.promise(terminate))
      })
    const cancelledMs = { since: 0 }
    for (;;) {
      const { phase, phaseMs } = cell
      const most =
        phase === "compiling"
          ? request.policy.compileMsMax
          : phase === "capturing"
            ? CAPTURE_MS_MAX
            : request.timeoutMs + FENCE_MS
      if (cell.cancelled && cancelledMs.since === 0) cancelledMs.since = performance.now()
      const overdue =
        cell.cancelled && phase === "executing" && performance.now() - cancelledMs.since > FENCE_MS
      if (phase !== "idle" && phase !== "done" && (phaseMs > most || overdue)) {
        if (phase === "compiling")
          return yield* kill(`compiling took longer than ${most} ms`, Math.round(phaseMs))
        return yield* kill(`it did not come back ${FENCE_MS} ms after it should have stopped`)
      }
      const left = phase === "idle" ? FENCE_STEP_MS : most - phaseMs
      yield* Effect.sleep(
        Math.max(FENCE_STEP_MS, Math.min(left, cell.cancelled ? FENCE_STEP_MS : FENCE_SLEEP_MS))
      )
    }
  })

/** The fence's longest sleep: short enough to see a phase that has changed meanwhile. */
const FENCE_SLEEP_MS = 250
