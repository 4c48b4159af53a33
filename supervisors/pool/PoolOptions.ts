import type { FuelCeiling } from "../../src/fuel/FuelPolicy.ts"
import { BadArguments, type RefusedReason } from "../../src/outcome/RefusedReason.ts"
import { checkIntegers } from "../checkCall.ts"
import { type FireOptions, type FirePlan, planFiring } from "../FireOptions.ts"

/** What a caller may say of a pool; fuel and time are those of each firing. */
export interface PoolOptions extends FireOptions {
  /** For whoever reads the audit, the logs and what a saturated pool says. Default `pool`. */
  readonly name?: string | undefined
  /** Instances that there are at least and at most; a number is both. Default 0 to {@link POOL_SIZE_DEFAULT_MAX}. */
  readonly size?: number | { readonly min: number; readonly max: number } | undefined
  /** Firings that may wait for an instance. Default {@link POOL_WAITING_DEFAULT_MAX}. */
  readonly waitingMax?: number | undefined
  /** Milliseconds that a firing waits for an instance. Default {@link POOL_WAIT_MS_DEFAULT_MAX}. */
  readonly waitMsMax?: number | undefined
  /**
   * Share of instances that are compared with their first state, to the last byte, after they were put back: 0 to 1,
   * 1 for all of them. Default {@link VERIFY_DEFAULT}.
   */
  readonly verify?: number | undefined
}

export const POOL_SIZE_DEFAULT_MAX = 64
export const POOL_WAITING_DEFAULT_MAX = 10_000
export const POOL_WAIT_MS_DEFAULT_MAX = 5_000
export const VERIFY_DEFAULT = 0.001
/** V8 has room for some 16,000 memories in a process. */
const POOL_SIZE_MAX = 10_000
const POOL_WAIT_MS_MAX = 2 ** 31 - 1

export interface PoolPlan extends FirePlan {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly waitingMax: number
  readonly waitMsMax: number
  /** Of so many restorations one is checked; 0 for none. */
  readonly verifyEvery: number
  readonly ceiling: Partial<FuelCeiling>
}

export const planPool = (
  options: PoolOptions,
  ceiling: Partial<FuelCeiling> = {}
): PoolPlan | RefusedReason => {
  const plan = planFiring(options, ceiling)
  if ("_tag" in plan) return plan
  const { name = "pool", size = { min: 0, max: POOL_SIZE_DEFAULT_MAX }, verify = VERIFY_DEFAULT } = options
  const { min, max } = typeof size === "number" ? { min: size, max: size } : size
  const { waitingMax = POOL_WAITING_DEFAULT_MAX, waitMsMax = POOL_WAIT_MS_DEFAULT_MAX } = options
  if (typeof name !== "string" || name === "") return new BadArguments("name", "a text", String(name))
  const wrong = checkIntegers([
    ["size.max", max, 1, POOL_SIZE_MAX],
    ["size.min", min, 0, max],
    ["waitingMax", waitingMax, 0, 2 ** 31 - 1],
    ["waitMsMax", waitMsMax, 0, POOL_WAIT_MS_MAX]
  ])
  if (wrong !== undefined) return wrong
  if (!(verify >= 0 && verify <= 1)) return new BadArguments("verify", "a share 0..1", String(verify))
  const verifyEvery = verify === 0 ? 0 : Math.max(1, Math.round(1 / verify))
  return { ...plan, name, min, max, waitingMax, waitMsMax, verifyEvery, ceiling }
}
