import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { describe, expect, it } from "vitest"
import { analyse, Crash, decodeDump, encodeDump, Munition, Returned } from "../../src/index.ts"
import { testWasm } from "../guests/readGuests.ts"
import { canFire, fireGuarantee, GUARANTEES } from "./guarantees.ts"
import { ADD, withMunition } from "./munition.ts"

/** How long each takes is told by `test/bench/guarantees.ts`. */
describe.each([false, true])("a guest that attacks, inline %j,", (inline) => {
  for (const guarantee of GUARANTEES) {
    const { guest, functionName, reason, options } = guarantee
    const limits = Object.entries(options).map(([name, value]) => `${name} ${value}`)
    // Node 22 lacks some of the proposals that they are made of.
    it.skipIf(!canFire(guarantee))(
      `ends as ${reason}, and the process goes on: ${guest} ${functionName} ${limits.join(", ")}`,
      () =>
        withMunition(
          Effect.gen(function* () {
            const outcome = yield* fireGuarantee(guarantee, inline)
            if (outcome instanceof Returned) throw new Error("it returned")
            expect(outcome.reason._tag).toBe(reason)
            // Not one effect past the account.
            if (outcome instanceof Crash) expect(outcome.forensics.journal.entries).toEqual([])
            expect((yield* Munition.fire(ADD, "add", [40, 2], { inline })).values).toEqual([42])
          })
        )
    )
  }
})

const sampler = readFileSync(join(testWasm, "rust/sampler.wasm"))

describe.each([false, true])("the three guarantees, inline %j:", (inline) => {
  it("an infinite loop with fuel 1,000 always ends in OutOfFuel", () =>
    withMunition(
      Effect.gen(function* () {
        for (let i = 0; i < 20; i++) {
          const crash = yield* Effect.flip(
            Munition.fire(sampler, "infinite_loop", [], { fuel: 1_000, inline })
          )
          expect(crash.reason).toEqual({ _tag: "OutOfFuel", allocated: 1_000, used: 1_000 })
        }
      })
    ))

  it("a write in one firing is invisible in the next, also after a crash", () =>
    withMunition(
      Effect.gen(function* () {
        for (let i = 0; i < 5; i++) {
          expect((yield* Munition.fire(sampler, "increment", [], { inline })).values).toEqual([1])
          yield* Effect.flip(Munition.fire(sampler, "crash_after", [7], { inline }))
        }
      })
    ))

  it.each([0, 1, 258])("a crash after %i increments leaves a dump in which that can be read", (n) =>
    withMunition(
      Effect.gen(function* () {
        const { values } = yield* Munition.fire(sampler, "counter_address", [], { inline })
        const crash = yield* Effect.flip(Munition.fire(sampler, "crash_after", [n], { inline }))
        if (!(crash instanceof Crash)) throw new Error("refused")
        const dump = yield* decodeDump(encodeDump(crash.forensics))
        const memory = Result.getOrThrow(analyse(dump))
        expect(memory.number("u32", Number(values[0]))).toEqual(Result.succeed(n))
      })
    )
  )
})
