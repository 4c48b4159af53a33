import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  FRESH_RUN_MAX,
  PRIORITIES,
  type Priority,
  RunQueue,
  type Waiting
} from "../../../src/runtime/worker/RunQueue.ts"

const waiting = (priority: Priority = "normal"): Waiting => ({ priority, go: () => undefined })

/** All that is in a queue, in the order in which it comes out. */
const drain = (queue: RunQueue): ReadonlyArray<Waiting> => {
  const out: Array<Waiting> = []
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) out.push(next)
  return out
}

describe("a run queue", () => {
  it("lets those of one kind go in the order in which they came", () => {
    const queue = new RunQueue()
    const all = Array.from({ length: 20 }, () => waiting())
    for (const one of all) queue.push(one, "spent")
    expect(queue.length).toBe(20)
    expect(drain(queue)).toEqual(all)
    expect(queue.length).toBe(0)
  })

  it("lets a newcomer go before all that have used up a slice", () => {
    const queue = new RunQueue()
    for (let i = 0; i < 1000; i++) queue.push(waiting(), "spent")
    const newcomer = waiting()
    queue.push(newcomer, "fresh")
    expect(queue.shift()).toBe(newcomer)
  })

  it(`lets one that has used up a slice go after ${FRESH_RUN_MAX} newcomers, however many come`, () => {
    const queue = new RunQueue()
    const spent = waiting()
    queue.push(spent, "spent")
    const order = Array.from({ length: 2 * FRESH_RUN_MAX }, () => {
      queue.push(waiting(), "fresh")
      queue.push(waiting(), "fresh")
      return queue.shift()
    })
    expect(order.indexOf(spent)).toBe(FRESH_RUN_MAX)
  })

  it("lets the higher priority go first, and the lower in its turn all the same", () => {
    const queue = new RunQueue()
    const low = waiting("low")
    queue.push(low, "fresh")
    const order = Array.from({ length: 100 }, () => {
      queue.push(waiting("high"), "fresh")
      queue.push(waiting("normal"), "fresh")
      return queue.shift()
    })
    const at = (priority: Priority) => order.findIndex((one) => one?.priority === priority)
    expect(at("high")).toBe(0)
    expect(at("normal")).toBe(FRESH_RUN_MAX)
    expect(at("low")).toBeLessThan((FRESH_RUN_MAX + 1) ** 2)
    expect(order).toContain(low)
  })

  it("lets whoever is hurried go before all others, and leaves alone who does not wait", () => {
    const queue = new RunQueue()
    const late = waiting("low")
    for (let i = 0; i < 10; i++) queue.push(waiting("high"), "fresh")
    queue.push(late, "spent")
    queue.hurry(waiting())
    queue.hurry(late)
    expect(queue.length).toBe(11)
    expect(queue.shift()).toBe(late)
  })

  it("law: everybody who came and did not leave comes out once, and nobody waits for ever", () => {
    const step = fc.record({
      priority: fc.constantFrom(...PRIORITIES),
      kind: fc.constantFrom("fresh" as const, "spent" as const),
      after: fc.constantFrom("nothing", "shift", "hurry", "remove")
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new RunQueue()
        const expected: Array<Waiting> = []
        const out: Array<Waiting> = []
        for (const { priority, kind, after } of steps) {
          const one = waiting(priority)
          queue.push(one, kind)
          expected.push(one)
          if (after === "hurry") queue.hurry(one)
          if (after === "remove" && queue.remove(one)) expected.splice(expected.indexOf(one), 1)
          const next = after === "shift" ? queue.shift() : undefined
          if (next !== undefined) out.push(next)
          expect(queue.length).toBe(expected.length - out.length)
        }
        out.push(...drain(queue))
        expect(out).toHaveLength(expected.length)
        expect(new Set(out)).toEqual(new Set(expected))
      })
    )
  })
})
