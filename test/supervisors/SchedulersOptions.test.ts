import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Munition } from "../../src/index.ts"
import { planSchedulers, type SchedulersOptions } from "../../supervisors/SchedulersOptions.ts"

/** What an operator asks of the schedulers, when it is not what they can do. */
describe("the schedulers' options", () => {
  it.each([
    [{ threadsMax: 0 }, "threadsMax: expected an integer 1..1024, got 0"],
    [{ threadsMax: Number.NaN }, "threadsMax: expected an integer 1..1024, got NaN"],
    [{ guestsMax: 1.5 }, "guestsMax: expected an integer 1..14000, got 1.5"],
    [{ waitingMax: -1 }, "waitingMax: expected an integer 0..2147483648, got -1"],
    [{ residentsMax: 20_000 }, "residentsMax: expected an integer 0..14000, got 20000"],
    [{ heapMbMax: 1 }, "heapMbMax: expected an integer 32..65536, got 1"],
    // The cast: what an operator without types can write.
    [{ isolation: "jail" as "process" }, "isolation: expected thread or process, got jail"]
  ] satisfies ReadonlyArray<readonly [SchedulersOptions, string]>)(
    "that are wrong end the layer: %o",
    async (options, said) => {
      const exit = await Effect.runPromiseExit(
        Effect.provide(Munition.fire(new Uint8Array(8), "f"), Munition.layer(options))
      )
      expect(exit._tag === "Failure" ? Cause.pretty(exit.cause) : exit).toContain(said)
    }
  )

  it("have defaults, each of which an operator could have asked for", () => {
    const plan = planSchedulers({})
    expect(plan).not.toHaveProperty("_tag")
    expect(planSchedulers(plan as SchedulersOptions)).toEqual(plan)
  })
})
