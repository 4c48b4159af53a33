import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Audit } from "../../../src/audit/Audit.ts"
import { type Child, childOf, IGNORE } from "../../../supervisors/otp/Child.ts"
import type { ChildSpec } from "../../../supervisors/otp/ChildSpec.ts"
import { ExitNormal } from "../../../supervisors/otp/ExitReason.ts"
import { KILL_MS } from "../../../supervisors/otp/SupervisedChild.ts"
import { Supervisor } from "../../../supervisors/otp/Supervisor.ts"
import type { SupervisorFlags } from "../../../supervisors/otp/SupervisorFlags.ts"
import { inWorld, rest, type World, whileTimePasses } from "./harness.ts"

/** A supervisor in a scope of the test's own. */
const open = (flags: SupervisorFlags, specs: ReadonlyArray<ChildSpec<Child, Audit>> = []) =>
  Effect.gen(function* () {
    const scope = Scope.makeUnsafe()
    const supervisor = yield* Effect.provideService(Supervisor.make(flags, specs), Scope.Scope, scope)
    return { supervisor, close: whileTimePasses(Scope.close(scope, Exit.void)) }
  })

const nothingLeft = (world: World, fibersBefore: number): void => {
  expect(world.running).toEqual([])
  expect(world.timers).toBe(0)
  expect(world.fibers).toBe(fibersBefore)
  expect(world.astray).toEqual([])
}

describe("a supervisor", () => {
  it("is a layer whose end stops the children in the reverse of the order in which they started", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const specs = ["a", "b", "c"].map((id) => world.worker(id).spec)
        const all = yield* Effect.provide(
          Supervisor.use(({ whichChildren }) => whichChildren),
          Supervisor.layer({}, specs)
        )
        expect(all.map(({ id }) => id)).toEqual(["a", "b", "c"])
        expect(world.told).toEqual([
          ...["start a", "start b", "start c"],
          ...["end c", "release c", "end b", "release b", "end a", "release a"]
        ])
      })
    ))

  it("gives a child's start the services that its own constructor was given", () =>
    inWorld(() =>
      Effect.gen(function* () {
        class Greeting extends Context.Service<Greeting, { readonly word: string }>()("test/Greeting") {}
        let said = ""
        const start = Effect.map(Greeting, ({ word }) => {
          said = word
          return IGNORE
        })
        const supervised = Supervisor.layer({}, [{ id: "a", start }])
        yield* Effect.provide(
          Effect.void,
          Layer.provide(supervised, Layer.succeed(Greeting, { word: "hello" }))
        )
        expect(said).toBe("hello")
      })
    ))

  it("answers with the handle that the child's start gave", () =>
    inWorld(() =>
      Effect.scoped(
        Effect.gen(function* () {
          const supervisor = yield* Supervisor.make({})
          const start = Effect.map(childOf(Effect.succeed(Effect.never)), (child) => ({
            ...child,
            ask: () => 42
          }))
          const child = yield* supervisor.startChild({ id: "a", start })
          expect(child?.ask()).toBe(42)
        })
      )
    ))

  it("restarts a child that crashed, and says so", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const a = world.worker("a")
        const { supervisor, close } = yield* open({}, [a.spec])
        yield* a.crash
        yield* rest()
        expect(world.told).toEqual(["start a", "end a", "release a", "start a"])
        expect(world.logged).toEqual([expect.stringContaining("child a terminated: crash")])
        expect(yield* supervisor.countChildren).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 1 })
        yield* close
      })
    ))

  it("ends with shutdown when the intensity is reached, says so as OTP does, and answers nobody then", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const a = world.worker("a")
        const { supervisor, close } = yield* open({}, [a.spec, world.worker("b").spec])
        for (const _ of [1, 2]) {
          yield* a.crash
          yield* rest()
        }
        expect((yield* supervisor.ended)._tag).toBe("Shutdown")
        expect(world.logged.at(-1)).toContain("reached_max_restart_intensity")
        expect(yield* Effect.flip(supervisor.whichChildren)).toMatchObject({
          _tag: "NoProc",
          reason: { _tag: "Shutdown" }
        })
        expect(world.places).toEqual({
          supervisor: "terminated",
          "supervisor/a": "deleted",
          "supervisor/b": "deleted"
        })
        yield* close
        nothingLeft(world, 0)
      })
    ))

  it("fails with the child that did not start, after those before it were stopped", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const bad = { id: "bad", start: Effect.fail("no socket") }
        const error = yield* Effect.flip(open({}, [world.worker("a").spec, bad, world.worker("c").spec]))
        expect(error).toMatchObject({ _tag: "ChildStartFailed", id: "bad" })
        expect(world.told).toEqual(["start a", "end a", "release a"])
        yield* rest()
        nothingLeft(world, 0)
      })
    ))

  it("says what crashed under it, two levels down, by the path from the root", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const a = world.worker("a")
        const { close } = yield* open({ intensity: 5 }, [Supervisor.child({ id: "mid" }, {}, [a.spec])])
        yield* a.crash
        yield* rest()
        expect(world.logged).toEqual([
          expect.stringContaining("supervisor supervisor/mid: child a terminated")
        ])
        expect(world.places["supervisor/mid/a"]).toBe("running")
        yield* close
      })
    ))

  it("stops a tree from its leaves, in reverse start order", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const mid = Supervisor.child({ id: "mid" }, {}, [world.worker("b").spec, world.worker("c").spec])
        const { close } = yield* open({}, [world.worker("a").spec, mid, world.worker("d").spec])
        yield* close
        expect(world.told.filter((line) => line.startsWith("end"))).toEqual([
          "end d",
          "end c",
          "end b",
          "end a"
        ])
        nothingLeft(world, 0)
      })
    ))

  it("kills what is below a supervisor that it kills", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const mid = Supervisor.child({ id: "mid", shutdown: "brutal_kill" }, {}, [
          world.worker("b").spec,
          Supervisor.child({ id: "low" }, {}, [world.worker("c").spec]),
          { id: "d", start: Effect.succeed(IGNORE) }
        ])
        const { supervisor, close } = yield* open({}, [mid])
        yield* whileTimePasses(supervisor.terminateChild("mid"))
        yield* rest()
        expect(world.running).toEqual([])
        expect(world.places["supervisor/mid"]).toBe("stopped")
        const below = Object.entries(world.places).filter(([id]) => id.startsWith("supervisor/mid/"))
        expect(below.map(([id, place]) => `${id} ${place}`).sort()).toEqual([
          ...["supervisor/mid/b deleted", "supervisor/mid/d deleted"],
          ...["supervisor/mid/low deleted", "supervisor/mid/low/c deleted"]
        ])
        yield* close
        nothingLeft(world, 0)
      })
    ))
})

