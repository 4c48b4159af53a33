import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import { childOf } from "../../../supervisors/otp/Child.ts"
import type { ChildRules } from "../../../supervisors/otp/ChildSpec.ts"
import { makeSimpleSupervisor } from "../../../supervisors/otp/SimpleSupervisor.ts"
import type { SupervisorFlags } from "../../../supervisors/otp/SupervisorFlags.ts"
import { inWorld, rest, type Worker, type World, whileTimePasses } from "./harness.ts"

const open = (world: World, rules: ChildRules = {}, flags: SupervisorFlags = {}) =>
  Effect.gen(function* () {
    const scope = Scope.makeUnsafe()
    const workers = new Map<string, Worker>()
    const made = makeSimpleSupervisor(flags, {
      ...rules,
      start: (id: string, endMs: number = 0) => {
        const worker = workers.get(id) ?? world.worker(id, {}, endMs)
        workers.set(id, worker)
        return worker.spec.start
      }
    })
    const supervisor = yield* Effect.provideService(made, Scope.Scope, scope)
    const crash = (id: string) => Effect.andThen(workers.get(id)?.crash ?? Effect.void, rest())
    return { supervisor, crash, close: whileTimePasses(Scope.close(scope, Exit.void)) }
  })

describe("a dynamic supervisor", () => {
  it("starts as many children of its kind as are asked for, each with its arguments", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open(world)
        for (const id of ["a", "b", "c"]) yield* supervisor.startChild(id, 0)
        expect(world.told).toEqual(["start a", "start b", "start c"])
        expect(yield* supervisor.countChildren).toEqual({ specs: 1, active: 3, supervisors: 0, workers: 3 })
        yield* close
        expect(world.running).toEqual([])
      })
    ))

  it("restarts a child with the arguments that it was started with, and it is another child then", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, crash, close } = yield* open(world)
        const first = yield* supervisor.startChild("a", 0)
        yield* crash("a")
        expect(world.told).toEqual(["start a", "end a", "release a", "start a"])
        const [second] = yield* supervisor.whichChildren
        expect(second).not.toBe(first)
        if (first !== undefined) yield* supervisor.terminateChild(first)
        expect(yield* supervisor.whichChildren).toEqual([second])
        yield* close
      })
    ))

  it("forgets a child that was terminated, that ended in order or that is temporary", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, crash, close } = yield* open(world, { restart: "temporary" })
        const a = yield* supervisor.startChild("a", 0)
        yield* supervisor.startChild("b", 0)
        yield* crash("b")
        if (a !== undefined) yield* supervisor.terminateChild(a)
        expect(yield* supervisor.whichChildren).toEqual([])
        yield* close
      })
    ))

  it("refuses what needs an id, and a child of somebody else's", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open(world)
        for (const call of [supervisor.terminateChild, supervisor.restartChild, supervisor.deleteChild])
          expect(yield* Effect.flip(call("a"))).toMatchObject({ _tag: "SimpleOneForOne", id: "a" })
        const foreign = yield* Effect.provideService(
          childOf(Effect.succeed(Effect.never)),
          Scope.Scope,
          Scope.makeUnsafe()
        )
        expect(yield* Effect.flip(supervisor.terminateChild(foreign))).toMatchObject({ _tag: "NotFound" })
        yield* foreign.kill
        yield* foreign.ended
        // As OTP has it: a dead process is nobody's child.
        expect(yield* supervisor.terminateChild(foreign)).toBeUndefined()
        yield* close
      })
    ))

  it("stops all its children at once, so that they share their time", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open(world, { shutdown: 100 })
        for (let i = 0; i < 20; i += 1) yield* supervisor.startChild(`c${i}`, 90)
        const closing = yield* Effect.forkDetach(close, { startImmediately: true })
        yield* rest(100)
        expect(world.running).toEqual([])
        yield* whileTimePasses(Effect.exit(supervisor.ended))
        expect(world.astray).toEqual([])
        closing.interruptUnsafe()
      })
    ))

  it("has no more children than it may have", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, close } = yield* open(world, {}, { childrenMax: 2 })
        yield* supervisor.startChild("a", 0)
        const b = yield* supervisor.startChild("b", 0)
        expect(yield* Effect.flip(supervisor.startChild("c", 0))).toMatchObject({
          _tag: "TooManyChildren",
          childrenMax: 2
        })
        if (b !== undefined) yield* supervisor.terminateChild(b)
        yield* supervisor.startChild("c", 0)
        yield* close
      })
    ))

  it("ends with its last significant child where all of them count", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const { supervisor, crash, close } = yield* open(
          world,
          { restart: "temporary", significant: true },
          { autoShutdown: "all_significant" }
        )
        yield* supervisor.startChild("a", 0)
        yield* supervisor.startChild("b", 0)
        yield* crash("a")
        expect((yield* supervisor.countChildren).active).toBe(1)
        yield* crash("b")
        expect((yield* supervisor.ended)._tag).toBe("Shutdown")
        yield* close
      })
    ))
})
