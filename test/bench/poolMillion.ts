import { sampler } from "./poolGuests.ts"
import { asked, type Line, note, type RowOptions } from "./poolRow.ts"
import { fireBatches, fireInTurn, freshnessOf, usePool } from "./usePool.ts"

/**
 * A million firings with fresh semantics in one process: whether it completes, and what it has of the machine's memory
 * after each fifth.
 */
export const measureMillionInline = (options: RowOptions): Promise<ReadonlyArray<Line>> =>
  measure(options, true)

export const measureMillionOnThreads = (options: RowOptions): Promise<ReadonlyArray<Line>> =>
  measure(options, false)

const FIFTHS = 5

const measure = ({ firings }: RowOptions, inline: boolean): Promise<ReadonlyArray<Line>> =>
  usePool(sampler(), { inline, fuel: "trivial" }, { threadsMax: 2 }, async (pool) => {
    const residents: Array<number> = []
    const fifth = Math.ceil(firings / FIFTHS)
    const began = performance.now()
    for (let i = 0; i < FIFTHS; i++) {
      if (inline) await fireInTurn(pool, "increment", fifth, () => [])
      else await fireBatches(pool, "increment", fifth, { size: 2_000, inFlight: 4, expected: 1 })
      residents.push(process.memoryUsage.rss())
    }
    const seconds = (performance.now() - began) / 1e3
    const [first = Number.NaN] = residents
    const most = Math.max(...residents) / first
    const how = inline ? "inline" : "on 2 threads"
    return [
      asked(
        `${firings.toLocaleString("en")} firings in one process, ${how}`,
        "memory at most 1.1",
        `completes; at most ${most.toFixed(2)} of that after the first fifth`,
        most <= 1.1
      ),
      note(
        "resident after each fifth, MB",
        `${residents.map((bytes) => Math.round(bytes / 1e6)).join(", ")}; ${seconds.toFixed(1)} s`
      ),
      note("instances", await freshnessOf(pool))
    ]
  })
