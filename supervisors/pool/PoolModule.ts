import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { logToEffect } from "../../src/host/logToEffect.ts"
import type { Crash } from "../../src/outcome/Crash.ts"
import type { Refused } from "../../src/outcome/Refused.ts"
import type { Returned } from "../../src/outcome/Returned.ts"
import type { InlineRack } from "../../src/runtime/makeInlineRack.ts"
import type { PooledReport, Unfit } from "../../src/runtime/PooledCall.ts"
import { WorkerLost } from "../../src/runtime/WorkerLost.ts"
import type { Priority } from "../../src/runtime/worker/RunQueue.ts"
import type { Freshness } from "../../src/wasm/freshness.ts"
import type { Job } from "../Concluder.ts"
import { concludePooled } from "../concludeFiring.ts"
import type { Letter } from "../Letter.ts"
import type { ThreadsPool } from "../Schedulers.ts"
import { ReturnedTally } from "../Telemetry.ts"
import { fireBatch } from "./fireBatch.ts"
import { outcomeOf } from "./outcomeOf.ts"
import type { Outcome } from "./Pool.ts"
import type { CompiledModule, PoolHouse } from "./PoolHouse.ts"
import type { PoolPlan } from "./PoolOptions.ts"
import { quarantine } from "./quarantine.ts"

/**
 * A module of a pool and its instances, for as long as new firings get it or older ones run on it.
 *
 * Where an instance cannot be put back, or was found not to be what it was, each firing gets one of its own.
 */
export class PoolModule {
  readonly #module: CompiledModule
  readonly #plan: PoolPlan
  readonly #house: PoolHouse
  readonly instances: InlineRack | ThreadsPool
  #freshness: Freshness
  #last: { readonly identity: Job["identity"]; readonly results: ReadonlyArray<string> }
  readonly #tally = new ReturnedTally()
  /** Whose metrics are counted. */
  readonly #context: Context.Context<never>
  #running = 0
  #isRetired = false

  constructor(
    module: CompiledModule,
    plan: PoolPlan,
    house: PoolHouse,
    instances: InlineRack | ThreadsPool,
    freshness: Freshness,
    context: Context.Context<never>
  ) {
    this.#context = context
    this.#module = module
    this.#plan = plan
    this.#house = house
    this.instances = instances
    this.#freshness = freshness
    this.#last = { identity: { functionName: "", moduleHash: module.hash }, results: [] }
  }

  get hash(): string {
    return this.#module.hash
  }

  get freshness(): Freshness {
    return this.#freshness
  }

  get plan(): PoolPlan {
    return this.#plan
  }

  get house(): PoolHouse {
    return this.#house
  }

  /** Fires on this thread, at once. *Returns* `undefined` where that is not how this pool fires. */
  fireInline(letter: Letter): Effect.Effect<Returned, Crash | Refused> | undefined {
    const { instances } = this
    if (!("takeLines" in instances) || this.#freshness.way === "new") return undefined
    const report = instances.fire(letter)
    const unfit = instances.unfit()
    if (report === undefined)
      return Effect.andThen(this.giveUp(unfit), this.#house.fireNew(this.jobOf(letter)))
    const lines = instances.takeLines()
    const told = this.conclude(report, letter)
    if (lines.length === 0 && unfit === undefined)
      // What has happened is told, whoever does not wait for it any more.
      return this.#house.concluder.meterNow === undefined ? Effect.uninterruptible(told) : told
    const { functionName } = letter
    const about = { pool: this.#plan.name, function: functionName }
    return Effect.forEach(lines, (line) => logToEffect(line, about), { discard: true }).pipe(
      Effect.andThen(told),
      Effect.ensuring(this.giveUp(unfit)),
      Effect.uninterruptible
    )
  }

  /** What a call's report amounts to, recorded. */
  conclude(report: PooledReport | WorkerLost, letter: Letter): Effect.Effect<Returned, Crash | Refused> {
    const { concluder } = this.#house
    if (report instanceof WorkerLost || report.kind !== "returned")
      return concluder.conclude(this.jobOf(letter), report)
    const { functionName, fuel } = letter
    const { nondeterminism } = this.#module.compiled
    const returned = concludePooled(report, fuel, this.#resultsOf(functionName), nondeterminism)
    const { identity } = this.#last
    if (concluder.meterNow === undefined)
      return Effect.as(concluder.record(this.jobOf(letter), returned), returned)
    // At once, and not as Effects: those would cost as much again as a small guest and all that is done for it.
    this.#tally.add(returned.metadata, this.#context)
    concluder.meterNow(identity, returned.metadata.fuel.used)
    return Effect.succeed(returned)
  }

  /** Mostly it is one function that is fired. */
  #resultsOf(functionName: string): ReadonlyArray<string> {
    if (this.#last.identity.functionName !== functionName) {
      const { exports } = this.#module.compiled
      const results = exports.find(({ name }) => name === functionName)?.results ?? []
      this.#last = { identity: { functionName, moduleHash: this.hash }, results }
    }
    return this.#last.results
  }

  /** Fires wherever this pool fires. */
  fireAll(letters: ReadonlyArray<Letter>, priority: Priority): Effect.Effect<ReadonlyArray<Outcome>> {
    return Effect.suspend(() => {
      this.#running++
      const { instances } = this
      const each = (letter: Letter) => this.fireInline(letter) ?? this.#house.fireNew(this.jobOf(letter))
      const fired =
        "takeLines" in instances || this.#freshness.way === "new"
          ? Effect.forEach(letters, (letter) => outcomeOf(each(letter)))
          : fireBatch(this, instances, letters, priority)
      return Effect.ensuring(
        fired,
        Effect.suspend(() => {
          this.#running--
          return this.#isRetired ? this.#letGo : Effect.void
        })
      )
    })
  }

  jobOf({ functionName, args, fuel, timeoutMs }: Letter): Job {
    const { hash, key, bytes, compiled } = this.#module
    return {
      ...{ key, bytes, compiled, args },
      plan: { ...this.#plan, fuel, timeoutMs },
      identity: { functionName, moduleHash: hash },
      counted: "firing",
      instanceId: this.#house.nextId(),
      beganMs: performance.now()
    }
  }

  /** From now on each firing gets an instance of its own. */
  giveUp(unfit: Unfit | undefined): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (unfit === undefined || this.#freshness.way === "new") return Effect.void
      this.#freshness = { way: "new", why: unfit.why }
      return unfit.differs === undefined ? Effect.void : quarantine(this, unfit.why, unfit.differs)
    })
  }

  trim(least: number, most: number): Effect.Effect<void> {
    const { instances } = this
    return Effect.suspend(() => {
      this.#tally.flush(this.#context)
      return "takeLines" in instances
        ? Effect.sync(() => instances.trim(least, most))
        : instances.trim(least, most)
    })
  }

  /** New firings get another module, or none. */
  get retire(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#isRetired = true
      return this.#letGo
    })
  }

  get #letGo(): Effect.Effect<void> {
    if (this.#running > 0) return Effect.void
    const { instances } = this
    return Effect.andThen(this.trim(0, 0), "takeLines" in instances ? Effect.void : instances.close)
  }
}
