import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type Account,
  type AccountOptions,
  OVERDRAWN_MAX,
  SLICE_FIRST,
  SLICE_MAX
} from "../../src/fuel/Account.ts"
import { COUNTER_IN_LOCAL, PARK } from "../../src/fuel/meter/Layout.ts"
import { patientAccount, waiting } from "./patientAccount.ts"

const account = (options: Partial<AccountOptions>) => patientAccount({ allocated: 1000, ...options })

/** What a guest does: charges, and asks for more when its counter is below zero. */
const spend = (fuel: Account, charges: ReadonlyArray<number>): number => {
  let counter = 0
  for (const charge of charges) {
    counter -= charge
    if (counter < 0) counter = fuel.refill(counter)
    if (counter < 0) break
  }
  return counter
}

describe("Account", () => {
  it("counts every unit once, whatever the slices", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000)), fc.nat(20_000), fc.nat(300), (charges, allocated, sliceMax) => {
        const fuel = account({ allocated, sliceMax })
        fuel.settle(spend(fuel, charges))
        const total = charges.reduce((sum, charge) => sum + charge, 0)
        expect(fuel.stop === "fuel").toBe(total > allocated)
        if (fuel.stop === undefined) expect(fuel.charged).toBe(total)
        else expect(fuel.charged).toBeGreaterThan(allocated)
      })
    )
  })

  it("is charged all that can have been charged, when a trap took the counter along", () => {
    const early = account({ allocated: 100_000, sliceMax: 0 })
    early.open()
    early.settle(COUNTER_IN_LOCAL)
    expect(early.charged).toBe(OVERDRAWN_MAX)
    const late = account({ allocated: 70_000 })
    late.open()
    late.settle(COUNTER_IN_LOCAL)
    expect(late.charged).toBe(70_000)
  })

  it("stops at the unit after the last one allocated", () => {
    const exact = account({ allocated: 3 })
    expect(spend(exact, [1, 1, 1])).toBe(0)
    expect(exact.stop).toBeUndefined()
    const over = account({ allocated: 3 })
    expect(spend(over, [1, 1, 1, 1])).toBe(-1)
    expect(over.stop).toBe("fuel")
  })

  it("books nothing for the counter that says stop", () => {
    const fuel = account({ allocated: 3 })
    const counter = spend(fuel, [5])
    fuel.settle(counter)
    expect(fuel.charged).toBe(5)
  })

  it("never hands out more than is left, than the slice allows or than the largest slice", () => {
    expect(account({ allocated: 10 }).open()).toBe(10)
    expect(account({ allocated: 1e9 }).open()).toBe(SLICE_FIRST)
    expect(account({ allocated: 1e9, sliceMax: 7 }).open()).toBe(7)
    const fuel = account({ allocated: Number.MAX_SAFE_INTEGER })
    let counter = fuel.open()
    for (let i = 0; i < 50; i++) counter = fuel.refill(-1)
    expect(counter).toBe(SLICE_MAX)
  })

  it("stops at the deadline, and when cancelled", () => {
    let now = 0
    const late = account({ deadlineMs: 5, now: () => now, allocated: 1e9 })
    expect(late.refill(-1)).toBeGreaterThan(0)
    now = 5
    expect(late.refill(-1)).toBe(-1)
    expect(late.stop).toBe("deadline")
    const cancelled = account({ isCancelled: () => true })
    expect(cancelled.refill(-1)).toBe(-1)
    expect(cancelled.stop).toBe("cancelled")
  })

  it("keeps the first reason", () => {
    const fuel = account({ allocated: 0 })
    fuel.stopFor("host")
    expect(fuel.refill(-1)).toBe(-1)
    expect(fuel.stop).toBe("host")
  })

  it("makes slices shorter when the clock says that they take long", () => {
    let now = 0
    const fuel = account({ allocated: 1e12, now: () => now })
    const first = fuel.open()
    now = 100
    expect(fuel.refill(0)).toBe(first / 4)
  })

  it("law: counts the same, and stops at the same charge, however often the guest waits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5000), fc.boolean())),
        fc.nat(20_000),
        fc.nat(300),
        (steps, allocated, sliceMax) => {
          let waits = false
          const fuel = account({ allocated, sliceMax, sharing: waiting(() => waits) })
          let counter = 0
          let last = 0
          for (const [charge, wait] of steps) {
            waits = wait
            counter -= charge
            last += 1
            if (counter < 0) counter = fuel.refill(counter)
            if (counter === PARK) {
              // Whoever looks at the account meanwhile finds it settled.
              fuel.settle(counter)
              counter = fuel.resume()
            }
            if (counter < 0) break
          }
          fuel.settle(counter)
          const never = account({ allocated, sliceMax })
          never.settle(
            spend(
              never,
              steps.slice(0, last).map(([charge]) => charge)
            )
          )
          expect([fuel.charged, fuel.stop, fuel.slices]).toEqual([never.charged, never.stop, never.slices])
        }
      )
    )
  })

  it("law: counts the same when a host call is told to wait, which it cannot", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000)), fc.nat(300), (charges, sliceMax) => {
        const fuel = account({ allocated: 1e9, sliceMax, sharing: waiting(() => true) })
        let counter = 0
        for (const charge of charges) {
          counter -= charge
          // As `chargeCounter` does: what comes back is the counter, whatever it says.
          if (counter < 0) counter = fuel.refill(counter)
        }
        fuel.settle(counter)
        expect(fuel.charged).toBe(charges.reduce((sum, charge) => sum + charge, 0))
      })
    )
  })

  it("looks at the deadline and the cancellation again when a guest has waited", () => {
    let now = 0
    let cancelled = false
    const options = { now: () => now, isCancelled: () => cancelled, sharing: waiting(() => true) }
    const late = account({ ...options, deadlineMs: 10 })
    const gone = account(options)
    expect([late.refill(-1), gone.refill(-1)]).toEqual([PARK, PARK])
    now = 10
    cancelled = true
    expect([late.resume(), late.stop, gone.resume(), gone.stop]).toEqual([-1, "deadline", -1, "cancelled"])
    late.settle(-1)
    expect(late.charged).toBe(1)
  })

  it("makes nobody wait who must stop", () => {
    const fuel = account({ allocated: 3, sharing: waiting(() => true) })
    expect([fuel.refill(-4), fuel.stop]).toEqual([-1, "fuel"])
    const late = account({ deadlineMs: 0, sharing: waiting(() => true) })
    expect([late.refill(-1), late.stop]).toEqual([-1, "deadline"])
  })

  it("does not let a guest go on that was stopped while it waited", () => {
    const fuel = account({ sharing: waiting(() => true) })
    fuel.refill(-1)
    fuel.stopFor("cancelled")
    expect(fuel.resume()).toBe(-1)
  })

  it("law: renewed, is as good as new", () => {
    const charges = fc.array(fc.nat(5000))
    fc.assert(
      fc.property(charges, charges, fc.nat(20_000), fc.nat(300), (before, after, allocated, sliceMax) => {
        const used = account({ allocated: 999, deadlineMs: 0, sliceMax, sharing: waiting(() => true) })
        used.settle(spend(used, before))
        const fresh = account({ allocated, sliceMax, sharing: waiting(() => true) })
        used.renew(allocated, Number.POSITIVE_INFINITY)
        const ends = [used, fresh].map((one) => {
          const counters = [one.open(), spend(one, after)]
          one.settle(counters[1] ?? 0)
          return [counters, one.allocated, one.charged, one.stop, one.slices]
        })
        expect(ends[0]).toEqual(ends[1])
      })
    )
  })
})
