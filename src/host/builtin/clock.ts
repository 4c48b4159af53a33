import type { Clock } from "../HostContext.ts"

/** 2000-01-01T00:00:00Z: after the epoch, so that nobody's "unset" is met, and long past, so that nobody takes it for now. */
export const VIRTUAL_EPOCH_MS = 946_684_800_000n

/**
 * The clock of the machine, and one that is a function of how often it was read.
 *
 * The virtual clock goes on by one millisecond a reading and not by fuel: fuel depends on the price table and on
 * where the meter placed its checks, and a guest's answers must not. A guest that waits for time to pass gets there.
 */
export const realClock: Clock = { nowMs: () => BigInt(Date.now()) }

/** A clock whose first reading is the epoch and each later one a millisecond on. */
export const makeVirtualClock = (epochMs: bigint = VIRTUAL_EPOCH_MS): Clock => {
  let readings = 0n
  return {
    nowMs: () => {
      const now = epochMs + readings
      readings += 1n
      return now
    }
  }
}
