import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import { Audit, AuditTrail, type Crash, InstanceManager, Munition } from "../../src/index.ts"
import type { Resident, ResidentOptions } from "../../supervisors/Resident.ts"
import { parseWat } from "../guests/wat.ts"
import { callsHost, localOf, withMunition } from "./munition.ts"

/** Counts its calls in memory; can spin, trap, and write far away. */
const COUNTER = parseWat(
  "counter",
  `(module (memory 1)
    (func (export "next") (result i32)
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) (i32.load (i32.const 8)))
    (func (export "add") (param i32) (result i32)
      (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (local.get 0))) (i32.load (i32.const 8)))
    (func (export "spin") (loop br 0))
    (func (export "trap") unreachable))`
)

const reside = (options: ResidentOptions = {}) =>
  InstanceManager.use((manager) => manager.reside(COUNTER, options))

const next = (resident: Resident) => Effect.map(resident.call("next"), ({ values }) => values[0])

const withResident = <A, E>(
  use: (resident: Resident) => Effect.Effect<A, E, InstanceManager | Scope.Scope>,
  options?: ResidentOptions
) => withMunition(Effect.scoped(Effect.flatMap(reside(options), use)))

describe("a resident guest", () => {
  it("keeps its state from one call to the next", () =>
    withResident((resident) =>
      Effect.gen(function* () {
        expect([yield* next(resident), yield* next(resident), yield* next(resident)]).toEqual([1, 2, 3])
      })
    ))

  it("answers calls that come at once one after the other, in order", () =>
    withResident((resident) =>
      Effect.gen(function* () {
        const all = yield* Effect.all(
          Array.from({ length: 50 }, () => next(resident)),
          { concurrency: "unbounded" }
        )
        expect(all).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
      })
    ))

  it("has fuel of its own for each call, and says what each used", () =>
    withResident(
      (resident) =>
        Effect.gen(function* () {
          const used: Array<number> = []
          for (let i = 0; i < 5; i++) used.push((yield* resident.call("next")).metadata.fuel.used)
          expect(new Set(used).size).toBe(1)
          expect(used[0]).toBeLessThan(20)
        }),
      { fuel: 20 }
    ))

  it("stays as it is when a call is refused", () =>
    withResident((resident) =>
      Effect.gen(function* () {
        expect(yield* next(resident)).toBe(1)
        const unknown = yield* Effect.flip(resident.call("nothing"))
        expect(unknown).toMatchObject({ _tag: "Refused", reason: { _tag: "UnknownFunction" } })
        const wrong = yield* Effect.flip(resident.call("add", ["x"]))
        expect(wrong).toMatchObject({ _tag: "Refused", reason: { _tag: "BadArguments" } })
        expect(yield* next(resident)).toBe(2)
      })
    ))

  it("refuses a call when its mailbox is full, naming the bound", () =>
    withResident(
      (resident) =>
        Effect.gen(function* () {
          for (let i = 0; i < 3; i++) yield* resident.cast("spin", [], { fuel: 9e15, timeout: "20s" })
          const refused = yield* Effect.flip(resident.call("next"))
          expect(refused).toMatchObject({
            _tag: "Refused",
            reason: { _tag: "LimitExceeded", limit: "mailboxMax", bound: 2, value: 3 }
          })
        }),
      { mailboxMax: 2 }
    ))

  it("ends with its crash: who called gets it, who waits gets it, and `ended` tells it", () => {
    const crashes: Array<Crash> = []
    return withResident(
      (resident) =>
        Effect.gen(function* () {
          expect(yield* next(resident)).toBe(1)
          const [trapped, waited] = yield* Effect.all(
            [Effect.flip(resident.call("trap")), Effect.flip(resident.call("next"))],
            { concurrency: "unbounded" }
          )
          expect(trapped).toMatchObject({ _tag: "Crash", reason: { _tag: "Trapped" } })
          expect(waited).toBe(trapped)
          expect(crashes).toEqual([trapped])
          const memories = crashes[0]?.forensics.memories
          const bytes = Array.isArray(memories) ? memories[0]?.bytes : undefined
          expect(bytes?.[8]).toBe(1)
          expect(crashes[0]?.forensics).toMatchObject({ functionName: "trap", fuel: { exactness: "bound" } })
          expect(yield* resident.ended).toMatchObject({ _tag: "Crash" })
          expect(yield* Effect.flip(resident.call("next"))).toMatchObject({ _tag: "ResidentEnded" })
        }),
      { onCrash: (crash) => Effect.sync(() => void crashes.push(crash)) }
    )
  })

  it("is out of fuel, or time, in one call without a hang of those behind it", () =>
    withMunition(
      Effect.gen(function* () {
        for (const [options, tag] of [
          [{ fuel: 1_000 }, "OutOfFuel"],
          [{ fuel: 9e15, timeout: 50 }, "TimedOut"]
        ] as const)
          yield* Effect.scoped(
            Effect.gen(function* () {
              const resident = yield* reside()
              const crash = yield* Effect.flip(resident.call("spin", [], options))
              expect(crash).toMatchObject({ _tag: "Crash", reason: { _tag: tag } })
            })
          )
      })
    ))

  it("goes on when a caller goes away, and a call that had not begun is not made", () =>
    withResident((resident) =>
      Effect.gen(function* () {
        const fibers = yield* Effect.forEach([1, 2, 3], () =>
          Effect.forkChild(resident.call("add", [10]), { startImmediately: true })
        )
        for (const fiber of fibers) yield* Fiber.interrupt(fiber)
        // The first may have begun, the others were taken out.
        expect([1, 11]).toContain(yield* next(resident))
      })
    ))

  it("ends when its scope does, and its thread goes on", () =>
    withMunition(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const resident = yield* Scope.provide(reside(), scope)
        expect(yield* next(resident)).toBe(1)
        yield* Scope.close(scope, Exit.void)
        expect(yield* resident.ended).toMatchObject({ _tag: "Shutdown" })
        expect(yield* Effect.flip(resident.call("next"))).toMatchObject({ _tag: "ResidentEnded" })
        expect((yield* Munition.fire(COUNTER, "next")).values).toEqual([1])
      })
    ))

  it("answers the call that runs when it is asked to go, and is stopped when it is killed", () =>
    withMunition(
      Effect.gen(function* () {
        const asked = yield* reside()
        const slow = yield* Effect.forkChild(
          Effect.exit(asked.call("spin", [], { fuel: 9e15, timeout: 150 })),
          { startImmediately: true }
        )
        while ((yield* asked.waiting) > 0) yield* Effect.sleep(1)
        yield* asked.shutdown
        expect(Exit.isFailure(yield* Fiber.join(slow))).toBe(true)
        expect(yield* asked.ended).toMatchObject({ _tag: "Crash" })
        const killed = yield* reside()
        const stopped = yield* Effect.forkChild(
          Effect.flip(killed.call("spin", [], { fuel: 9e15, timeout: "20s" })),
          { startImmediately: true }
        )
        while ((yield* killed.waiting) > 0) yield* Effect.sleep(1)
        yield* killed.kill
        expect(yield* Fiber.join(stopped)).toMatchObject({ _tag: "Crash", reason: { _tag: "Cancelled" } })
        expect(yield* killed.ended).toMatchObject({ _tag: "Killed" })
      }).pipe(Effect.scoped)
    ))

  it("tells its caller when its thread is lost, also where writing its dump takes time", () => {
    const crashes: Array<Crash> = []
    return withMunition(
      Effect.gen(function* () {
        const manager = yield* InstanceManager
        const resident = yield* manager.reside(callsHost(), {
          hostFunctions: [localOf("exit")],
          capabilities: ["host:f", "log"],
          onCrash: (crash) =>
            Effect.andThen(
              Effect.sleep(20),
              Effect.sync(() => void crashes.push(crash))
            )
        })
        const crash = yield* Effect.flip(resident.call("main")).pipe(Effect.timeout("10 seconds"))
        expect(crash).toMatchObject({ _tag: "Crash", reason: { _tag: "EngineLost" } })
        expect(crashes).toEqual([crash])
        expect(yield* resident.ended).toMatchObject({ _tag: "Crash" })
      }).pipe(Effect.scoped)
    )
  })

  it.each(["trapped", "spinning"])(
    "tells of a start that failed, though nobody waits for it any more: %s",
    (how) => {
      const begun = Deferred.makeUnsafe<void>()
      const crashes: Array<Crash> = []
      const end = how === "trapped" ? "unreachable" : "(loop br 0)"
      const wasm = parseWat(
        how,
        `(module (import "env" "log_info" (func $log (param i32 i32))) (memory 1)
          (func $begin (call $log (i32.const 0) (i32.const 0)) ${end}) (start $begin))`
      )
      const logger = Logger.make(() => void (how === "trapped" || Deferred.doneUnsafe(begun, Exit.void)))
      return withMunition(
        Effect.gen(function* () {
          const manager = yield* InstanceManager
          const residing = manager.reside(wasm, {
            ...{ fuel: 9e15, timeout: "20s", capabilities: ["log"] },
            onCrash: (crash) =>
              Effect.gen(function* () {
                yield* Deferred.succeed(begun, undefined)
                yield* Effect.sleep(20)
                crashes.push(crash)
              })
          })
          const fiber = yield* Effect.forkChild(Effect.provide(Effect.exit(residing), Logger.layer([logger])))
          yield* Deferred.await(begun)
          yield* Fiber.interrupt(fiber)
          expect(crashes.map(({ reason }) => reason._tag)).toEqual([
            how === "trapped" ? "Trapped" : "Cancelled"
          ])
        }).pipe(Effect.scoped)
      )
    }
  )

  it("is refused beyond the bound on resident guests", () =>
    withMunition(
      Effect.scoped(
        Effect.gen(function* () {
          yield* reside()
          yield* reside()
          expect(yield* Effect.flip(reside())).toMatchObject({
            _tag: "Refused",
            reason: { _tag: "LimitExceeded", limit: "residentsMax", bound: 2, value: 3 }
          })
        })
      ),
      { threadsMax: 1, residentsMax: 2 }
    ))

  it("leaves a path of the chart in the audit, whatever becomes of it", async () => {
    const audited = Layer.merge(
      Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provideMerge(Audit.layerRing())),
      Logger.layer([])
    )
    const states = (use: (resident: Resident) => Effect.Effect<unknown, unknown>) =>
      Effect.gen(function* () {
        yield* Effect.exit(Effect.scoped(Effect.flatMap(reside(), use)))
        const { events } = yield* AuditTrail.use((trail) => trail.read)
        return events.flatMap((event) => (event._tag === "Step" ? [event.to] : []))
      }).pipe(Effect.provide(audited), Effect.runPromise)
    const made = ["compiling", "instantiated"]
    expect(await states(() => Effect.void)).toEqual([...made, "cleaned"])
    expect(await states((resident) => Effect.andThen(next(resident), next(resident)))).toEqual([
      ...made,
      "executing",
      "cleaned"
    ])
    expect(await states((resident) => resident.call("trap"))).toEqual([
      ...made,
      "executing",
      "captured",
      "cleaned"
    ])
  })
})
