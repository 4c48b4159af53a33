import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Audit } from "../src/audit/Audit.ts"
import { Refused } from "../src/outcome/Refused.ts"
import type { FiringReport, FiringRequest } from "../src/runtime/Firing.ts"
import type { FiringCaller, ResidentGuest } from "../src/runtime/GuestWorker.ts"
import { makeGuestWorker } from "../src/runtime/makeGuestWorker.ts"
import { type StartedChild, type StartedThread, startThread } from "../src/runtime/startThread.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { Priority } from "../src/runtime/worker/RunQueue.ts"
import { SchedulerLife } from "./SchedulerLife.ts"
import { planSchedulers, type SchedulersOptions } from "./SchedulersOptions.ts"
import { WaitingRoom } from "./WaitingRoom.ts"

/**
 * The schedulers: threads that run guests, as many as there are cores, each started when it is first needed.
 *
 * ```
 *   fire ─▶ waiting room ─▶ the least loaded scheduler ─▶ report
 *            (bounded, by priority)   └─ lost before it had begun ─▶ another one
 * ```
 * Where the engine can suspend guests, a scheduler runs up to `guestsMax` of them in turns; elsewhere
 * one at a time. One that died or was terminated is replaced when the next one is needed.
 */
export interface Schedulers {
  readonly fire: (
    request: Omit<FiringRequest, "cell">,
    caller: FiringCaller,
    priority?: Priority
  ) => Effect.Effect<FiringReport, WorkerLost | QueueFull>
  /** Makes a guest that stays, where the fewest do. */
  readonly reside: (
    request: Omit<FiringRequest, "cell" | "goal">,
    caller: FiringCaller
  ) => Effect.Effect<ResidentGuest, WorkerLost | ResidentsFull, Scope.Scope>
  /** Firings that wait, for each scheduler how many it runs, and how many guests reside. */
  readonly load: Effect.Effect<{
    readonly waiting: number
    readonly running: ReadonlyArray<number>
    readonly residents: number
  }>
}

/** There are as many resident guests as there may be. */
export class ResidentsFull {
  readonly _tag = "ResidentsFull"
  readonly bound: number
  constructor(bound: number) {
    this.bound = bound
  }
}

/** Nobody may wait any more: there are `waiting` firings before this one. */
export class QueueFull {
  readonly _tag = "QueueFull"
  readonly bound: number
  readonly waiting: number
  constructor(bound: number, waiting: number) {
    this.bound = bound
    this.waiting = waiting
  }
}

export const makeSchedulers = (
  options: SchedulersOptions = {}
): Effect.Effect<Schedulers, never, Scope.Scope | Audit> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const audit = yield* Audit
    const plan = planSchedulers(options)
    // Whoever builds the layer has made a mistake, and nobody who fires can do anything about it.
    if ("_tag" in plan) return yield* Effect.die(new Refused(plan))
    const { threadsMax, guestsMax, waitingMax, residentsMax, heapMbMax } = plan
    const running: Array<SchedulerLife> = []
    let numbered = 0
    let arriving = 0
    const isProcess = options.isolation === "process"
    const startOne = isProcess ? yield* childStarter(options, heapMbMax) : () => startThread(heapMbMax)
    const room = new WaitingRoom(threadsMax * guestsMax)

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

    const fireOn = (
      life: SchedulerLife,
      ...[request, caller, priority]: Parameters<Schedulers["fire"]>
    ): Effect.Effect<FiringReport, WorkerLost> =>
      life.give.pipe(
        Effect.andThen(life.worker.fire(request, caller, priority)),
        Effect.ensuring(Effect.suspend(() => (life.worker.alive() ? life.take : close(life))))
      )

    const fire: Schedulers["fire"] = (request, caller, priority = "normal") => {
      const once: Effect.Effect<FiringReport, WorkerLost> = Effect.flatMap(
        takeFor(({ worker }) => worker.load()),
        (life) => (life === undefined ? Effect.fail(ENDED) : fireOn(life, request, caller, priority))
      )
      const again = (times: number): Effect.Effect<FiringReport, WorkerLost> =>
        Effect.catch(once, (lost) =>
          lost.repeatable && !lost.cancelled && times < GIVEN_MAX ? again(times + 1) : Effect.fail(lost)
        )
      return Effect.suspend((): Effect.Effect<FiringReport, WorkerLost | QueueFull> => {
        if (!room.hasPlace && room.waiting >= waitingMax)
          return Effect.fail(new QueueFull(waitingMax, room.waiting))
        return room.use(priority, again(1))
      })
    }
    const countResidents = () => running.reduce((sum, { residents }) => sum + residents, 0)
    const reside: Schedulers["reside"] = (request, caller) =>
      Effect.gen(function* () {
        if (countResidents() + arriving >= residentsMax)
          return yield* Effect.fail(new ResidentsFull(residentsMax))
        arriving++
        const life = yield* Effect.ensuring(
          takeFor((one) => one.residents),
          Effect.sync(() => void arriving--)
        )
        if (life === undefined) return yield* Effect.fail(ENDED)
        yield* Effect.acquireRelease(
          Effect.sync(() => void life.residents++),
          () =>
            Effect.suspend(() => {
              life.residents--
              life.left++
              return life.left >= LEFT_MAX && life.residents === 0 && life.given === 0
                ? retire(life)
                : Effect.void
            })
        )
        return yield* life.worker.reside(request, caller)
      })
    return {
      fire,
      reside,
      load: Effect.sync(() => ({
        waiting: room.waiting,
        running: running.map(({ given }) => given),
        residents: countResidents()
      }))
    }
  })

/** Loaded when it is asked for: who runs threads should not wait for it. */
const childStarter = (options: SchedulersOptions, heapMbMax: number): Effect.Effect<() => StartedChild> =>
  Effect.map(
    Effect.promise(() => import("../src/runtime/startChild.ts")),
    ({ startChild }) =>
      () =>
        startChild(options, heapMbMax)
  )

const ENDED = new WorkerLost("the schedulers were shut down", "idle")

/** Resident guests that a thread may have had when the last of them leaves, until it is ended. */
const LEFT_MAX = 100

/** How often a firing is given to another scheduler, when those that it waited for were lost. */
const GIVEN_MAX = 5
