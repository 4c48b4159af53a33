import { median, minimum } from "./statistics.ts"

/**
 * Things that are timed in turn: in each round every lane runs once, and each round begins with another one, so that
 * what the machine does meanwhile meets all of them. Ratios are of the two times of one round.
 */
export interface Lane {
  readonly name: string
  /** How often a lap does it. */
  readonly count: number
  readonly run: (count: number) => Promise<Lap> | Promise<void> | void
  /** After each lap, while nobody looks: one that leaves garbage behind would have others collect it. */
  readonly after?: () => unknown
}

/** Of one lap, microseconds for each time that it was done. */
export interface Lap {
  readonly micros: number
  /** What the process had of all processors, its other threads among them. */
  readonly cpuMicros: number
}

export class Laps {
  readonly #laps = new Map<string, ReadonlyArray<Lap>>()

  constructor(laps: Iterable<readonly [string, ReadonlyArray<Lap>]>) {
    for (const [name, of] of laps) this.#laps.set(name, of)
  }

  of(name: string): ReadonlyArray<Lap> {
    const laps = this.#laps.get(name)
    if (laps === undefined)
      throw new Error(`expected one of ${[...this.#laps.keys()].join(", ")}; got ${name}`)
    return laps
  }

  median(name: string): number {
    return median(this.of(name).map(({ micros }) => micros))
  }

  minimum(name: string): number {
    return minimum(this.of(name).map(({ micros }) => micros))
  }

  /** Median and minimum, and what of it was on a processor. */
  show(name: string): string {
    const cpu = median(this.of(name).map(({ cpuMicros }) => cpuMicros))
    return `${micros(this.median(name))} µs (least ${micros(this.minimum(name))}; processor ${micros(cpu)})`
  }

  /** Median and most in a second. */
  rate(name: string): string {
    return `${perSecond(this.median(name))}/s (most ${perSecond(this.minimum(name))})`
  }

  /** The median, over rounds, of one divided by another. */
  ratio(name: string, by: string): number {
    const below = this.of(by)
    return median(this.of(name).map(({ micros }, round) => micros / (below[round]?.micros ?? Number.NaN)))
  }

  /** The same of the two minima: a shared machine only ever adds time. */
  ratioOfMinima(name: string, by: string): number {
    return this.minimum(name) / this.minimum(by)
  }

  /** The same of what each had of a processor, all rounds together: that clock goes in steps. */
  ratioOfProcessor(name: string, by: string): number {
    const sum = (of: string) => this.of(of).reduce((all, { cpuMicros }) => all + cpuMicros, 0)
    return sum(name) / sum(by)
  }

  /** All three. */
  showRatio(name: string, by: string): string {
    const [minima, processor] = [this.ratioOfMinima(name, by), this.ratioOfProcessor(name, by)]
    return `${times(this.ratio(name, by))} (of minima ${times(minima)}, of processor time ${times(processor)})`
  }
}

/** Warms each lane up, then runs all of them in turn. */
export const timeInTurn = async (lanes: ReadonlyArray<Lane>, rounds: number): Promise<Laps> => {
  for (const lane of lanes) await warmUp(lane)
  const laps = lanes.map((): Array<Lap> => [])
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < lanes.length; i++) {
      const position = (round + i) % lanes.length
      const lane = lanes[position]
      if (lane !== undefined) laps[position]?.push(await timeLap(lane))
    }
  return new Laps(lanes.map(({ name }, i) => [name, laps[i] ?? []]))
}

/** One short lap is not enough for V8 to have optimised what is called in it. */
const warmUp = async (lane: Lane): Promise<void> => {
  const until = performance.now() + WARM_UP_MS
  for (let lap = 0; lap < WARM_UP_LAPS_MAX && (lap === 0 || performance.now() < until); lap++)
    await timeLap(lane)
}

const WARM_UP_MS = 500
const WARM_UP_LAPS_MAX = 5

const timeLap = async ({ count, run, after }: Lane): Promise<Lap> => {
  const before = process.cpuUsage()
  const began = performance.now()
  const told = await run(count)
  const micros = ((performance.now() - began) * 1e3) / count
  const { user, system } = process.cpuUsage(before)
  after?.()
  if (told !== undefined) return told
  return { micros, cpuMicros: (user + system) / count }
}

export const micros = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

export const perSecond = (value: number): string => Math.round(1e6 / value).toLocaleString("en")

export const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 1)} times`