describe("a stubborn child", () => {
  const deaf = (id: string, shutdown: number | "infinity" | "brutal_kill") => ({
    id,
    shutdown,
    start: childOf(Effect.succeed(Effect.uninterruptible(Effect.never)))
  })

  it("that is a fiber nobody can interrupt is given up after its time and the kill's, and that is said", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open({}, [deaf("a", 200)])
        const stopping = yield* Effect.forkDetach(supervisor.terminateChild("a"), { startImmediately: true })
        yield* rest(200 + KILL_MS - 1)
        expect(stopping.pollUnsafe()).toBeUndefined()
        yield* rest(2)
        expect(stopping.pollUnsafe()).toEqual(Exit.void)
        expect(world.logged).toEqual([expect.stringContaining("given up")])
        yield* close
      })
    ))

  it("that takes longer than its time is killed at its end, one that takes less is not", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open({}, [
          world.worker("slow", { shutdown: 100 }, 150).spec,
          world.worker("fast", { shutdown: 100 }, 50).spec
        ])
        yield* whileTimePasses(supervisor.terminateChild("slow"))
        yield* whileTimePasses(supervisor.terminateChild("fast"))
        const why = (id: string) =>
          world.transitions.filter((step) => step.id === `supervisor/${id}`).map((step) => step.why)
        expect(why("slow")).toEqual(["START", "STARTED", "SHUTDOWN", "TIMED_OUT", "EXITED", "KEEP"])
        expect(why("fast")).toEqual(["START", "STARTED", "SHUTDOWN", "EXITED", "KEEP"])
        yield* close
        nothingLeft(world, 0)
      })
    ))

  it("under infinity is waited for", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open({}, [
          world.worker("a", { shutdown: "infinity" }, 20_000_000).spec
        ])
        const stopping = yield* Effect.forkDetach(supervisor.terminateChild("a"), { startImmediately: true })
        yield* rest(19_999_000)
        expect(stopping.pollUnsafe()).toBeUndefined()
        yield* rest(2_000)
        expect(stopping.pollUnsafe()).toEqual(Exit.void)
        yield* close
        nothingLeft(world, 0)
      })
    ))

  it("that does not even come up is broken off when the supervisor is told to stop", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const never = { id: "b", start: Effect.never }
        const making = yield* Effect.forkDetach(open({}, [world.worker("a").spec, never]), {
          startImmediately: true
        })
        yield* rest(1_000)
        yield* whileTimePasses(Fiber.interrupt(making))
        yield* rest()
        expect(world.told).toEqual(["start a"])
        // Its scope is the caller's, who never got it: closing it is the caller's too.
      })
    ))
})

