import { Account, type AccountOptions, type Sharing, SLICE_TARGET_MS } from "../../src/fuel/Account.ts"

/**
 * An account that nothing ends but its fuel, on a clock that stands still: without a deadline or a caller who
 * gives up, what a run is charged is a function of its module and its input.
 *
 * Whatever a test is about it gives: a clock that goes, a deadline, smaller slices.
 */
export const patientAccount = (
  options: Partial<AccountOptions> & Pick<AccountOptions, "allocated">
): Account =>
  new Account({
    deadlineMs: Number.POSITIVE_INFINITY,
    now: () => 0,
    isCancelled: () => false,
    ...options
  })

/** Somebody to share with, who asks for nothing but that the guest waits. */
export const waiting = (shouldPark: () => boolean): Sharing => ({
  shouldPark,
  targetMs: () => SLICE_TARGET_MS,
  shareUnits: () => undefined
})
