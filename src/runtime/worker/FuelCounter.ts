import type { Account } from "../../fuel/Account.ts"

/** The counter of the slice that is open, an i32 in the guest's instance: what a host call is paid from. */
export interface FuelCounter {
  readonly read: () => number
  readonly write: (counter: number) => void
}

/**
 * Takes `units` from the counter, refilling it as the module itself would; *returns* `false` when the account is
 * empty or the time is over, and the account then says which.
 */
export const chargeCounter = (counter: FuelCounter, account: Account, units: number): boolean => {
  let rest = units
  // The counter is an i32, and a price may be more than it holds. What is free is checked all the same.
  do {
    const step = Math.min(rest, STEP_MAX)
    rest -= step
    const left = counter.read() - step
    counter.write(left < 0 ? account.refill(left) : left)
    if (account.stop !== undefined) return false
  } while (rest > 0)
  return true
}

const STEP_MAX = 2 ** 30

/** Where there is no instance yet. */
export const NO_COUNTER: FuelCounter = { read: () => 0, write: () => undefined }
