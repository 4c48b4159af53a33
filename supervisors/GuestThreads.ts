import { availableParallelism } from "node:os"
import type { Worker } from "node:worker_threads"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { type GuestWorker, makeGuestWorker } from "../src/runtime/GuestWorker.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"

/**
 * The threads that run guests: as many as there are cores, each started when it is first needed, each lent to
 * one firing at a time.
 *
 * One that died or was terminated is not lent again; its place is free for a new one. Whoever waits for a
 * thread is interruptible, and is served in order.
 */
export interface GuestThreads {
  /** Runs `use` with a thread of its own. */
  readonly lend: <A, E, R>(use: (worker: GuestWorker) => Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export interface GuestThreadsOptions {
  /** Default: the cores of the machine, at most {@link THREADS_DEFAULT_MAX}. */
  readonly threadsMax?: number | undefined
  /** A thread that was started ahead, with `startThread`: the first firing gets it. */
  readonly started?: Worker | undefined
}

/** A thread takes about 7 MB before it runs anything. */
export const THREADS_DEFAULT_MAX = 16

export const makeGuestThreads = (
  options: GuestThreadsOptions = {}
): Effect.Effect<GuestThreads, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const threadsMax = options.threadsMax ?? Math.min(availableParallelism(), THREADS_DEFAULT_MAX)
    const places = yield* Semaphore.make(threadsMax)
    const idle: Array<Lent> = []
    const start = (started?: Worker): Effect.Effect<Lent> =>
      Effect.gen(function* () {
        const own = yield* Scope.fork(scope)
        const worker = yield* Scope.provide(makeGuestWorker(started), own)
        return { worker, own }
      })
    if (options.started !== undefined) idle.push(yield* start(options.started))
    const take: Effect.Effect<Lent> = Effect.suspend(() => {
      const lent = idle.pop()
      if (lent === undefined) return scope.state._tag === "Closed" ? Effect.succeed(ENDED) : start()
      return lent.worker.alive() ? Effect.succeed(lent) : Effect.andThen(close(lent), take)
    })
    const giveBack = (lent: Lent): Effect.Effect<void> =>
      lent.worker.alive() ? Effect.sync(() => void idle.push(lent)) : close(lent)
    return {
      lend: (use) => places.withPermit(Effect.acquireUseRelease(take, ({ worker }) => use(worker), giveBack))
    }
  })

/** What whoever still waits gets when everything was shut down: no thread is started for him. */
const ENDED: Lent = {
  worker: {
    fire: () => Effect.fail(new WorkerLost("the threads were shut down", "idle")),
    alive: () => false,
    threadId: -1
  },
  own: Scope.makeUnsafe()
}

interface Lent {
  readonly worker: GuestWorker
  readonly own: Scope.Closeable
}

/** Not waited for: a thread in a loop of bulk operations takes seconds to die, and nobody needs it any more. */
const close = ({ own }: Lent): Effect.Effect<void> =>
  Effect.asVoid(Effect.forkDetach(Scope.close(own, Exit.void)))
