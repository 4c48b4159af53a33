import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Audit } from "../src/audit/Audit.ts"
import { makeGuestWorker } from "../src/runtime/makeGuestWorker.ts"
import { type StartedChild, type StartedThread, startThread } from "../src/runtime/startThread.ts"
import { SchedulerLife } from "./SchedulerLife.ts"
import type { SchedulersOptions } from "./SchedulersOptions.ts"

/**
 * The threads, or processes, that there are: each started when it is first needed, and replaced when the next one is
 * needed and it has died.
 */
export interface SchedulerSet {
  readonly running: ReadonlyArray<SchedulerLife>
  /** The least loaded one, or a new one while all have something to do; `undefined` when the scope has ended. */
  readonly takeFor: (load: (life: SchedulerLife) => number) => Effect.Effect<SchedulerLife | undefined>
  /** Gives one something to do: counted, told, and let go where it died of it. */
  readonly give: <A, E>(life: SchedulerLife, work: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Ends one in order. A thread that idles collects nothing: what many guests have left goes with it. */
  readonly retire: (life: SchedulerLife) => Effect.Effect<void>
}

export const makeSchedulerSet = (
  options: SchedulersOptions,
  { threadsMax, heapMbMax }: { readonly threadsMax: number; readonly heapMbMax: number }
): Effect.Effect<SchedulerSet, never, Scope.Scope | Audit> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const audit = yield* Audit
    const running: Array<SchedulerLife> = []
    let numbered = 0
    const isProcess = options.isolation === "process"
    const startOne = isProcess ? yield* childStarter(options, heapMbMax) : () => startThread(heapMbMax)

    const start = (started?: StartedThread | StartedChild): Effect.Effect<SchedulerLife> =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(scope)
        const worker = yield* Scope.provide(makeGuestWorker(started ?? startOne()), own)
        const life = new SchedulerLife(String(numbered++), worker, own, audit)
        running.push(life)
        yield* life.start
        // It may die when it has nothing to do, and then nobody else would notice.
        yield* Effect.forkIn(
          Effect.andThen(
            worker.lost,
            Effect.suspend(() => close(life))
          ),
          scope
        )
        return life
      })
    yield* Effect.addFinalizer(() =>
      // The threads have ended by now: their scopes were made after this one.
      Effect.forEach(running, (life) => life.stop, { discard: true })
    )
    const { started: ahead } = options
    if (ahead !== undefined)
      yield* !isProcess ? start(ahead) : Effect.sync(() => void ahead.worker.terminate())

    /** The least loaded one, or a new one while all have something to do. */
    const takeFor = (load: (life: SchedulerLife) => number): Effect.Effect<SchedulerLife | undefined> =>
      Effect.suspend(() => {
        const alive = running.filter(({ worker }) => worker.alive())
        let least = alive[0]
        for (const life of alive) if (least === undefined || load(life) < load(least)) least = life
        if (least !== undefined && (load(least) === 0 || alive.length >= threadsMax))
          return Effect.succeed(least)
        if (scope.state._tag === "Closed") return Effect.succeed(undefined)
        return start()
      })

    /** Takes a scheduler out, and walks it to the end of its chart as `told`. */
    const letGo = (life: SchedulerLife, told: Effect.Effect<void>): Effect.Effect<void> =>
      Effect.suspend(() => {
        const at = running.indexOf(life)
        if (at < 0) return Effect.void
        running.splice(at, 1)
        // Not waited for: a thread in a loop of bulk operations takes seconds to die, and nobody needs it any more.
        return Effect.uninterruptible(
          Effect.andThen(told, Effect.forkDetach(Scope.close(life.own, Exit.void)))
        )
      })
    const close = (life: SchedulerLife) => letGo(life, life.lose)
    /** A thread that idles collects nothing: what many guests have left goes with it. */
    const retire = (life: SchedulerLife) => letGo(life, life.stop)

    const give: SchedulerSet["give"] = (life, work) =>
      life.give.pipe(
        Effect.andThen(work),
        Effect.ensuring(Effect.suspend(() => (life.worker.alive() ? life.take : close(life))))
      )
    return { running, takeFor, give, retire }
  })

/** Loaded when it is asked for: who runs threads should not wait for it. */
const childStarter = (options: SchedulersOptions, heapMbMax: number): Effect.Effect<() => StartedChild> =>
  Effect.map(
    Effect.promise(() => import("../src/runtime/startChild.ts")),
    ({ startChild }) =>
      () =>
        startChild(options, heapMbMax)
  )
