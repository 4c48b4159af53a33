import { BadArguments, LimitExceeded } from "../outcome/RefusedReason.ts"

/**
 * How much fuel and time a firing gets, read from what a person or a program wrote and checked against the
 * operator's ceiling.
 *
 * Fuel is a safe integer: every one up to 2^53 - 1 is told from its neighbours, so the account is exact. What
 * does not fit is a value that names the field, the bound and what was given; nothing is rounded or cut to fit.
 */
export interface FuelPolicy {
  readonly fuel: number
  readonly timeoutMs: number
}

/** The most that an operator allows anybody to ask for. */
export interface FuelCeiling {
  readonly fuelMax: number
  readonly timeoutMsMax: number
}

/** As in the Elixir project: the level `moderate`. */
export const FUEL_DEFAULT = 100_000
export const FUEL_MAX = Number.MAX_SAFE_INTEGER
export const TIMEOUT_MS_DEFAULT = 5_000
/** What a timer of Node holds (2^31 - 1 ms, 24.8 days); a longer one would go off at once. */
export const TIMEOUT_MS_MAX = 2 ** 31 - 1

/** Amounts with names, as in the Elixir project. */
export const FUEL_LEVELS = {
  trivial: 1_000,
  simple: 10_000,
  moderate: 100_000,
  complex: 1_000_000,
  heavy: 10_000_000
} as const

/** The name of an amount. */
export type FuelLevel = keyof typeof FUEL_LEVELS

const UNLIMITED: FuelCeiling = { fuelMax: FUEL_MAX, timeoutMsMax: TIMEOUT_MS_MAX }

/**
 * The policy of one firing.
 *
 * *Returns* both amounts, defaults where nothing was asked for; a default above the ceiling is the ceiling.
 * *Fails* with `BadArguments` for what is no amount, with `LimitExceeded` for what is above the ceiling.
 *
 *     makeFuelPolicy({ fuel: "heavy", timeout: "2s" }) // => { fuel: 10000000, timeoutMs: 2000 }
 */
export const makeFuelPolicy = (
  asked: { readonly fuel?: number | string | undefined; readonly timeout?: number | string | undefined },
  ceiling: Partial<FuelCeiling> = {}
): FuelPolicy | BadArguments | LimitExceeded => {
  const bounds = makeFuelCeiling(ceiling)
  if ("_tag" in bounds) return bounds
  const fuel =
    asked.fuel === undefined ? Math.min(FUEL_DEFAULT, bounds.fuelMax) : parseFuel(asked.fuel, bounds.fuelMax)
  if (typeof fuel !== "number") return fuel
  const timeoutMs =
    asked.timeout === undefined
      ? Math.min(TIMEOUT_MS_DEFAULT, bounds.timeoutMsMax)
      : parseTimeoutMs(asked.timeout, bounds.timeoutMsMax)
  return typeof timeoutMs === "number" ? { fuel, timeoutMs } : timeoutMs
}

/** An operator's ceiling, itself checked: a ceiling of `NaN` would let everything through. */
export const makeFuelCeiling = (asked: Partial<FuelCeiling>): FuelCeiling | BadArguments => {
  const { fuelMax, timeoutMsMax } = { ...UNLIMITED, ...asked }
  if (!isWithin(fuelMax, 0, FUEL_MAX)) return bad("fuelMax", `an integer 0..${FUEL_MAX}`, fuelMax)
  if (!isWithin(timeoutMsMax, 1, TIMEOUT_MS_MAX))
    return bad("timeoutMsMax", `an integer 1..${TIMEOUT_MS_MAX}`, timeoutMsMax)
  return { fuelMax, timeoutMsMax }
}

const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most

/**
 * Fuel as a number, a level's name, or digits with `_` between them and an exponent behind.
 *
 *     parseFuel("heavy")     // => 10000000
 *     parseFuel("2.5e6")     // => 2500000
 *     parseFuel("1_000_000") // => 1000000
 */
export const parseFuel = (
  written: number | string,
  fuelMax: number = FUEL_MAX
): number | BadArguments | LimitExceeded => {
  const level = typeof written === "string" && Object.hasOwn(FUEL_LEVELS, written)
  // `hasOwn` has just shown that the text is one of the names.
  const fuel = level ? FUEL_LEVELS[written as FuelLevel] : readInteger(written)
  if (fuel === undefined || !isWithin(fuel, 0, FUEL_MAX))
    return bad("fuel", `an integer 0..${FUEL_MAX} or one of ${Object.keys(FUEL_LEVELS).join(", ")}`, written)
  return fuel > fuelMax ? new LimitExceeded("fuel", fuelMax, fuel) : fuel
}

/**
 * A timeout in milliseconds, or with the unit `ms`, `s` or `m` behind it. At least one millisecond: a deadline that
 * has passed before the guest starts would be a refusal in disguise.
 *
 *     parseTimeoutMs("2s") // => 2000
 */
export const parseTimeoutMs = (
  written: number | string,
  timeoutMsMax: number = TIMEOUT_MS_MAX
): number | BadArguments | LimitExceeded => {
  const [, amount, unit] = /^(.*?)(ms|s|m)?$/s.exec(String(written)) ?? []
  const count = readInteger(typeof written === "number" ? written : (amount ?? ""))
  const timeoutMs =
    count === undefined ? undefined : count * (unit === "m" ? 60_000 : unit === "s" ? 1_000 : 1)
  if (timeoutMs === undefined || !isWithin(timeoutMs, 1, FUEL_MAX))
    return bad(
      "timeout",
      `an integer 1..${TIMEOUT_MS_MAX} of milliseconds, or with a unit: ms, s, m`,
      written
    )
  return timeoutMs > timeoutMsMax ? new LimitExceeded("timeout", timeoutMsMax, timeoutMs) : timeoutMs
}

const NUMERAL = /^(\d+(?:_\d+)*)(?:\.(\d+))?(?:e\+?(\d{1,2}))?$/i
/** Longer than any numeral that could still be a safe integer: what is beyond is not worth the arithmetic. */
const NUMERAL_LENGTH_MAX = 64

/** The integer that was written, exactly: `9007199254740991.4` must not become its neighbour. */
const readInteger = (written: number | string): number | undefined => {
  if (typeof written === "number") return written
  const parts = written.length <= NUMERAL_LENGTH_MAX ? NUMERAL.exec(written) : null
  if (parts === null) return undefined
  const fraction = (parts[2] ?? "").replace(/0+$/, "")
  const zeros = Number(parts[3] ?? 0) - fraction.length
  if (zeros < 0) return undefined
  return Number(BigInt(`${parts[1]?.replaceAll("_", "") ?? ""}${fraction}`) * 10n ** BigInt(zeros))
}

const SHOWN_LENGTH_MAX = 80

const bad = (parameter: string, expected: string, got: number | string): BadArguments =>
  new BadArguments(
    parameter,
    expected,
    typeof got === "number" ? String(got) : JSON.stringify(String(got).slice(0, SHOWN_LENGTH_MAX))
  )
