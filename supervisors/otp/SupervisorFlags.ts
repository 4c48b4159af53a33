import {
  type FlagsRefusal,
  InvalidAutoShutdown,
  InvalidChildrenMax,
  InvalidIntensity,
  InvalidPeriod,
  InvalidStrategy
} from "./SpecRefusal.ts"

/**
 * What a supervisor is told about all its children: OTP's flags with OTP's defaults, and a bound on their number.
 */
export interface SupervisorFlags {
  /** Who is restarted with a child that ended. Default `one_for_one`. */
  readonly strategy?: Strategy
  /** So many restarts within the period are borne; one more ends the supervisor. Default 1. */
  readonly intensity?: number
  /** Default 5. Whole seconds of the monotonic clock, as OTP counts them. */
  readonly periodSeconds?: number
  /** Whether the end of significant children ends the supervisor. Default `never`. */
  readonly autoShutdown?: AutoShutdown
  /** Default {@link CHILDREN_MAX}. */
  readonly childrenMax?: number
}

export const STRATEGIES = ["one_for_one", "one_for_all", "rest_for_one"] as const
/** Who is restarted with a child that has crashed. */
export type Strategy = (typeof STRATEGIES)[number]

export const AUTO_SHUTDOWNS = ["never", "any_significant", "all_significant"] as const
/** Whether a supervisor ends when significant children have. */
export type AutoShutdown = (typeof AUTO_SHUTDOWNS)[number]

/** OTP has no bound; one process holds about 16,000 memories, and a fiber a child is cheaper than a memory. */
export const CHILDREN_MAX = 65_536

/** The flags with their defaults, or the first that is wrong, in OTP's order. */
export const checkFlags = (flags: SupervisorFlags): Required<SupervisorFlags> | FlagsRefusal => {
  const strategy = flags.strategy ?? "one_for_one"
  const intensity = flags.intensity ?? 1
  const periodSeconds = flags.periodSeconds ?? 5
  const autoShutdown = flags.autoShutdown ?? "never"
  const childrenMax = flags.childrenMax ?? CHILDREN_MAX
  if (!STRATEGIES.includes(strategy)) return new InvalidStrategy(strategy)
  if (!Number.isSafeInteger(intensity) || intensity < 0) return new InvalidIntensity(intensity)
  if (!Number.isSafeInteger(periodSeconds) || periodSeconds < 1) return new InvalidPeriod(periodSeconds)
  if (!AUTO_SHUTDOWNS.includes(autoShutdown)) return new InvalidAutoShutdown(autoShutdown)
  if (!Number.isSafeInteger(childrenMax) || childrenMax < 1) return new InvalidChildrenMax(childrenMax)
  return { strategy, intensity, periodSeconds, autoShutdown, childrenMax }
}
