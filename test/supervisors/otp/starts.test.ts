import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import { type Child, childOf } from "../../../supervisors/otp/Child.ts"
import { Supervisor } from "../../../supervisors/otp/Supervisor.ts"
import { inWorld, rest, whileTimePasses } from "./harness.ts"

class Unreadable {
  readonly shutdown = Effect.void
  readonly kill = Effect.void
  get ended(): never {
    throw new Error("no such thread")
  }
}

describe("a start", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 7],
    ["an object that is no child", {}],
    ["a child that cannot be killed", { ended: Effect.never, shutdown: Effect.void }],
    ["a child whose end cannot be read", new Unreadable()]
  ])("that gives %s has failed, as OTP has it", (_, given) =>
    inWorld((world) =>
      Effect.gen(function* () {
        const scope = Scope.makeUnsafe()
        // The cast: a caller without types may give anything.
        const bad = { id: "bad", start: Effect.succeed(given as Child) }
        const error = yield* Effect.flip(
          Effect.provideService(Supervisor.make({}, [world.worker("a").spec, bad]), Scope.Scope, scope)
        )
        expect(error).toMatchObject({ _tag: "ChildStartFailed", id: "bad" })
        yield* whileTimePasses(Scope.close(scope, Exit.void))
        yield* rest()
        expect([world.running, world.fibers]).toEqual([[], 0])
      })
    )
  )

  it("that fails after it made a child leaves no fiber of it", () =>
    inWorld((world) =>
      Effect.scoped(
        Effect.gen(function* () {
          const supervisor = yield* Supervisor.make({})
          const before = world.fibers
          const start = Effect.andThen(childOf(Effect.succeed(Effect.never)), Effect.fail("second thoughts"))
          const error = yield* Effect.flip(supervisor.startChild({ id: "a", start }))
          expect(error._tag).toBe("ChildStartFailed")
          yield* rest()
          expect(world.fibers).toBe(before)
        })
      )
    ))
})

describe("the last of many significant children", () => {
  it("ends its supervisor, and no other does", () =>
    inWorld((world) =>
      Effect.gen(function* () {
        const scope = Scope.makeUnsafe()
        const specs = Array.from({ length: 30 }, (_, i) => ({
          ...{ id: `c${i}`, restart: "temporary" as const, significant: i % 2 === 1 },
          start: childOf(Effect.succeed(Effect.never))
        }))
        const making = Supervisor.make({ autoShutdown: "all_significant" }, specs)
        const supervisor = yield* Effect.provideService(making, Scope.Scope, scope)
        const all = (yield* supervisor.whichChildren).flatMap(({ child }) =>
          typeof child === "object" ? [child] : []
        )
        for (const child of all.slice(0, -1)) {
          yield* child.kill
          yield* rest()
        }
        expect((yield* supervisor.countChildren).active).toBe(1)
        yield* all.at(-1)?.kill ?? Effect.void
        yield* rest()
        expect((yield* supervisor.ended)._tag).toBe("Shutdown")
        yield* whileTimePasses(Scope.close(scope, Exit.void))
        expect(world.fibers).toBe(0)
      })
    ))
})
