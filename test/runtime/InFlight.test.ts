import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { FiringCell, type Phase } from "../../src/runtime/FiringCell.ts"
import { InFlight, STALLED_MS_MAX, UNHEARD_MS_MAX } from "../../src/runtime/InFlight.ts"
import { FENCE_MS } from "../../src/runtime/judgeFiring.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { NOBODY, SchedulerCell } from "../../src/runtime/SchedulerCell.ts"
import type { WorkerLost } from "../../src/runtime/WorkerLost.ts"

const TIMEOUT_MS = 3_000
const COMPILE_MS = 2_000
const OWN_MS = TIMEOUT_MS + COMPILE_MS
const request = { policy: { ...RUN_POLICY_DEFAULT, compileMsMax: COMPILE_MS }, timeoutMs: TIMEOUT_MS }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "hrtime"] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A thread that says it is alive and at somebody else's guest, whatever is true. */
const lying = () => {
  const scheduler = new SchedulerCell()
  const inFlight = new InFlight(scheduler)
  const give = (phase: Phase = "idle") => {
    const cell = new FiringCell()
    const settled: Array<unknown> = []
    const pending = {
      cell,
      request,
      cancelledMs: undefined as number | undefined,
      log: () => {},
      settle: (end: unknown) => void settled.push(end)
    }
    const firing = inFlight.add(pending)
    if (phase !== "idle") cell.enter(phase)
    const cancel = () => {
      cell.cancel()
      pending.cancelledMs = performance.now()
    }
    return { firing, cell, settled, cancel }
  }
  /** Lets time pass, in steps in which it is seen and does as told. *Returns* who is found to be over his time, when. */
  const until = (mostMs: number, each: () => void = () => {}) => {
    const beganMs = performance.now()
    while (performance.now() - beganMs < mostMs) {
      vi.advanceTimersByTime(STEP_MS)
      scheduler.run(NOBODY)
      each()
      const over = inFlight.overdue()
      if (over !== undefined) return { ...over, afterMs: performance.now() - beganMs }
    }
    return undefined
  }
  /** Answers another firing, so that something comes of something. */
  const answersOthers = () => inFlight.report(give().firing, "lost" as unknown as WorkerLost)
  return { inFlight, give, until, answersOthers }
}
const STEP_MS = 100

describe("a process that says it is alive and does nothing", () => {
  it("is over its time when nothing came of anything for a minute beyond what guests have", () => {
    const { give, until } = lying()
    const { firing } = give()
    const over = until(10 * STALLED_MS_MAX)
    // From when it was first looked at.
    expect(over).toMatchObject({ firing, afterMs: STEP_MS + STALLED_MS_MAX + OWN_MS })
    expect(over?.lost.cause).toBe(`nothing came of it for ${STALLED_MS_MAX + OWN_MS} ms`)
  })

  it("is left alone for as long as anything comes of anything", () => {
    const { give, until } = lying()
    const first = give()
    expect(until(STALLED_MS_MAX)).toBeUndefined()
    first.cell.enter("compiling")
    expect(until(STALLED_MS_MAX)).toBeUndefined()
  })
})

describe("a process that answers others and one firing never", () => {
  it("is over its time a minute after that one's, once it has begun", () => {
    const { give, until, answersOthers } = lying()
    const { firing } = give("executing")
    const over = until(10 * STALLED_MS_MAX, answersOthers)
    expect(over).toMatchObject({ firing, afterMs: STALLED_MS_MAX + TIMEOUT_MS + FENCE_MS })
  })

  it("cannot keep one that is given up, though it says that it never came to it", () => {
    const { give, until, answersOthers } = lying()
    const { firing, cancel } = give()
    expect(until(2 * STALLED_MS_MAX, answersOthers)).toBeUndefined()
    cancel()
    const over = until(10 * STALLED_MS_MAX, answersOthers)
    expect(over).toMatchObject({ firing, afterMs: STALLED_MS_MAX + OWN_MS, lost: { cancelled: true } })
  })

  it("cannot keep one for ever: all that can go before it in order has a bound", () => {
    const { give, until, answersOthers } = lying()
    const { firing } = give()
    const over = until(100 * STALLED_MS_MAX, answersOthers)
    expect(over).toMatchObject({ firing, afterMs: STALLED_MS_MAX + 64 * OWN_MS })
  })
})

describe("a process that sends nothing any more", () => {
  it("is over its time, and what it had not begun can be done elsewhere", () => {
    const scheduler = new SchedulerCell()
    const inFlight = new InFlight(scheduler)
    const ends: Array<unknown> = []
    const begin = (phase: Phase) => {
      const cell = new FiringCell()
      cell.enter(phase)
      inFlight.add({
        cell,
        request,
        cancelledMs: undefined,
        log: () => {},
        settle: (end) => void ends.push(end)
      })
    }
    scheduler.heard()
    // It had nothing to do and nothing to say.
    vi.advanceTimersByTime(10 * UNHEARD_MS_MAX)
    begin("executing")
    begin("idle")
    vi.advanceTimersByTime(1_000)
    expect(inFlight.overdue()).toBeUndefined()
    scheduler.heard()
    scheduler.run(NOBODY)
    vi.advanceTimersByTime(UNHEARD_MS_MAX)
    expect(inFlight.overdue()?.lost.cause).not.toMatch(/sent nothing/)
    vi.advanceTimersByTime(1)
    const guilty = inFlight.overdue()
    expect(guilty).toMatchObject({ firing: NOBODY, lost: { cause: "its process sent nothing for 5000 ms" } })
    inFlight.lose(guilty?.lost.cause ?? "", guilty)
    expect(ends).toMatchObject([
      { cause: "its process sent nothing for 5000 ms", repeatable: false },
      { cause: "its process sent nothing for 5000 ms", repeatable: true }
    ])
  })
})

describe("a firing that was cancelled while its process came up", () => {
  it(`is given ${FENCE_MS} ms to see it from when it has begun`, () => {
    const scheduler = new SchedulerCell()
    const inFlight = new InFlight(scheduler)
    const cell = new FiringCell()
    const cancelledMs = performance.now()
    const firing = inFlight.add({ cell, request, cancelledMs, log: () => {}, settle: () => {} })
    cell.cancel()
    vi.advanceTimersByTime(2 * FENCE_MS)
    scheduler.run(firing)
    cell.enter("executing")
    expect(inFlight.overdue()).toBeUndefined()
    vi.advanceTimersByTime(FENCE_MS)
    expect(inFlight.overdue()).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(inFlight.overdue()).toMatchObject({ firing, lost: { cancelled: true, phase: "executing" } })
  })
})
