import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import { nextChildPlace } from "../../../actors/ChildTable.ts"
import { nextSupervisorPlace } from "../../../actors/SupervisorTable.ts"
import { Audit } from "../../../src/audit/Audit.ts"
import type { AuditEntry, AuditTransition } from "../../../src/audit/AuditEvent.ts"
import { childOf } from "../../../supervisors/otp/Child.ts"
import type { ChildSpec } from "../../../supervisors/otp/ChildSpec.ts"

/**
 * A world in which nothing can be left behind unseen: it counts fibers and timers, keeps the audit and the log, and
 * has time only when a test gives it some.
 */
export class World {
  readonly transitions: Array<AuditTransition> = []
  readonly logged: Array<string> = []
  /** What the children did, in order. */
  readonly told: Array<string> = []
  fibers = 0
  timers = 0

  get layer(): Layer.Layer<Audit> {
    const audit = Layer.succeed(Audit, Audit.of({ record: (entry) => Effect.sync(() => this.#keep(entry)) }))
    const clock = Layer.effect(
      Clock.Clock,
      Effect.map(
        TestClock.testClockWith(Effect.succeed),
        (clock): TestClock.TestClock => ({
          ...clock,
          sleep: (duration) =>
            Effect.suspend(() => {
              this.timers += 1
              return Effect.ensuring(
                clock.sleep(duration),
                Effect.sync(() => {
                  this.timers -= 1
                })
              )
            })
        })
      )
    )
    const metrics = Layer.succeed(Metric.FiberRuntimeMetrics, {
      recordFiberStart: () => {
        this.fibers += 1
      },
      recordFiberEnd: () => {
        this.fibers -= 1
      }
    })
    const logger = Logger.layer([Logger.make(({ message }) => void this.logged.push(String(message)))])
    return Layer.mergeAll(audit, metrics, logger, clock.pipe(Layer.provideMerge(TestClock.layer())))
  }

  /** A child that does nothing until it is asked to end, takes that long to, and says what it does. */
  worker(id: string, rest: Omit<ChildSpec, "id" | "start"> = {}, endMs = 0): Worker {
    const crash = { current: Deferred.makeUnsafe<never, string>() }
    const start = childOf(
      Effect.gen({ self: this }, function* () {
        crash.current = Deferred.makeUnsafe()
        this.told.push(`start ${id}`)
        yield* Effect.addFinalizer(() => Effect.sync(() => void this.told.push(`release ${id}`)))
        return Effect.onExit(Deferred.await(crash.current), () =>
          Effect.andThen(
            Effect.sleep(endMs),
            Effect.sync(() => void this.told.push(`end ${id}`))
          )
        )
      })
    )
    return {
      spec: { id, ...rest, start },
      crash: Effect.suspend(() => Deferred.fail(crash.current, "boom"))
    }
  }

  /** What was started and has not been released. */
  get running(): ReadonlyArray<string> {
    const count = (what: string, id: string) => this.told.filter((line) => line === `${what} ${id}`).length
    const ids = new Set(this.told.map((line) => line.split(" ")[1] ?? ""))
    return [...ids].filter((id) => count("start", id) > count("release", id))
  }

  /** The steps that are not on the charts, and those that do not begin where the last one ended. */
  get astray(): ReadonlyArray<string> {
    const places = new Map<string, string>()
    return this.transitions.flatMap(({ chart, id, from, to, why }) => {
      const who = `${chart} ${id}`
      const before = places.get(who)
      places.set(who, to)
      // The casts: what is no place or event of the chart leads nowhere.
      const next =
        why === "START"
          ? to
          : chart === "child"
            ? nextChildPlace(from as "running", why as "EXITED")
            : nextSupervisorPlace(from as "running", why as "CALL")
      const begins = why === "START" ? from === undefined : from === before
      return next === to && begins ? [] : [`${who}: ${from} -> ${to}, ${why}`]
    })
  }

  /** Where each child and supervisor is. */
  get places(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.transitions.map(({ id, to }) => [id, to]))
  }

  #keep(entry: AuditEntry): void {
    if (entry._tag === "Transition") this.transitions.push(entry)
  }
}

export interface Worker {
  readonly spec: ChildSpec
  readonly crash: Effect.Effect<unknown>
}

/** Lets everything happen that needs no time, and what needs as much as this. */
export const rest = (ms = 0): Effect.Effect<void> =>
  Effect.gen(function* () {
    yield* Effect.forkDetach(Effect.sleep(0.001), { startImmediately: true })
    for (let i = 0; i < 30; i += 1) yield* Effect.yieldNow
    yield* TestClock.adjust(ms + 0.001)
    for (let i = 0; i < 30; i += 1) yield* Effect.yieldNow
  })

/** Runs something while time passes until it is done, at most an hour. */
export const whileTimePasses = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkDetach(effect, { startImmediately: true })
    for (let i = 0; fiber.pollUnsafe() === undefined && i < 360; i += 1) {
      yield* rest()
      if (fiber.pollUnsafe() === undefined) yield* TestClock.adjust(i < 300 ? 100 : 60_000)
    }
    if (fiber.pollUnsafe() === undefined) return yield* Effect.die(new Error("it hangs"))
    return yield* Fiber.join(fiber)
  })

/** Runs a test in a world of its own. */
export const inWorld = <A, E>(test: (world: World) => Effect.Effect<A, E, Audit>): Promise<A> => {
  const world = new World()
  return Effect.runPromise(Effect.provide(test(world), world.layer))
}
