import { collect } from "../soak/collect.ts"
import { functionOf, memoryOf, writer } from "./poolGuests.ts"
import { type Lane, type Laps, micros, timeInTurn, times } from "./poolLaps.ts"
import { asked, type Line, note, type RowOptions } from "./poolRow.ts"
import { median } from "./statistics.ts"
import { fireInTurn, freshnessOf, usePool } from "./usePool.ts"

/**
 * What it takes to make an instance of 16 MiB fresh, by how much of it a firing wrote: a pooled firing less the bare
 * call, beside a copy of 16 MiB and beside a new instance.
 *
 * What is left when the call is taken away is all of a firing: its meter, its report, the marks, and what was put back.
 */
export const measureWrites = ({ rounds }: RowOptions): Promise<ReadonlyArray<Line>> => {
  const wasm = writer()
  const module = new WebAssembly.Module(wasm)
  const bare = new WebAssembly.Instance(module)
  const memory = memoryOf(bare)
  const image = memory.slice()
  return usePool(wasm, { inline: true, fuel: 1e9 }, {}, async (pool) => {
    const freshness = await freshnessOf(pool)
    const lanes = WRITES.flatMap(({ name, write, bytes, count }): ReadonlyArray<Lane> => {
      const call = functionOf(bare, write)
      return [
        { name: `${POOLED} ${name}`, count, run: (n) => fireInTurn(pool, write, n, () => [bytes]) },
        { name: `${BARE} ${name}`, count, run: (n) => repeat(n, () => call(bytes)) },
        {
          name: `${NEW} ${name}`,
          count: Math.min(count, 100),
          run: (n) => repeat(n, () => functionOf(new WebAssembly.Instance(module), write)(bytes)),
          after: collect
        }
      ]
    })
    const copying = { name: COPY, count: 20, run: (n: number) => repeat(n, () => memory.set(image)) }
    const laps = await timeInTurn([...lanes, copying], rounds)
    return [
      ...WRITES.flatMap(({ name, isAsked }) => linesOf(name, isAsked === true, laps)),
      note("a copy of 16 MiB", laps.show(COPY)),
      note("pooled, inline", freshness)
    ]
  })
}

const linesOf = (name: string, isAsked: boolean, laps: Laps): ReadonlyArray<Line> => {
  const beyond = laps.of(`${POOLED} ${name}`).map((lap, i) => {
    return lap.micros - (laps.of(`${BARE} ${name}`)[i]?.micros ?? Number.NaN)
  })
  const share = median(beyond.map((one, i) => one / (laps.of(COPY)[i]?.micros ?? Number.NaN)))
  const what = `16 MiB, written: ${name}; made fresh in`
  const measured = `${micros(median(beyond))} µs, ${share.toFixed(3)} of a copy`
  return [
    isAsked ? asked(what, "a third of a copy", measured, share <= 1 / 3) : { ...note("", measured), what },
    note("pooled firing", laps.show(`${POOLED} ${name}`)),
    note("bare call", laps.show(`${BARE} ${name}`)),
    note(
      "plain V8, a new instance and a call",
      `${laps.show(`${NEW} ${name}`)}; pooled takes ${times(laps.ratio(`${POOLED} ${name}`, `${NEW} ${name}`))}`
    )
  ]
}

const repeat = (count: number, act: () => void): void => {
  for (let i = 0; i < count; i++) act()
}

interface Write {
  readonly name: string
  readonly write: "write" | "scatter"
  readonly bytes: number
  readonly count: number
  readonly isAsked?: boolean
}

const WRITES: ReadonlyArray<Write> = [
  { name: "64 KiB", write: "write", bytes: 0x10000, count: 1_000, isAsked: true },
  { name: "64 KiB in 16 places", write: "scatter", bytes: 0x10000, count: 1_000 },
  { name: "4 KiB", write: "write", bytes: 0x1000, count: 2_000 },
  { name: "1 MiB", write: "write", bytes: 0x100000, count: 200 },
  { name: "16 MiB", write: "write", bytes: 0x1000000, count: 20 }
]
const POOLED = "pooled"
const BARE = "bare"
const NEW = "new"
const COPY = "copy"
