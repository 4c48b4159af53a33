import type { MessagePort } from "node:worker_threads"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { LogRecord } from "../host/builtin/log.ts"
import type { RemoteFunction } from "../host/HostFunction.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import { InFlight, type Pending } from "./InFlight.ts"
import { Remote } from "./Remote.ts"
import { SentModules } from "./SentModules.ts"
import { type StartedThread, startThread } from "./startThread.ts"
import { WorkerLost } from "./WorkerLost.ts"
import type { SchedulerMessage, WorkerMessage } from "./worker/messages.ts"
import type { ResidentCall } from "./worker/Resident.ts"
import type { Priority } from "./worker/RunQueue.ts"

/**
 * A thread that runs guests, seen from the caller's side.
 *
 * It takes as many firings as it is given; where guests can be suspended they share the thread, elsewhere they run
 * one after the other. Two things end a firing early: the caller's interruption, which the guest sees at its next
 * empty slice and answers with its captured state, and the fence, for a thread that does not come back: it is
 * terminated, and what it was doing is lost.
 */
export interface GuestWorker {
  readonly fire: (
    request: Omit<FiringRequest, "cell">,
    caller: FiringCaller,
    priority?: Priority
  ) => Effect.Effect<FiringReport, WorkerLost>
  /**
   * Makes a guest that stays until the scope ends or it fails; the request's function is not called.
   *
   * *Returns* a report of the kind `started`, or why there is none.
   */
  readonly reside: (
    request: Omit<FiringRequest, "cell" | "goal">,
    caller: FiringCaller
  ) => Effect.Effect<ResidentGuest, WorkerLost, Scope.Scope>
  /** Succeeds when the thread is no more. */
  readonly lost: Effect.Effect<WorkerLost>
  /** Whether it may be given another firing. */
  readonly alive: () => boolean
  /** Whether it was terminated because it did not come back. */
  readonly silent: () => boolean
  /** Firings that it has not reported. */
  readonly load: () => number
  readonly threadId: number
}

/** A guest that resides on a thread. */
export interface ResidentGuest {
  readonly report: FiringReport
  /** Tells when its thread is no more, and it with it. *Returns* what makes it tell nobody. */
  readonly whenLost: (tell: (lost: WorkerLost) => void) => () => void
  /** One call at a time. After a report of the kind `failed` there is no guest any more. */
  readonly call: (
    asked: Omit<ResidentCall, "cell">,
    priority: Priority,
    caller: Omit<FiringCaller, "remotes">
  ) => Effect.Effect<FiringReport, WorkerLost>
}

/** Who answers and listens while a guest runs. */
export interface FiringCaller {
  readonly remotes: ReadonlyArray<RemoteFunction>
  readonly onLog: (record: LogRecord) => Effect.Effect<void>
  /** Told of the report of a firing whose caller was interrupted meanwhile: the evidence must not be lost. */
  readonly onCancelled: (report: FiringReport | WorkerLost) => Effect.Effect<void>
  /** Told of every other end at once: who is interrupted on the way from here to the caller has it still. */
  readonly onEnd?: (end: FiringReport | WorkerLost) => void
}

/** How long the end of a scope waits for its thread's: one that is inside a native call ends when that returns. */
const TERMINATE_MS_MAX = 2_000
/** How often the fence looks. */
const WATCH_MS = 25

