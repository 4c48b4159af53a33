import { subscribe, unsubscribe } from "node:diagnostics_channel"
import type { Worker } from "node:worker_threads"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { Audit } from "../../src/audit/Audit.ts"
import type { AuditEntry } from "../../src/audit/AuditEvent.ts"
import { Crash, decodeDump, encodeDump, InstanceManager, Munition, Refused } from "../../src/index.ts"
import { ResidentEnded } from "../../supervisors/ResidentEnded.ts"
import { ADD } from "../supervisors/munition.ts"
import { ChartPaths } from "./ChartPaths.ts"
import type { ChartTable } from "./ChartTable.ts"
import type { Deed, FiringPlan, Point } from "./FiringPlan.ts"

/**
 * Plays one firing plan on a Munition of its own, on real threads and the real clock, and looks at what is left.
 *
 * *Returns* everything that the audit was told, and what is `wrong`: an answer that does not come, a failed life
 * whose crash is not told once or whose dump cannot be read, a thread, a fiber, a life that has not ended, and a
 * Munition that does not answer the next firing.
 */
export interface PlayedFiring {
  readonly entries: ReadonlyArray<AuditEntry>
  readonly wrong: ReadonlyArray<string>
}

export const playFiring = (
  plan: FiringPlan,
  tables: ReadonlyMap<string, ChartTable>,
  chance: () => number
): Effect.Effect<PlayedFiring> => Effect.suspend(() => new Play(plan, tables, chance).run)

class Play {
  readonly #plan: FiringPlan
  readonly #paths: ChartPaths
  readonly #entries: Array<AuditEntry> = []
  readonly #wrong: Array<string> = []
  readonly #crashes: Array<Crash> = []
  readonly #threads: Array<{ readonly worker: Worker; ended: boolean }> = []
  readonly #scope = Scope.makeUnsafe()
  readonly #done = new Set<Point>()
  readonly #laterMs: number
  readonly #turns: number
  #caller: { interruptUnsafe: () => void } | undefined
  #closing: Deferred.Deferred<void> | undefined
  #fibers = 0

  constructor(plan: FiringPlan, tables: ReadonlyMap<string, ChartTable>, chance: () => number) {
    this.#plan = plan
    this.#paths = new ChartPaths(tables)
    this.#laterMs = Math.floor(chance() * 40)
    this.#turns = Math.floor(chance() * 4)
  }

