import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { Audit } from "../../../src/audit/Audit.ts"
import { childOf } from "../../../supervisors/otp/Child.ts"
import { Supervisor } from "../../../supervisors/otp/Supervisor.ts"

const child = (id: string) => ({ id, start: childOf(Effect.succeed(Effect.never)) })

describe("a supervisor that is killed in the middle of a call", () => {
  it.each([
    ["before it has done anything of it", Effect.void],
    ["while the start that it is asked for does not come back", Effect.never]
  ])("refuses the call as it does those that wait: %s", (_, starting) => {
    const called = Deferred.makeUnsafe<void>()
    // An audit that waits: between the step that it is told of and what follows there is time for a kill.
    const audit = Audit.of({
      record: (entry) =>
        entry._tag === "Transition" && entry.why === "CALL"
          ? Effect.andThen(Deferred.succeed(called, undefined), Effect.yieldNow)
          : Effect.void
    })
    return Effect.gen(function* () {
      const supervisor = yield* Supervisor.make({}, [child("a")])
      const calling = yield* Effect.forkChild(
        Effect.exit(
          supervisor.startChild({ ...child("b"), start: Effect.andThen(starting, child("b").start) })
        )
      )
      yield* Deferred.await(called)
      yield* supervisor.kill
      const exit = yield* Fiber.join(calling).pipe(Effect.timeout("10 seconds"))
      expect(exit).toEqual(Exit.fail(expect.objectContaining({ _tag: "NoProc" })))
    }).pipe(Effect.provideService(Audit, audit), Effect.scoped, Effect.runPromise)
  })
})
