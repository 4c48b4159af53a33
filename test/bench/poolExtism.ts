import { sampler } from "./poolGuests.ts"
import { type Lane, timeInTurn } from "./poolLaps.ts"
import { type Peer, startPeer } from "./poolPeers.ts"
import { asked, type Line, note, type RowOptions, unmeasured } from "./poolRow.ts"
import { fireBatches, fireInTurn, usePool } from "./usePool.ts"

/**
 * Two functions, called through `@extism/extism` and fired here with fuel, each time fresh: an addition, each side with
 * arguments and a result in its own way, which there is bytes through host functions; and one that has neither, of the
 * very same module.
 */
export const measureExtism = async ({ rounds }: RowOptions): Promise<ReadonlyArray<Line>> => {
  const wasm = sampler()
  const peer = await startPeer(EXTISM, wasm)
  if (typeof peer === "string") return [unmeasured(NAME, "faster by 3 times", peer)]
  try {
    return await usePool(wasm, { inline: true, fuel: "trivial" }, {}, (inline) =>
      usePool(wasm, { fuel: "trivial" }, { threadsMax: 2 }, async (onThreads) => {
        const ours = { increment: () => [], add: (i: number) => [i, 2] }
        const lanes = FUNCTIONS.flatMap((name): ReadonlyArray<Lane> => {
          const there = WAYS.map(({ way, count }) => ({
            name: `${name}, ${way}`,
            count,
            run: (n: number) => peer.run(`${name}, ${way}`, n)
          }))
          const run = (n: number) => fireInTurn(inline, name, n, ours[name])
          return [{ name: `${name}, ${INLINE}`, count: 50_000, run }, ...there]
        })
        const laps = await timeInTurn(
          [
            ...lanes,
            { name: BATCHES, count: 20_000, run: (n) => fireBatches(onThreads, "increment", n, BATCH) },
            { name: SINGLE, count: 1_000, run: (n) => fireInTurn(onThreads, "increment", n, () => []) }
          ],
          rounds
        )
        return [
          ...FUNCTIONS.flatMap((name) =>
            WAYS.map(({ way, times: least }) => {
              const ratio = laps.ratio(`${name}, ${way}`, `${name}, ${INLINE}`)
              const measured = `by ${laps.showRatio(`${name}, ${way}`, `${name}, ${INLINE}`)} inline`
              return asked(`${NAME}, ${name}, ${way}`, `faster by ${least} times`, measured, ratio >= least)
            })
          ),
          ...lanes.map(({ name }) => note(name, laps.show(name))),
          ...[BATCHES, SINGLE].map((name) => note(name, laps.show(name)))
        ]
      })
    )
  } finally {
    peer.close()
  }
}

const FUNCTIONS = ["add", "increment"] as const
const WAYS = [
  { way: "in process", count: 20_000, times: 3 },
  { way: "in a worker", count: 2_000, times: 20 }
] as const
const EXTISM: Peer = {
  name: "@extism/extism",
  version: "1.0.3",
  script: "poolPeerExtism.ts",
  execArgv: ["--no-warnings"]
}
const NAME = `${EXTISM.name} ${EXTISM.version}`
const BATCH = { size: 2_000, inFlight: 4, expected: 1 }
const INLINE = "pooled inline"
const BATCHES = "increment, pooled, in batches on 2 threads"
const SINGLE = "increment, pooled, one by one on a thread"
