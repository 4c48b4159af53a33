import * as Cause from "effect/Cause"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type ChildState,
  childExited,
  type Decision,
  type SupervisorState,
  triedAgain
} from "../../../supervisors/otp/decide.ts"
import {
  ExitCrash,
  ExitKilled,
  ExitNormal,
  type ExitReason,
  ExitShutdown,
  ExitShutdownWith
} from "../../../supervisors/otp/ExitReason.ts"

/** What is decided when a child ends, as laws over arbitrary supervisors. */
const crash = new ExitCrash(Cause.fail("boom"))
const reasons: fc.Arbitrary<ExitReason> = fc.constantFrom(
  new ExitNormal(),
  new ExitShutdown(),
  new ExitShutdownWith("enough"),
  new ExitKilled(),
  crash
)
const children: fc.Arbitrary<ReadonlyArray<ChildState>> = fc
  .array(
    fc.record({
      restart: fc.constantFrom("permanent", "transient", "temporary"),
      significant: fc.boolean(),
      status: fc.constantFrom("running", "running", "restarting", "stopped")
    }),
    { minLength: 1, maxLength: 8 }
  )
  .map((all) => all.map((one, i) => ({ key: `c${i}`, ...one })))
const states: fc.Arbitrary<SupervisorState> = fc.record({
  strategy: fc.constantFrom("one_for_one", "one_for_all", "rest_for_one"),
  intensity: fc.integer({ min: 1, max: 5 }),
  periodSeconds: fc.integer({ min: 1, max: 10 }),
  autoShutdown: fc.constantFrom("never", "any_significant", "all_significant"),
  children,
  restarts: fc.constant([])
})
/** A supervisor, and the key of one of its children that runs. */
const cases = fc.tuple(states, fc.nat()).map(([state, n]) => {
  const index = n % state.children.length
  const children = state.children.map((c, i) => (i === index ? { ...c, status: "running" as const } : c))
  return [{ ...state, children }, `c${index}`] as const
})

const law = (holds: (decision: Decision, state: SupervisorState, key: string, reason: ExitReason) => void) =>
  fc.assert(
    fc.property(cases, reasons, ([state, key], reason) =>
      holds(childExited(state, key, reason, 100), state, key, reason)
    )
  )

const childOf = (state: SupervisorState, key: string) => state.children.find((child) => child.key === key)

describe("a child that ended", () => {
  it("is restarted when it is permanent, or transient and did not end in order, and else never", () => {
    law((decision, state, key, reason) => {
      const restart = childOf(state, key)?.restart
      const orderly = ["Normal", "Shutdown", "ShutdownWith"].includes(reason._tag)
      expect(decision._tag === "Restart").toBe(
        restart === "permanent" || (restart === "transient" && !orderly)
      )
    })
  })

  it("takes along whom the strategy says: itself, all, or those after it", () => {
    law((decision, state, key) => {
      if (decision._tag !== "Restart") return
      const keys = state.children.map((child) => child.key)
      const along = { one_for_one: [key], one_for_all: keys, rest_for_one: keys.slice(keys.indexOf(key)) }
      // The cast: this supervisor is not a dynamic one.
      expect([...decision.stop].sort()).toEqual([...along[state.strategy as "one_for_one"]].sort())
    })
  })

  it("has those with it stopped in the reverse of the order in which they started", () => {
    law((decision, state) => {
      if (decision._tag !== "Restart") return
      const order = state.children.map(({ key }) => key).filter((key) => decision.stop.includes(key))
      expect(decision.stop).toEqual(order.toReversed())
      expect(decision.start).toEqual(order.filter((key) => childOf(state, key)?.restart !== "temporary"))
    })
  })

  it("leaves the order of its siblings as it was", () => {
    law(({ state: after }, before) => {
      const keys = before.children.map(({ key }) => key)
      expect(after.children.map(({ key }) => key)).toEqual(
        keys.filter((key) => childOf(after, key) !== undefined)
      )
    })
  })

  it("is forgotten when it was temporary, and only then", () => {
    law((decision, before, key) => {
      expect(childOf(decision.state, key) === undefined).toBe(childOf(before, key)?.restart === "temporary")
    })
  })

  it("ends the supervisor when it was the last significant one of all, or one of any", () => {
    law((decision, state, key, reason) => {
      if (decision._tag === "Restart") return
      const others = state.children.some((c) => c.key !== key && c.significant && c.status !== "stopped")
      const counts = childOf(state, key)?.significant === true
      const ends =
        counts &&
        (state.autoShutdown === "any_significant" || (state.autoShutdown === "all_significant" && !others))
      expect([decision._tag, reason._tag]).toEqual([ends ? "Shutdown" : "Leave", reason._tag])
    })
  })

  it("is nobody's business when it is not known as running", () => {
    fc.assert(
      fc.property(states, reasons, (state, reason) => {
        for (const { key } of state.children.filter(({ status }) => status !== "running"))
          expect(childExited(state, key, reason, 100)).toEqual({ _tag: "Leave", state })
        expect(childExited(state, "nobody", reason, 100)).toEqual({ _tag: "Leave", state })
      })
    )
  })
})

