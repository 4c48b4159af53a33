import { functionOf, memoryOf, sampler } from "./poolGuests.ts"
import { timeInTurn } from "./poolLaps.ts"
import { asked, type Line, note, type RowOptions } from "./poolRow.ts"
import { fireInTurn, freshnessOf, usePool } from "./usePool.ts"

/** A firing of an addition on the caller's own thread, beside a bare call and a copy of its memory. */
export const measureAdd = ({ rounds }: RowOptions): Promise<ReadonlyArray<Line>> => {
  const wasm = sampler()
  const bare = new WebAssembly.Instance(new WebAssembly.Module(wasm))
  const add = functionOf(bare, "add")
  const memory = memoryOf(bare)
  const image = memory.slice()
  const callAndCopy = (count: number) => {
    for (let i = 0; i < count; i++) {
      add(i, 2)
      memory.set(image)
    }
  }
  return usePool(wasm, { inline: true, fuel: "trivial" }, {}, async (pool) => {
    const freshness = await freshnessOf(pool)
    const laps = await timeInTurn(
      [
        { name: POOLED, count: FIRINGS, run: (count) => fireInTurn(pool, "add", count, (i) => [i, 2]) },
        { name: BARE, count: FIRINGS, run: callAndCopy }
      ],
      rounds
    )
    const ratio = laps.ratio(POOLED, BARE)
    return [
      asked("inline pooled add, 64 KiB", "250,000/s", laps.rate(POOLED), laps.median(POOLED) <= 4),
      asked(
        "  beside a bare call and a copy of 64 KiB",
        "at most 3 times",
        laps.showRatio(POOLED, BARE),
        ratio <= 3
      ),
      note(`pooled, ${freshness}`, laps.show(POOLED)),
      note("bare call and copy", laps.show(BARE))
    ]
  })
}

const POOLED = "pooled"
const BARE = "bare"
const FIRINGS = 100_000
