import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as sleep, setImmediate as yieldNow } from "node:timers/promises"
import { collect } from "../soak/collect.ts"
import { ballastOf } from "./ballastOf.ts"
import { functionOf, samplerOf17Pages } from "./poolGuests.ts"
import { type Laps, timeInTurn, times } from "./poolLaps.ts"
import { asked, type Line, note, type RowOptions } from "./poolRow.ts"
import { median } from "./statistics.ts"
import { fireBatches, fireInFlight, freshnessOf, usePool } from "./usePool.ts"

/**
 * Firings of a Rust guest of 17 pages on two threads, in batches and one by one, beside plain V8 with an instance for
 * each call; and the same again in a process that holds 500 MB of objects of its own.
 */
export const measureThreads = ({ rounds }: RowOptions): Promise<ReadonlyArray<Line>> => {
  const wasm = samplerOf17Pages()
  const module = new WebAssembly.Module(wasm)
  const plain = async (count: number) => {
    for (let i = 0; i < count; i++) {
      functionOf(new WebAssembly.Instance(module), "increment")()
      // A daemon serves others between; V8 may also let go of instances then.
      if (i % 50 === 0) await yieldNow()
    }
  }
  return usePool(wasm, { fuel: "trivial" }, { threadsMax: 2 }, async (pool) => {
    const freshness = await freshnessOf(pool)
    const measure = async (beside: string) => {
      const late = new Lateness()
      const lanes = [
        {
          name: BATCHES,
          count: 10_000,
          run: (count: number) =>
            fireBatches(pool, "increment", count, { size: 250, inFlight: 4, expected: 1 })
        },
        { name: SINGLE, count: 2_560, run: (count: number) => fireInFlight(pool, "increment", count, 64) },
        { name: PLAIN, count: 1_000, run: plain, after: collect }
      ]
      const watched = lanes.map((lane) => ({ ...lane, run: late.watch(lane.name, lane.run) }))
      const laps = await timeInTurn(watched, rounds)
      await late.watch(IDLE, () => sleep(2_000))(1)
      return linesOf(beside, laps, late)
    }
    const alone = await measure("")
    const ballast = ballastOf(BALLAST_BYTES)
    await sleep(500)
    const beside = await measure(`, beside ${Math.round(ballast.bytes / 1e6)} MB of objects`)
    ballast.check()
    return [...alone, ...beside, note("the guest", `test-wasm/rust/sampler.wasm with 17 pages, ${freshness}`)]
  })
}

const linesOf = (beside: string, laps: Laps, late: Lateness): ReadonlyArray<Line> => {
  const pause = Math.max(late.most(BATCHES), late.most(SINGLE))
  const lines = [
    asked(
      `pooled firings of 17 pages, 2 threads${beside}`,
      "30,000/s",
      `${laps.rate(BATCHES)} in batches, ${laps.rate(SINGLE)} one by one`,
      Math.min(laps.median(BATCHES), laps.median(SINGLE)) <= 1e6 / 30_000
    ),
    note("in batches of 250, 4 in flight", `${laps.show(BATCHES)}, ${late.show(BATCHES)}`),
    note("one by one, 64 in flight", `${laps.show(SINGLE)}, ${late.show(SINGLE)}`),
    note(
      "plain V8, an instance each, 1 thread",
      `${laps.rate(PLAIN)}, ${laps.show(PLAIN)}, ${late.show(PLAIN)}; batches take ${times(laps.ratio(BATCHES, PLAIN))}`
    ),
    note("nothing at all", late.show(IDLE))
  ]
  if (beside === "") return lines
  const no = asked("  longest pause of the caller", "at most 20 ms", `${pause.toFixed(1)} ms`, pause <= 20)
  return [...lines, no]
}

/** How late the caller's event loop was while a lane ran, by laps. */
class Lateness {
  readonly #laps = new Map<string, Array<number>>()

  watch(name: string, run: (count: number) => Promise<void>): (count: number) => Promise<void> {
    const laps: Array<number> = []
    this.#laps.set(name, laps)
    let isWarm = name === IDLE
    return async (count) => {
      // One for each lap: between its laps it would count what others did.
      const histogram = monitorEventLoopDelay({ resolution: 1 })
      histogram.enable()
      await run(count)
      // What was late is only noticed when it comes.
      await sleep(5)
      histogram.disable()
      if (isWarm) laps.push(histogram.max / 1e6)
      // The first lap is the one that warms up.
      isWarm = true
    }
  }

  most(name: string): number {
    return Math.max(...(this.#laps.get(name) ?? []))
  }

  show(name: string): string {
    const laps = this.#laps.get(name) ?? []
    const typical = median(laps)
    return `longest pause ${this.most(name).toFixed(1)} ms (of a lap: ${typical.toFixed(1)})`
  }
}

const BATCHES = "batches"
const SINGLE = "single"
const PLAIN = "plain"
const IDLE = "idle"
const BALLAST_BYTES = 500e6