/** Starts a thread, or takes one that {@link startThread} has started ahead; it ends with the scope. */
export const makeGuestWorker = Effect.fnUntraced(function* (started?: StartedThread) {
  const listening = Effect.sync(() => listen(started ?? startThread()))
  const {
    worker,
    cell: scheduler,
    state,
    inFlight
  } = yield* Effect.acquireRelease(listening, (thread) =>
    Effect.promise(() => thread.worker.terminate()).pipe(
      Effect.interruptible,
      Effect.timeoutOption(TERMINATE_MS_MAX),
      Effect.interruptible,
      Effect.asVoid
    )
  )
  const post = (message: SchedulerMessage, moved: ReadonlyArray<MessagePort> = []) => {
    scheduler.announce()
    worker.postMessage(message, moved)
  }
  const sent = new SentModules()
  /** One for all firings, for as long as there are any. */
  const watch = Effect.gen(function* () {
    while (inFlight.size > 0) {
      yield* Effect.sleep(WATCH_MS)
      const guilty = inFlight.overdue()
      if (guilty === undefined) continue
      state.alive = false
      state.silent = true
      // The answers first: a thread in a native call can take seconds to die.
      inFlight.lose(guilty.lost.cause, guilty)
      mourn(state, guilty.lost.cause)
      void worker.terminate()
    }
    state.watched = false
  })
  /** From the message to the report is one piece. Only waiting for the report can be interrupted. */
  const ask = (
    make: (firing: number, cell: FiringCell) => readonly [SchedulerMessage, ReadonlyArray<MessagePort>],
    request: Pending["request"],
    caller: Omit<FiringCaller, "remotes">
  ): Effect.Effect<Told, WorkerLost> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        if (!state.alive) return yield* Effect.fail(ENDED_BEFORE)
        const cell = new FiringCell()
        const done = yield* Deferred.make<FiringReport, WorkerLost>()
        const context = yield* Effect.context<never>()
        const pending: Pending = {
          cell,
          request,
          cancelledMs: undefined,
          log: (record) => void Effect.runForkWith(context)(caller.onLog(record)),
          settle: (end) =>
            void Deferred.doneUnsafe(done, end instanceof WorkerLost ? Exit.fail(end) : Exit.succeed(end))
        }
        const firing = inFlight.add(pending)
        worker.ref()
        if (!state.watched) {
          state.watched = true
          yield* Effect.forkDetach(watch)
        }
        const cancel = Effect.gen(function* () {
          cell.cancel()
          pending.cancelledMs = performance.now()
          post({ kind: "hurry", firing })
          const exit = yield* Effect.result(Deferred.await(done))
          yield* caller.onCancelled(exit._tag === "Success" ? exit.success : exit.failure)
        })
        const finish = Effect.sync(() => {
          if (inFlight.size === 0) worker.unref()
        })
        return yield* Effect.sync(() => post(...make(firing, cell))).pipe(
          Effect.andThen(restore(Deferred.await(done)).pipe(Effect.onInterrupt(() => cancel))),
          Effect.tap((report) => Effect.sync(() => caller.onEnd?.(report))),
          Effect.tapError((lost) => Effect.sync(() => caller.onEnd?.(lost))),
          Effect.map((report) => ({ firing, report })),
          Effect.ensuring(finish)
        )
      })
    )

  const fire: GuestWorker["fire"] = (request, caller, priority = "normal") =>
    Effect.suspend(() => {
      const remote = new Remote(caller.remotes)
      return Effect.map(
        ask(
          (firing, cell) => {
            remote.cell = cell
            const { ports } = remote
            return [
              {
                kind: "fire",
                firing,
                priority,
                request: { ...request, compiled: undefined, cell: cell.buffer },
                module: request.compiled && sent.message(request.compiled),
                remote: ports[0]
              },
              ports
            ]
          },
          request,
          caller
        ).pipe((asking) => remote.answering(asking)),
        ({ report }) => report
      )
    })

  const reside: GuestWorker["reside"] = Effect.fnUntraced(function* (request, caller) {
    const remote = new Remote(caller.remotes)
    const scope = yield* Effect.scope
    if (caller.remotes.length > 0) yield* remote.answerIn(scope)
    let resident = 0
    const leave = Effect.sync(() => {
      if (state.alive) post({ kind: "leave", resident })
    })
    const { report } = yield* ask(
      (firing, cell) => {
        resident = firing
        remote.cell = cell
        const { ports } = remote
        const asked = { ...request, compiled: undefined, goal: "reside" as const, cell: cell.buffer }
        const module = request.compiled && sent.message(request.compiled)
        return [{ kind: "fire", firing, priority: "normal", request: asked, module, remote: ports[0] }, ports]
      },
      request,
      {
        onLog: caller.onLog,
        // It was made before it heard that nobody wants it any more.
        onCancelled: (end) =>
          Effect.andThen(
            end instanceof WorkerLost || end.kind !== "started" ? Effect.void : leave,
            caller.onCancelled(end)
          )
      }
    )
    if (report.kind === "started") yield* Scope.addFinalizer(scope, leave)
    const call: ResidentGuest["call"] = (asked, priority, caller) =>
      Effect.map(
        ask(
          (firing, cell) => {
            remote.cell = cell
            return [{ kind: "call", firing, priority, resident, call: { ...asked, cell: cell.buffer } }, []]
          },
          { policy: request.policy, timeoutMs: asked.timeoutMs },
          caller
        ),
        ({ report }) => report
      )
    const whenLost: ResidentGuest["whenLost"] = (tell) => {
      state.mourners.add(tell)
      return () => void state.mourners.delete(tell)
    }
    return { report, call, whenLost }
  })

  const made: GuestWorker = {
    fire,
    reside,
    alive: () => state.alive,
    silent: () => state.silent,
    load: () => inFlight.size,
    lost: Deferred.await(state.lost),
    threadId: worker.threadId
  }
  return made
})

const ENDED_BEFORE = new WorkerLost("the thread had ended before", "idle", false, undefined, true)

interface Told {
  readonly firing: number
  readonly report: FiringReport
}

/** Listens from the thread's first moment: in a scope that is closed already it ends at once. */
const listen = ({ worker, cell }: StartedThread): StartedThread & Listening => {
  // One that ended ahead of us tells nobody any more, but it has no id.
  const state: State = {
    alive: worker.threadId >= 0,
    silent: false,
    watched: false,
    lost: Deferred.makeUnsafe(),
    mourners: new Set()
  }
  const inFlight = new InFlight(cell)
  const lost = (cause: string) => {
    state.alive = false
    inFlight.lose(cause)
    mourn(state, cause)
  }
  worker.on("message", (message: WorkerMessage) => {
    if (message.kind === "log") inFlight.log(message.firing, message.record)
    else if (message.kind === "report") inFlight.report(message.firing, message.report)
  })
  worker.on("messageerror", (error) => lost(`its message could not be read: ${error.message}`))
  worker.on("error", (error) =>
    lost(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  )
  worker.on("exit", (code) => lost(`the thread ended with ${code}`))
  return { worker, cell, state, inFlight }
}

/** Tells all who must know that the thread is no more; the second time, nobody is left. */
const mourn = ({ lost, mourners }: State, cause: string): void => {
  const loss = new WorkerLost(cause, "idle")
  Deferred.doneUnsafe(lost, Exit.succeed(loss))
  for (const tell of mourners) tell(loss)
  mourners.clear()
}

interface Listening {
  readonly state: State
  readonly inFlight: InFlight
}

interface State {
  alive: boolean
  silent: boolean
  readonly lost: Deferred.Deferred<WorkerLost>
  readonly mourners: Set<(lost: WorkerLost) => void>
  /** Whether the fence looks from time to time. */
  watched: boolean
}