describe("whoever is interrupted, whenever", () => {
  const moments = fc.record({
    yields: fc.integer({ min: 0, max: 120 }),
    ms: fc.integer({ min: 0, max: 400 }),
    crashes: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
    strategy: fc.constantFrom("one_for_one" as const, "one_for_all" as const, "rest_for_one" as const)
  })

  it("leaves no child, no fiber and no timer, and a trace that is a path of the charts", () =>
    fc.assert(
      fc.asyncProperty(moments, ({ yields, ms, crashes, strategy }) =>
        inWorld((world) =>
          Effect.gen(function* () {
            const before = world.fibers
            const slow = (id: string) => world.worker(id, { shutdown: 100 }, 60)
            const workers = [slow("a"), world.worker("b", { shutdown: 50 }, 90), slow("c"), slow("d")]
            const [a, b, c, d] = workers.map(({ spec }) => spec)
            const late = { ...d, id: "d", start: Effect.andThen(Effect.sleep(30), d?.start ?? Effect.never) }
            const program = Effect.scoped(
              Effect.gen(function* () {
                const mid = Supervisor.child(
                  { id: "mid" },
                  { strategy },
                  [b, late].flatMap((s) => s ?? [])
                )
                yield* Supervisor.make(
                  { strategy, intensity: 2 },
                  [a, mid, c].flatMap((s) => s ?? [])
                )
                return yield* Effect.never
              })
            )
            const fiber = yield* Effect.forkDetach(program, { startImmediately: true })
            for (const at of crashes) {
              yield* rest(40)
              yield* workers[at]?.crash ?? Effect.void
            }
            yield* rest(ms)
            for (let i = 0; i < yields; i += 1) yield* Effect.yieldNow
            yield* whileTimePasses(Fiber.interrupt(fiber))
            yield* rest()
            nothingLeft(world, before)
            const places = new Set(Object.values(world.places))
            expect([...places].filter((place) => !["deleted", "terminated"].includes(place))).toEqual([])
          })
        )
      ),
      { numRuns: 60 }
    ))

  it("or kills the whole tree, leaves none of that either", () =>
    fc.assert(
      fc.asyncProperty(moments, ({ yields, ms, crashes, strategy }) =>
        inWorld((world) =>
          Effect.gen(function* () {
            const workers = ["a", "b", "c"].map((id) => world.worker(id, { shutdown: 100 }, 60))
            const [a, b, c] = workers.map(({ spec }) => spec)
            const late = (spec: typeof a) =>
              spec === undefined ? [] : [{ ...spec, start: Effect.andThen(Effect.sleep(30), spec.start) }]
            const mid = Supervisor.child({ id: "mid" }, { strategy, intensity: 9 }, late(b))
            const opening = open({ strategy, intensity: 9 }, [...late(a), mid, ...late(c)])
            const { supervisor, close } = yield* whileTimePasses(opening)
            for (const at of crashes) yield* workers[at]?.crash ?? Effect.void
            yield* rest(ms)
            for (let i = 0; i < yields; i += 1) yield* Effect.yieldNow
            yield* supervisor.kill
            yield* rest(1_000)
            yield* close
            nothingLeft(world, 0)
            const places = new Set(Object.values(world.places))
            expect([...places].filter((place) => !["deleted", "terminated"].includes(place))).toEqual([])
          })
        )
      ),
      { numRuns: 60 }
    ))

  it("stops in reverse start order, whatever was started, ended or restarted before", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }), (ended) =>
        inWorld((world) =>
          Effect.gen(function* () {
            const workers = ["a", "b", "c", "d", "e", "f"].map((id) =>
              world.worker(id, { restart: "transient" })
            )
            const { supervisor, close } = yield* open(
              { intensity: 9 },
              workers.map(({ spec }) => spec)
            )
            for (const at of ended) {
              yield* workers[at]?.crash ?? Effect.void
              yield* rest()
            }
            const order = (yield* supervisor.whichChildren).map(({ id }) => id)
            world.told.length = 0
            yield* close
            const ends = world.told.filter((line) => line.startsWith("end")).map((line) => line.slice(4))
            expect(ends).toEqual(order.toReversed())
          })
        )
      ),
      { numRuns: 30 }
    ))

  it("does not undo a call that it no longer waits for", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open({})
        const slow = world.worker("a").spec
        const call = yield* Effect.forkDetach(
          supervisor.startChild({ ...slow, start: Effect.andThen(Effect.sleep(50), slow.start) }),
          { startImmediately: true }
        )
        yield* rest(10)
        yield* Fiber.interrupt(call)
        yield* rest(50)
        expect((yield* supervisor.whichChildren).map(({ id }) => id)).toEqual(["a"])
        yield* close
        nothingLeft(world, 0)
      })
    ))
})