  get run(): Effect.Effect<PlayedFiring> {
    const started = (message: unknown) => {
      // The cast: what Node says on this channel.
      const thread = { worker: (message as { readonly worker: Worker }).worker, ended: false }
      this.#threads.push(thread)
      thread.worker.once("exit", () => {
        thread.ended = true
      })
    }
    return Effect.gen({ self: this }, function* () {
      subscribe("worker_threads", started)
      yield* this.#play.pipe(
        Effect.provideService(Metric.FiberRuntimeMetrics, {
          recordFiberStart: () => void this.#fibers++,
          recordFiberEnd: () => void this.#fibers--
        }),
        Effect.provide(Logger.layer([this.#logger]))
      )
      yield* this.#until(() => this.#threads.every(({ ended }) => ended), "a thread is left")
      yield* this.#until(() => this.#fibers === 0, "a fiber is left")
      unsubscribe("worker_threads", started)
      yield* this.#lookAtDumps
      return {
        entries: this.#entries,
        wrong: [
          ...this.#wrong,
          ...this.#paths.wrong,
          ...this.#paths.unended.map((who) => `${who} at the end`)
        ]
      }
    })
  }

  get #play(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const audit = Layer.succeed(Audit, Audit.of({ record: (entry) => this.#record(entry) }))
      const munition = Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provide(audit))
      const context = yield* Layer.buildWithScope(munition, this.#scope)
      const calling = this.#plan.resides ? this.#reside : this.#fire
      const caller = yield* Effect.forkDetach(Effect.provideContext(calling, context))
      this.#caller = caller
      yield* this.#at("forked")
      yield* Effect.forkDetach(Effect.andThen(Effect.sleep(this.#laterMs), this.#at("later")))
      const exit = yield* Effect.timeoutOption(Fiber.await(caller), ANSWER_MS_MAX)
      if (Option.isNone(exit)) this.#wrong.push("it is not answered")
      else this.#look(exit.value)
      yield* this.#at("answered")
      yield* this.#goesOn.pipe(Effect.provideContext(context))
      yield* this.#close
    })
  }

  get #fire(): Effect.Effect<unknown, unknown, InstanceManager> {
    const { wasm, functionName, options } = this.#plan
    return Munition.fire(wasm, functionName, [], { ...options, onCrash: this.#onCrash })
  }

  get #reside(): Effect.Effect<unknown, unknown, InstanceManager> {
    const { wasm, functionName, options } = this.#plan
    return Effect.gen({ self: this }, function* () {
      const manager = yield* InstanceManager
      const resident = yield* manager.reside(wasm, { ...options, onCrash: this.#onCrash })
      yield* this.#at("resided")
      // One whose thread is ended while nobody calls it loses it there, and not in a call.
      if (this.#plan.deeds.some(({ point, deed }) => point === "resided" && deed === "terminate"))
        yield* this.#until(() => this.#threads.every(({ ended }) => ended), "a thread does not end")
      yield* resident.call(functionName)
      yield* this.#at("called")
      yield* resident.call(functionName)
    }).pipe(Effect.scoped)
  }

  /** Whoever fires next is answered, on the same thread or on another one; where all was closed, with a loss. */
  get #goesOn(): Effect.Effect<void, never, InstanceManager> {
    return Effect.gen({ self: this }, function* () {
      const answer = yield* Effect.timeoutOption(
        Effect.exit(Munition.fire(ADD, "add", [40, 2], { onCrash: this.#onCrash })),
        ANSWER_MS_MAX
      )
      if (Option.isNone(answer)) return void this.#wrong.push("the next firing is not answered")
      const exit = answer.value
      if (Exit.isSuccess(exit) ? exit.value.values[0] === 42 : this.#closing !== undefined) return
      this.#wrong.push(`the next firing is answered with ${String(exit)}`)
    })
  }

  readonly #onCrash = (crash: Crash): Effect.Effect<void> =>
    // A caller writes it to a disk, and that takes time.
    Effect.andThen(
      Effect.suspend(() => Effect.andThen(this.#at("crashed"), Effect.sleep(5))),
      Effect.sync(() => void this.#crashes.push(crash))
    )

  readonly #logger = Logger.make(({ message }) => {
    const text = String(message)
    if (text === "start" || text === "main") Effect.runFork(this.#at(text))
  })

  #record(entry: AuditEntry): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (process.env["FAULTS_VERBOSE"] === "2") console.error(entry)
      this.#entries.push(entry)
      this.#paths.add({ ...entry, sequence: this.#entries.length, atMs: 0 })
      if (entry._tag === "Refusal") return Effect.void
      const point = POINTS[entry.to]
      if (point === undefined || this.#done.has(point)) return Effect.void
      // Between what was told and what follows from it there is time for others.
      return Effect.andThen(
        Effect.forkDetach(this.#at(point)),
        Effect.repeat(Effect.yieldNow, { times: this.#turns })
      )
    })
  }

  /** Does what is to be done at a point, the first time that it is come to. */
  #at(point: Point): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#done.has(point)) return Effect.void
      this.#done.add(point)
      return Effect.forEach(
        this.#plan.deeds.filter((one) => one.point === point),
        ({ deed }) => this.#do(deed),
        { discard: true }
      )
    })
  }

  #do(deed: Deed): Effect.Effect<unknown> {
    switch (deed) {
      case "interrupt":
        return Effect.sync(() => this.#caller?.interruptUnsafe())
      case "terminate":
        return Effect.sync(() => {
          for (const { worker } of this.#threads) void worker.terminate()
        })
      case "close":
        return Effect.forkDetach(this.#close, { startImmediately: true })
    }
  }

  get #close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.#closing !== undefined) return Deferred.await(this.#closing)
      const closed = Deferred.makeUnsafe<void>()
      this.#closing = closed
      return Effect.andThen(Scope.close(this.#scope, Exit.void), Deferred.succeed(closed, undefined))
    })
  }

  #look(exit: Exit.Exit<unknown, unknown>): void {
    if (Exit.isSuccess(exit)) return
    for (const reason of exit.cause.reasons) {
      if (reason._tag === "Die") this.#wrong.push(`a defect: ${String(reason.defect)}`)
      if (reason._tag !== "Fail") continue
      const { error } = reason
      if (error instanceof Crash) {
        if (!this.#crashes.includes(error))
          this.#wrong.push(`nobody is told of the crash ${error.reason._tag}`)
      } else if (error instanceof ResidentEnded && this.#plan.resides) {
        // Its crash was told when it came, and nobody was calling.
      } else if (!(error instanceof Refused)) this.#wrong.push(`it fails with ${String(error)}`)
    }
  }

  get #lookAtDumps(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const captured = this.#paths.entered.get("instance captured") ?? 0
      if (captured !== this.#crashes.length)
        this.#wrong.push(`${captured} lives were captured, and ${this.#crashes.length} crashes told`)
      const ran = this.#done.has("start") || this.#done.has("main")
      if (ran && !this.#entries.some(({ _tag }) => _tag === "Step"))
        this.#wrong.push("a guest ran, and the audit tells of no life")
      for (const crash of this.#crashes) {
        const dump = yield* Effect.exit(decodeDump(encodeDump(crash.forensics)))
        if (Exit.isFailure(dump)) this.#wrong.push("a dump cannot be read")
        else if (dump.value.reason._tag !== crash.reason._tag) this.#wrong.push("a dump tells another reason")
      }
    })
  }

  /** Waits until it is so. */
  #until(holds: () => boolean, otherwise: string): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let ms = 0; !holds(); ms += 5) {
        if (ms > ANSWER_MS_MAX) return void this.#wrong.push(otherwise)
        yield* Effect.sleep(5)
      }
    })
  }
}

/** Longer than every bound of a plan, on a machine that has much else to do. */
const ANSWER_MS_MAX = 20_000

const POINTS: Readonly<Record<string, Point>> = { captured: "captured", lost: "lost", ending: "ending" }