describe("the intensity", () => {
  /** One child that crashes at each of these seconds: how many restarts are borne. */
  const borne = (seconds: ReadonlyArray<number>, intensity: number, periodSeconds: number): number => {
    let state: SupervisorState = {
      ...{ strategy: "one_for_one", intensity, periodSeconds, autoShutdown: "never", restarts: [] },
      children: [{ key: "a", restart: "permanent", significant: false, status: "running" }]
    }
    for (const [i, second] of seconds.entries()) {
      const decision = childExited(state, "a", crash, second)
      if (decision._tag === "Shutdown") return i
      state = {
        ...decision.state,
        children: decision.state.children.map((c) => ({ ...c, status: "running" }))
      }
    }
    return seconds.length
  }
  /** The same from its definition: more than so many restarts within the period, both ends included. */
  const model =
    (inside: (age: number, period: number) => boolean) =>
    (seconds: ReadonlyArray<number>, intensity: number, periodSeconds: number): number => {
      const over = seconds.findIndex(
        (now, i) => seconds.slice(0, i + 1).filter((at) => inside(now - at, periodSeconds)).length > intensity
      )
      return over === -1 ? seconds.length : over
    }
  const runs = fc.tuple(
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 40 }).map((steps) => {
      let now = 0
      return steps.map((step) => (now += step))
    }),
    fc.integer({ min: 0, max: 4 }),
    fc.integer({ min: 1, max: 6 })
  )

  it("bears as many restarts in any window of the period as it says, and not one more", () => {
    const right = model((age, period) => age <= period)
    fc.assert(fc.property(runs, ([seconds, i, p]) => borne(seconds, i, p) === right(seconds, i, p)))
  })

  it("is told from one whose period ends a second earlier", () => {
    const mutant = model((age, period) => age < period)
    const same = fc.property(runs, ([seconds, i, p]) => borne(seconds, i, p) === mutant(seconds, i, p))
    expect(fc.check(same, { numRuns: 1_000 }).failed).toBe(true)
  })

  it("counts a second try like a crash, and does not count one for a child that was terminated since", () => {
    fc.assert(
      fc.property(cases, ([state, key]) => {
        const waiting = {
          ...state,
          children: state.children.map((c) => (c.key === key ? { ...c, status: "restarting" as const } : c))
        }
        expect(triedAgain(waiting, key, 7).state.restarts).toEqual([7])
        expect(triedAgain(state, key, 7)).toEqual({ _tag: "Leave", state })
      })
    )
  })

  it("keeps no more restarts than it has to know", () => {
    let state: SupervisorState = {
      ...{ strategy: "one_for_one", intensity: 3, periodSeconds: 1, autoShutdown: "never", restarts: [] },
      children: [{ key: "a", restart: "permanent", significant: false, status: "running" }]
    }
    for (let second = 0; second < 1_000; second += 1) {
      state = childExited(
        { ...state, children: [{ ...children0, status: "running" }] },
        "a",
        crash,
        second
      ).state
      expect(state.restarts.length).toBeLessThanOrEqual(4)
    }
  })
})

const children0: ChildState = { key: "a", restart: "permanent", significant: false, status: "running" }