describe("a child", () => {
  it("whose start failed is restarting until it is tried again, and answers nobody else meanwhile", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        let starts = 0
        const a = world.worker("a")
        const second = Effect.andThen(Effect.sleep(10), Effect.fail("busy"))
        const start = Effect.suspend(() => {
          starts += 1
          return starts === 2 ? second : a.spec.start
        })
        const { supervisor, close } = yield* open({ intensity: 3 }, [{ id: "a", start }])
        yield* a.crash
        yield* rest()
        // These wait while the start fails, so they come before the second try.
        const asked = yield* Effect.forkDetach(
          Effect.all(
            [
              Effect.flip(supervisor.restartChild("a")),
              Effect.flip(supervisor.deleteChild("a")),
              Effect.flip(supervisor.startChild(a.spec)),
              supervisor.whichChildren
            ],
            { concurrency: "unbounded" }
          ),
          { startImmediately: true }
        )
        const [restart, remove, again, all] = yield* whileTimePasses(Fiber.join(asked))
        expect([restart._tag, remove._tag, again._tag]).toEqual([
          "Restarting",
          "Restarting",
          "AlreadyPresent"
        ])
        expect(all).toMatchObject([{ id: "a", child: "restarting" }])
        yield* rest()
        expect((yield* supervisor.countChildren).active).toBe(1)
        yield* close
      })
    ))

  it("whose handle or finalizer dies has crashed", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const handle = { ended: Effect.die("no such thread"), shutdown: Effect.void, kill: Effect.void }
        const untidy = Effect.as(
          Effect.addFinalizer(() => Effect.die("disk full")),
          { ...handle, ended: Effect.succeed(new ExitNormal()) }
        )
        const { close } = yield* open({ intensity: 0 }, [
          { id: "a", restart: "temporary", start: Effect.succeed(handle) },
          { id: "b", restart: "temporary", start: untidy }
        ])
        yield* rest()
        expect(world.logged).toEqual([
          expect.stringContaining("child a terminated: crash"),
          expect.stringContaining("child b terminated: crash")
        ])
        yield* close
        nothingLeft(world, 0)
      })
    ))

  it("that ignores its start keeps its spec, unless it is temporary", () =>
    inWorld(() =>
      Effect.gen(function* () {
        const start = Effect.succeed(IGNORE)
        const { supervisor, close } = yield* open({}, [
          { id: "a", start },
          { id: "b", start, restart: "temporary" }
        ])
        expect(yield* supervisor.whichChildren).toEqual([{ id: "a", child: undefined, type: "worker" }])
        expect(yield* supervisor.restartChild("a")).toBeUndefined()
        yield* close
      })
    ))
})
