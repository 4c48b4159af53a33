import type { MessagePort } from "node:worker_threads"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Compiled } from "./Compiled.ts"
import type { FiringReport, FiringRequest } from "./Firing.ts"
import { FiringCell } from "./FiringCell.ts"
import type { GuestWorker, ResidentGuest } from "./GuestWorker.ts"
import { Inbox } from "./Inbox.ts"
import { type Guilty, InFlight, type Pending } from "./InFlight.ts"
import { type Ask, openPoolOn } from "./openPoolOn.ts"
import { Remote } from "./Remote.ts"
import { SentModules } from "./SentModules.ts"
import { type RelayedMessage, type StartedChild, type StartedThread, startThread } from "./startThread.ts"
import { WorkerLost } from "./WorkerLost.ts"
import type { ModuleMessage, SchedulerMessage } from "./worker/messages.ts"
import type { Priority } from "./worker/RunQueue.ts"

/** How long the end of a scope waits for its thread's: one that is inside a native call ends when that returns. */
const TERMINATE_MS_MAX = 2_000
/** How often the fence looks. */
const WATCH_MS = 25
/** How late it may look before it doubts itself. */
const HELD_UP_MS = 250

/** Starts a thread, or takes one that was started ahead, maybe in a process of its own; it ends with the scope. */
export const makeGuestWorker = Effect.fnUntraced(function* (started?: StartedThread | StartedChild) {
  const listening = Effect.sync(() => listen(started ?? startThread()))
  const {
    worker,
    cell: scheduler,
    state,
    inFlight,
    end
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
  const sent = new SentModules<Compiled>()
  // A process cannot be sent a compiled module: it keeps those that it has compiled.
  const share = (compiled: Compiled | undefined): ModuleMessage | undefined => {
    if (compiled === undefined || "listen" in worker) return undefined
    const { number, isNew, forget } = sent.send(compiled, compiled.meteredBytes)
    return { number, compiled: isNew ? compiled : undefined, forget }
  }
  /** One for all firings, for as long as there are any. */
  const watch = Effect.gen(function* () {
    let heldUp = false
    while (inFlight.size > 0) {
      const lookedMs = performance.now()
      yield* Effect.sleep(WATCH_MS)
      // What a child has told while this thread was held up is read after the timers: once, it is waited for.
      heldUp = !heldUp && performance.now() - lookedMs > HELD_UP_MS
      if (heldUp) continue
      const guilty = inFlight.overdue()
      if (guilty === undefined) continue
      state.silent = true
      // The answers first: a thread in a native call can take seconds to die.
      end(guilty.lost.cause, guilty)
      void worker.terminate()
    }
    state.watched = false
  })
  /** From the message to the report is one piece. Only waiting for the report can be interrupted. */
  const ask: Ask = (make, request, caller) =>
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
          part: (part) => caller.onPart?.(part),
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

  /** The message with which an instance begins. */
  const begin =
    (remote: Remote, request: Omit<FiringRequest, "cell">, priority: Priority): Parameters<Ask>[0] =>
    (firing, cell) => {
      remote.cell = cell
      const { ports } = remote
      const asked = { ...request, compiled: undefined, cell: cell.buffer }
      const module = share(request.compiled)
      return [{ kind: "fire", firing, priority, request: asked, module, remote: ports[0] }, ports]
    }

  const fire: GuestWorker["fire"] = (request, caller, priority = "normal") =>
    Effect.suspend(() => {
      const remote = new Remote(caller.remotes)
      return Effect.map(
        ask(begin(remote, request, priority), request, caller).pipe((asking) => remote.answering(asking)),
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
        return begin(remote, { ...request, goal: "reside" }, "normal")(firing, cell)
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

  let pools = 0
  const openPool: GuestWorker["openPool"] = (request, bounds) =>
    openPoolOn(
      { ask, share, post: (message) => void (state.alive && post(message)) },
      ++pools,
      request,
      bounds
    )

  const made: GuestWorker = {
    fire,
    reside,
    openPool,
    alive: () => state.alive,
    silent: () => state.silent,
    load: () => inFlight.size,
    lost: Deferred.await(state.lost),
    threadId: worker.threadId
  }
  return made
})

const ENDED_BEFORE = new WorkerLost("the thread had ended before", "idle", false, undefined, true)

/** Listens from the thread's first moment: in a scope that is closed already it ends at once. */
const listen = (started: StartedThread | StartedChild): (StartedThread | StartedChild) & Listening => {
  const { worker, cell } = started
  // One that ended ahead of us tells nobody any more, but it has no id.
  const state: State = {
    alive: worker.threadId >= 0,
    silent: false,
    watched: false,
    lost: Deferred.makeUnsafe(),
    mourners: new Set()
  }
  const inFlight = new InFlight(cell)
  /** It is no more, and all who must know are told; the second time, nobody is left. */
  const end = (cause: string, guilty?: Guilty) => {
    state.alive = false
    // What it has told before counts, whoever had not come to hear of it.
    inbox.flush()
    inFlight.lose(cause, guilty)
    const loss = new WorkerLost(cause, "idle")
    Deferred.doneUnsafe(state.lost, Exit.succeed(loss))
    for (const tell of state.mourners) tell(loss)
    state.mourners.clear()
  }
  const lost = (cause: string) => end(cause)
  const hear = (message: RelayedMessage) => {
    if (message.kind === "log") inFlight.log(message.firing, message.record)
    else if (message.kind === "part") inFlight.part(message.firing, message.part)
    else if (message.kind === "report") inFlight.report(message.firing, message.report)
    else if (message.kind === "lost") inFlight.report(message.firing, message.lost)
  }
  const inbox = new Inbox(hear)
  if ("listen" in worker) {
    worker.listen(inbox.push, lost)
    return { ...started, state, inFlight, end }
  }
  worker.on("message", inbox.push)
  worker.on("messageerror", (error) => lost(`its message could not be read: ${error.message}`))
  worker.on("error", (error) =>
    lost(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  )
  worker.on("exit", (code) => lost(`the thread ended with ${code}`))
  return { ...started, state, inFlight, end }
}

interface Listening {
  readonly state: State
  readonly inFlight: InFlight
  readonly end: (cause: string, guilty?: Guilty) => void
}

interface State {
  alive: boolean
  silent: boolean
  readonly lost: Deferred.Deferred<WorkerLost>
  readonly mourners: Set<(lost: WorkerLost) => void>
  /** Whether the fence looks from time to time. */
  watched: boolean
}
