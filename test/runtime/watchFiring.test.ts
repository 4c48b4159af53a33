import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { describe } from "vitest"
import { PHASES, type Phase } from "../../src/runtime/FiringCell.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import {
  CAPTURE_MS_MAX,
  FENCE_MS,
  LOAD_MS_MAX,
  REPORT_MS_MAX,
  START_MS_MAX,
  watchFiring
} from "../../src/runtime/watchFiring.ts"

const request = { policy: { ...RUN_POLICY_DEFAULT, compileMsMax: 700 }, timeoutMs: 300 }

const BOUNDS: Readonly<Record<Phase, number>> = {
  idle: START_MS_MAX,
  loading: LOAD_MS_MAX,
  compiling: 700,
  executing: 300 + FENCE_MS,
  capturing: CAPTURE_MS_MAX,
  done: REPORT_MS_MAX
}

/** What the fence says of a thread that has been in a phase for so long. */
const watched = (phase: Phase, phaseMs: number, cancelled = false) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(watchFiring({ phase, phaseMs, cancelled }, request))
    yield* TestClock.adjust(10)
    const exit = fiber.pollUnsafe()
    yield* Fiber.interrupt(fiber)
    return exit === undefined ? Option.none() : Option.some(yield* exit)
  })

describe("the fence", () => {
  for (const phase of PHASES)
    it.effect(`leaves a thread alone up to its bound, and no longer: ${phase}`, () =>
      Effect.gen(function* () {
        expect(yield* watched(phase, BOUNDS[phase])).toEqual(Option.none())
        const over = Option.getOrThrow(yield* watched(phase, BOUNDS[phase] + 1))
        expect(over).toMatchObject({ _tag: "WorkerLost", phase, cancelled: false })
        expect(over.compileMs).toBe(phase === "compiling" ? 701 : undefined)
      })
    )
})
