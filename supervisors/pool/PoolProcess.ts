import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Crash } from "../../src/outcome/Crash.ts"
import { Refused } from "../../src/outcome/Refused.ts"
import { BadArguments, PoolSaturated, type RefusedReason } from "../../src/outcome/RefusedReason.ts"
import type { Returned } from "../../src/outcome/Returned.ts"
import type { Value } from "../../src/outcome/Value.ts"
import type { Priority } from "../../src/runtime/worker/RunQueue.ts"
import { type Letter, writeLetter } from "../Letter.ts"
import { ExitKilled, type ExitReason, ExitShutdown } from "../otp/ExitReason.ts"
import { WaitingRoom } from "../WaitingRoom.ts"
import type { Outcome, Pool, PoolCall, PoolCallOptions, PoolLoad } from "./Pool.ts"
import type { PoolModule } from "./PoolModule.ts"
import type { PoolPlan } from "./PoolOptions.ts"

/**
 * A pool on the caller's side: who is let in, and on which module he is fired.
 *
 * A module is let go when it is not the one for new firings any more and nothing runs on it.
 */
export class PoolProcess implements Pool {
  readonly #plan: PoolPlan
  readonly #makeModule: (wasm: Uint8Array) => Effect.Effect<PoolModule, Refused>
  readonly #refuse: (reason: RefusedReason, functionName?: string) => Effect.Effect<never, Refused>
  readonly #room: WaitingRoom
  readonly #end = Deferred.makeUnsafe<ExitReason>()
  #module: PoolModule
  #isOver = false
  /** The most that ran at once since instances were last let go. */
  #peak = 0

  constructor(
    plan: PoolPlan,
    module: PoolModule,
    makeModule: (wasm: Uint8Array) => Effect.Effect<PoolModule, Refused>,
    refuse: (reason: RefusedReason, functionName?: string) => Effect.Effect<never, Refused>
  ) {
    this.#plan = plan
    this.#module = module
    this.#makeModule = makeModule
    this.#refuse = refuse
    this.#room = new WaitingRoom(plan.max)
  }

  get name(): string {
    return this.#plan.name
  }

