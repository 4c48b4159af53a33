import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Audit } from "../src/audit/Audit.ts"
import { Refused } from "../src/outcome/Refused.ts"
import type { FiringReport, FiringRequest } from "../src/runtime/Firing.ts"
import {
  type FiringCaller,
  PoolLost,
  type ResidentGuest,
  type WorkerPool
} from "../src/runtime/GuestWorker.ts"
import { memoriesOfProcess } from "../src/runtime/memoriesOfProcess.ts"
import type { PoolBounds } from "../src/runtime/PooledCall.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { Priority } from "../src/runtime/worker/RunQueue.ts"
import type { SchedulerLife } from "./SchedulerLife.ts"
import { makeSchedulerSet } from "./SchedulerSet.ts"
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
  /** Opens a pool on each thread that it is fired on. */
  readonly openPool: (request: Omit<FiringRequest, "cell" | "goal">, bounds: PoolBounds) => ThreadsPool
  /** Firings that wait, for each scheduler how many it runs, and how many guests reside. */
  readonly load: Effect.Effect<{
    readonly waiting: number
    readonly running: ReadonlyArray<number>
    readonly residents: number
    /** WebAssembly memories of the process, and 64 KiB pages of them that are committed. */
    readonly memories: number
    readonly pages: number
  }>
}

/** A pool on all threads. */
export interface ThreadsPool {
  /** Makes calls on the thread that has least to do: `WorkerPool.fire`. */
  readonly fire: WorkerPool["fire"]
  /** Lets there be no fewer and no more idle instances, of all threads that it was fired on. */
  readonly trim: (least: number, most: number) => Effect.Effect<void>
  readonly close: Effect.Effect<void>
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
    const plan = planSchedulers(options)
    // Whoever builds the layer has made a mistake, and nobody who fires can do anything about it.
    if ("_tag" in plan) return yield* Effect.die(new Refused(plan))
    const { threadsMax, guestsMax, waitingMax, residentsMax } = plan
    memoriesOfProcess.bound(plan.memoriesMax, plan.memoryMbMax * PAGES_OF_MB)
    const { running, takeFor, give, retire } = yield* makeSchedulerSet(options, plan)
    let arriving = 0
    const room = new WaitingRoom(threadsMax * guestsMax)

    const fire: Schedulers["fire"] = (request, caller, priority = "normal") => {
      const once: Effect.Effect<FiringReport, WorkerLost> = Effect.flatMap(
        takeFor(({ worker }) => worker.load()),
        (life) =>
          life === undefined ? Effect.fail(ENDED) : give(life, life.worker.fire(request, caller, priority))
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
    const openPool: Schedulers["openPool"] = (request, { verifyEvery, idleMax }) => {
      const bounds = { verifyEvery, idleMax: Math.ceil(idleMax / threadsMax) }
      const opened = new Map<SchedulerLife, WorkerPool>()
      const poolOn = (life: SchedulerLife): WorkerPool => {
        const known = opened.get(life)
        if (known !== undefined) return known
        for (const one of opened.keys()) if (!one.worker.alive()) opened.delete(one)
        const pool = life.worker.openPool(request, bounds)
        opened.set(life, pool)
        return pool
      }
      const all = (say: (pool: WorkerPool) => void) =>
        Effect.sync(() => {
          for (const pool of opened.values()) say(pool)
        })
      return {
        fire: (calls, priority, caller) =>
          room.use(
            priority,
            Effect.flatMap(
              takeFor(({ worker }) => worker.load()),
              (life) =>
                life === undefined
                  ? Effect.fail(new PoolLost(ENDED, 0))
                  : give(life, poolOn(life).fire(calls, priority, caller))
            )
          ),
        trim: (least, most) => {
          const share = () => Math.max(1, opened.size)
          const first =
            least > 0 && opened.size === 0
              ? Effect.map(
                  takeFor(({ worker }) => worker.load()),
                  (life) => void (life === undefined || poolOn(life))
                )
              : Effect.void
          return Effect.andThen(
            first,
            all((pool) => pool.trim(Math.ceil(least / share()), Math.ceil(most / share())))
          )
        },
        close: Effect.andThen(
          all((pool) => pool.close()),
          Effect.sync(() => opened.clear())
        )
      }
    }
    return {
      fire,
      reside,
      openPool,
      load: Effect.sync(() => ({
        waiting: room.waiting,
        running: running.map(({ given }) => given),
        residents: countResidents(),
        ...memoriesOfProcess.held
      }))
    }
  })

const ENDED = new WorkerLost("the schedulers were shut down", "idle")

/** Resident guests that a thread may have had when the last of them leaves, until it is ended. */
const LEFT_MAX = 100

/** How often a firing is given to another scheduler, when those that it waited for were lost. */
const GIVEN_MAX = 5

const PAGES_OF_MB = 16
