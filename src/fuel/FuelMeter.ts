import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * What each function has consumed so far: how often it was fired, and the mean, least, most and last fuel.
 *
 * It is asked by whoever sizes a fuel policy. The number of functions is bounded, since names and modules come
 * from outside: the one that was fired longest ago makes room, and `evicted` says how many did. Nothing is kept
 * per firing, so a mean costs the same after a million.
 *
 *     const key = { moduleHash: "ab12", functionName: "add" }
 *     const program = Effect.gen(function* () {
 *       const meter = yield* FuelMeter
 *       yield* meter.record(key, 4)
 *       yield* meter.record(key, 8)
 *       return yield* meter.consumption(key)
 *     })
 *     await Effect.runPromise(Effect.provide(program, FuelMeter.layer))
 *     // => { ...key, count: 2, mean: 6, minimum: 4, maximum: 8, last: 8 }
 */
export class FuelMeter extends Context.Service<
  FuelMeter,
  {
    /** Adds one firing's consumption. *Cost*: one lookup in a map. */
    readonly record: (key: FuelMeterKey, fuel: number) => Effect.Effect<void>
    /** The same at once, for whoever records more often than an Effect is cheap. */
    readonly recordNow?: (key: FuelMeterKey, fuel: number) => void
    /** What one function consumed, `undefined` when it never fired, was reset or was evicted. */
    readonly consumption: (key: FuelMeterKey) => Effect.Effect<Consumption | undefined>
    /** Every function that is kept, the one fired longest ago first. */
    readonly all: Effect.Effect<FuelMeterReport>
    /** Forgets one function, or with no key all of them and the count of the evicted. */
    readonly reset: (key?: FuelMeterKey) => Effect.Effect<void>
  }
>()("munition/fuel/FuelMeter") {
  static readonly layer: Layer.Layer<FuelMeter> = Layer.sync(FuelMeter, () =>
    makeFuelMeter(FUEL_METER_FUNCTIONS_MAX)
  )

  /** A meter of that many functions, rounded down, at least one. */
  static readonly layerOf = (functionsMax: number): Layer.Layer<FuelMeter> =>
    Layer.sync(FuelMeter, () => makeFuelMeter(Math.max(1, Math.floor(functionsMax) || 1)))
}

/** About 1 MB when it is full of usual names, and 4 MB when every name is as long as it may be. */
export const FUEL_METER_FUNCTIONS_MAX = 4_096

/** A longer name is kept by its beginning and its length: a module may export names of 100 kB. */
export const FUEL_METER_NAME_LENGTH_MAX = 512

export interface FuelMeterKey {
  /** SHA-256 of the module as it was handed in, as hex. */
  readonly moduleHash: string
  readonly functionName: string
}

/** What one function consumed in all its firings. */
export interface Consumption extends FuelMeterKey {
  readonly count: number
  readonly mean: number
  readonly minimum: number
  readonly maximum: number
  readonly last: number
}

export interface FuelMeterReport {
  readonly functions: ReadonlyArray<Consumption>
  readonly evicted: number
}

interface Tally {
  readonly key: FuelMeterKey
  count: number
  /** Of all firings the sum is this and `rest`: a number is ten times as cheap to add to, and holds 2^53. */
  total: bigint
  rest: number
  minimum: number
  maximum: number
  last: number
}

const makeFuelMeter = (functionsMax: number): FuelMeter["Service"] => {
  // A `Map` keeps the order of insertion, so one that is taken out and put back is the youngest.
  const tallies = new Map<string, Tally>()
  let evicted = 0

  /** Mostly the same function is fired again, which is the youngest then. */
  let last: { readonly asked: FuelMeterKey; readonly tally: Tally } | undefined

  const record = (asked: FuelMeterKey, fuel: number): void => {
    if (
      last !== undefined &&
      last.asked.functionName === asked.functionName &&
      last.asked.moduleHash === asked.moduleHash
    )
      return add(last.tally, fuel)
    const key = keep(asked)
    const id = idOf(key)
    const tally = tallies.get(id)
    if (tally === undefined) {
      if (tallies.size >= functionsMax) evicted += evictOldest(tallies)
      const first = { key, count: 1, total: 0n, rest: fuel, minimum: fuel, maximum: fuel, last: fuel }
      tallies.set(id, first)
      last = { asked, tally: first }
      return
    }
    add(tally, fuel)
    tallies.delete(id)
    tallies.set(id, tally)
    last = { asked, tally }
  }

  const reset = (key?: FuelMeterKey): void => {
    last = undefined
    if (key !== undefined) {
      tallies.delete(idOf(keep(key)))
      return
    }
    tallies.clear()
    evicted = 0
  }

  return FuelMeter.of({
    record: (key, fuel) => Effect.sync(() => record(key, fuel)),
    recordNow: record,
    consumption: (key) =>
      Effect.sync(() => {
        const tally = tallies.get(idOf(keep(key)))
        return tally === undefined ? undefined : report(tally)
      }),
    all: Effect.sync(() => ({ functions: [...tallies.values()].map(report), evicted })),
    reset: (key) => Effect.sync(() => reset(key))
  })
}

const add = (tally: Tally, fuel: number): void => {
  tally.count += 1
  if (tally.rest + fuel > Number.MAX_SAFE_INTEGER) {
    tally.total += BigInt(tally.rest)
    tally.rest = 0
  }
  tally.rest += fuel
  tally.minimum = Math.min(tally.minimum, fuel)
  tally.maximum = Math.max(tally.maximum, fuel)
  tally.last = fuel
}

const keep = ({ moduleHash, functionName }: FuelMeterKey): FuelMeterKey => ({
  moduleHash,
  functionName:
    functionName.length <= FUEL_METER_NAME_LENGTH_MAX
      ? functionName
      : `${functionName.slice(0, FUEL_METER_NAME_LENGTH_MAX)}… (${functionName.length} characters)`
})

/** A hash is hex, so the first space ends it whatever the function is called. */
const idOf = (key: FuelMeterKey): string => `${key.moduleHash} ${key.functionName}`

const evictOldest = (tallies: Map<string, Tally>): number => {
  const oldest = tallies.keys().next()
  return !oldest.done && tallies.delete(oldest.value) ? 1 : 0
}

const report = (tally: Tally): Consumption => ({
  ...tally.key,
  count: tally.count,
  mean: meanOf(tally),
  minimum: tally.minimum,
  maximum: tally.maximum,
  last: tally.last
})

/** Whole part and rest apart: a total of many large firings has no room in a number, their mean has. */
const meanOf = ({ total: told, rest, count }: Tally): number => {
  const total = told + BigInt(rest)
  const n = BigInt(count)
  return Number(total / n) + Number(total % n) / count
}
