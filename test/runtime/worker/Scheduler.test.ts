import { afterEach, describe, expect, it, vi } from "vitest"
import { SchedulerCell } from "../../../src/runtime/SchedulerCell.ts"
import { type Guest, Scheduler } from "../../../src/runtime/worker/Scheduler.ts"

/**
 * A scheduler alone, with guests that are plain promises: what it does at a deadline.
 */
const passes = () => new Promise<void>((resolve) => setImmediate(resolve))

describe("a scheduler", () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it("hurries a guest again whose timer fired before its deadline, for a clock's grain is not its end", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
    const scheduler = new Scheduler(new SchedulerCell())
    const turns: Array<string> = []
    let over = false
    const spin = (name: string, deadlineMs: number) => async (guest: Guest) => {
      guest.begin(deadlineMs)
      while (!over) {
        turns.push(name)
        await guest.park()
      }
    }
    // All but one have no deadline, so the timers are that one's.
    scheduler.run(1, "normal", spin("late", performance.now() + 1_000))
    for (let other = 2; other <= 20; other++)
      scheduler.run(other, "normal", spin(`other ${other}`, Number.POSITIVE_INFINITY))
    await passes()
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(2_000)
    // It is told, sees that it has time left, waits once more: and is told once more.
    const told = turns.length
    while (!turns.slice(told).includes("late")) await passes()
    await passes()
    expect(vi.getTimerCount()).toBe(1)
    over = true
    while (scheduler.load > 0) await passes()
    expect(vi.getTimerCount()).toBe(0)
  })
})