  get ended(): Effect.Effect<ExitReason> {
    return Deferred.await(this.#end)
  }

  /** What runs finishes; nobody else is let in. */
  get shutdown(): Effect.Effect<void> {
    return this.close(new ExitShutdown())
  }

  get kill(): Effect.Effect<void> {
    return this.close(new ExitKilled())
  }

  get load(): Effect.Effect<PoolLoad> {
    return Effect.sync(() => ({
      running: this.#room.taken,
      waiting: this.#room.waiting,
      freshness: this.#module.freshness,
      moduleHash: this.#module.hash
    }))
  }

  fire(
    functionName: string,
    args: ReadonlyArray<Value> = [],
    options: PoolCallOptions = {}
  ): Effect.Effect<Returned, Crash | Refused> {
    return Effect.suspend((): Effect.Effect<Returned, Crash | Refused> => {
      const letter = writeLetter(this.#plan, functionName, args, options)
      if ("_tag" in letter) return this.#refuse(letter)
      if (this.#isOver) return this.#refuse(this.#ending(), functionName)
      // One piece, from the call to its outcome: nobody else comes to run, so that the room need not know.
      const inline = this.#room.hasPlace ? this.#module.fireInline(letter) : undefined
      if (inline !== undefined) {
        this.#peak = Math.max(this.#peak, 1)
        return inline
      }
      return Effect.flatMap(this.#admit(letter.priority, [letter]), ([outcome]) =>
        outcome instanceof Crash || outcome instanceof Refused
          ? Effect.fail(outcome)
          : outcome === undefined
            ? Effect.die(new Error("a firing has no outcome"))
            : Effect.succeed(outcome)
      )
    })
  }

  fireAll(
    calls: ReadonlyArray<PoolCall>,
    { priority = this.#plan.priority }: Pick<PoolCallOptions, "priority"> = {}
  ): Effect.Effect<ReadonlyArray<Outcome>> {
    const fire = (batch: Batch) =>
      this.#admit(priority, batch.letters).pipe(
        Effect.catch((refused) => Effect.succeed(batch.letters.map((): Outcome => refused))),
        Effect.map((outcomes) => batch.positions.map((position, i) => [position, outcomes[i]] as const))
      )
    return Effect.gen({ self: this }, function* () {
      const outcomes: Array<Outcome | undefined> = calls.map(() => undefined)
      const batches = new Batches(calls.length, this.#plan.max)
      for (const [position, { functionName, args = [], ...options }] of calls.entries()) {
        const letter = writeLetter(this.#plan, functionName, args, { ...options, priority })
        if ("_tag" in letter) outcomes[position] = yield* Effect.flip(this.#refuse(letter))
        else batches.add(position, letter)
      }
      const done = yield* Effect.forEach(batches.all, fire, { concurrency: "unbounded" })
      for (const [position, outcome] of done.flat()) outcomes[position] = outcome
      return outcomes.filter((outcome) => outcome !== undefined)
    })
  }

  replace(wasm: Uint8Array): Effect.Effect<void, Refused> {
    return Effect.flatMap(this.#makeModule(wasm), (next) =>
      Effect.suspend(() => {
        const last = this.#module
        this.#module = next
        return last.retire
      })
    )
  }

  /** Lets go of instances that were not needed since the last time. */
  get trim(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { min } = this.#plan
      const most = Math.max(min, this.#peak)
      this.#peak = this.#room.taken
      return this.#module.trim(min, most)
    })
  }

  close(reason: ExitReason): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#isOver) return Effect.void
      this.#isOver = true
      return Effect.andThen(
        this.#module.retire,
        Effect.sync(() => void Deferred.doneUnsafe(this.#end, Exit.succeed(reason)))
      )
    })
  }

  #admit(priority: Priority, letters: ReadonlyArray<Letter>): Effect.Effect<ReadonlyArray<Outcome>, Refused> {
    return Effect.suspend(() => {
      const room = this.#room
      const { waitingMax, waitMsMax } = this.#plan
      if (!room.hasPlace && room.waiting >= waitingMax) return this.#refuse(this.#saturated(0))
      const use = Effect.suspend(() => {
        if (this.#isOver) return this.#refuse(this.#ending())
        this.#peak = Math.max(this.#peak, room.taken)
        return this.#module.fireAll(letters, priority)
      })
      return room.use(priority, use, {
        ms: waitMsMax,
        over: Effect.suspend(() => this.#refuse(this.#saturated(waitMsMax)))
      })
    })
  }

  #saturated(waitedMs: number): PoolSaturated {
    const { name, max, waitingMax } = this.#plan
    return new PoolSaturated(name, max, this.#room.waiting, waitingMax, waitedMs)
  }

  #ending(): BadArguments {
    return new BadArguments("pool", "one that has not ended", this.name)
  }
}

interface Batch {
  readonly letters: Array<Letter>
  readonly positions: Array<number>
}

/** Calls in as many messages as keep all threads busy to the end, and are not lost all at once. */
class Batches {
  readonly all: Array<Batch> = []
  readonly #size: number

  constructor(calls: number, instancesMax: number) {
    this.#size = Math.max(
      1,
      Math.min(BATCH_CALLS_MAX, Math.ceil(calls / Math.min(instancesMax, BATCHES_MIN)))
    )
  }

  add(position: number, letter: Letter): void {
    let last = this.all.at(-1)
    if (last === undefined || last.letters.length >= this.#size) {
      last = { letters: [], positions: [] }
      this.all.push(last)
    }
    last.letters.push(letter)
    last.positions.push(position)
  }
}

/** A thread makes 20,000 calls a second: as many as take some milliseconds. */
const BATCH_CALLS_MAX = 256
/** More than there are threads on most machines, so that one that is done early gets another. */
const BATCHES_MIN = 16
