import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { childOf } from "../../../supervisors/otp/Child.ts"

const ended = (how: "shutdown" | "kill") =>
  Effect.runPromise(
    Effect.gen(function* () {
      const child = yield* childOf(Effect.succeed(Effect.never))
      // The fiber of the child has been forked and has not begun.
      yield* child[how]
      return yield* child.ended.pipe(Effect.timeout("10 seconds"))
    }).pipe(Effect.scoped)
  )

describe("a child that is a fiber", () => {
  it("tells that it ended, also when it was asked to before it had begun", async () => {
    expect(await ended("shutdown")).toMatchObject({ _tag: "Shutdown" })
    expect(await ended("kill")).toMatchObject({ _tag: "Killed" })
  })
})
