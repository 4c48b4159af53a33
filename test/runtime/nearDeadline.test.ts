import { expect, it } from "vitest"
import { Account, NEAR_DEADLINE_MS, SLICE_FIRST, SLICE_MAX } from "../../src/fuel/Account.ts"

/** An account whose slices have grown as long as they can, with so much time left. */
const grown = (leftMs: number): Account => {
  let now = 0
  const account = new Account({
    allocated: 1e15,
    deadlineMs: 1e9,
    now: () => now,
    isCancelled: () => false
  })
  for (let i = 0; i < 10; i++) account.refill(-1)
  now = 1e9 - leftMs
  // Time has passed between two slices, as when a host function has taken it.
  account.open()
  return account
}

it("hands out long slices far from the deadline, and none longer than the first near it", () => {
  expect(grown(NEAR_DEADLINE_MS).refill(-1)).toBe(SLICE_MAX)
  expect(grown(NEAR_DEADLINE_MS - 1).refill(-1)).toBe(SLICE_FIRST)
  expect(grown(1).refill(-1)).toBe(SLICE_FIRST)
})
