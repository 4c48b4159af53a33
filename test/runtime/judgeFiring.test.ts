import { describe, expect, it } from "vitest"
import { PHASES, type Phase } from "../../src/runtime/FiringCell.ts"
import {
  CAPTURE_MS_MAX,
  FENCE_MS,
  judgeFiring,
  LOAD_MS_MAX,
  REPORT_MS_MAX,
  START_MS_MAX
} from "../../src/runtime/judgeFiring.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"

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
const judged = (phase: Phase, phaseMs: number, cancelledForMs?: number) =>
  judgeFiring({ phase, phaseMs, cancelled: cancelledForMs !== undefined }, request, cancelledForMs)

describe("the fence", () => {
  for (const phase of PHASES)
    it(`leaves a thread alone up to its bound, and no longer: ${phase}`, () => {
      expect(judged(phase, BOUNDS[phase])).toBeUndefined()
      const over = judged(phase, BOUNDS[phase] + 1)
      expect(over).toMatchObject({ _tag: "WorkerLost", phase, cancelled: false })
      expect(over?.compileMs).toBe(phase === "compiling" ? 701 : undefined)
    })

  for (const phase of PHASES)
    it(`gives a cancelled firing ${FENCE_MS} ms, unless what is left is worth more: ${phase}`, () => {
      expect(judged(phase, 0, FENCE_MS)).toBeUndefined()
      const over = judged(phase, 0, FENCE_MS + 1)
      if (phase === "capturing" || phase === "done") expect(over).toBeUndefined()
      else expect(over).toMatchObject({ _tag: "WorkerLost", phase, cancelled: true })
    })
})
