import { sampler } from "./poolGuests.ts"
import { timeInTurn } from "./poolLaps.ts"
import { type Peer, startPeer } from "./poolPeers.ts"
import { asked, type Line, note, type RowOptions, unmeasured } from "./poolRow.ts"
import { fireInTurn, usePool } from "./usePool.ts"

/** A fresh context of `isolated-vm` and a call in it, of JavaScript and of the same module, beside a pooled firing. */
export const measureIsolatedVm = async ({ rounds }: RowOptions): Promise<ReadonlyArray<Line>> => {
  const wasm = sampler()
  const peer = await startPeer(ISOLATED_VM, wasm)
  if (typeof peer === "string") return [unmeasured(NAME, "faster by 20 times", peer)]
  try {
    return await usePool(wasm, { inline: true, fuel: "trivial" }, {}, async (pool) => {
      const laps = await timeInTurn(
        [
          { name: INLINE, count: 50_000, run: (n) => fireInTurn(pool, "add", n, (i) => [i, 2]) },
          ...WAYS.map((name) => ({ name, count: 200, run: (n: number) => peer.run(name, n) }))
        ],
        rounds
      )
      return [
        ...WAYS.map((way) => {
          const ratio = laps.ratio(way, INLINE)
          const what = `${NAME}, a fresh context and a call ${way}`
          return asked(what, "faster by 20 times", `by ${laps.showRatio(way, INLINE)} inline`, ratio >= 20)
        }),
        ...WAYS.map((way) => note(`it, ${way}`, laps.show(way))),
        note("pooled, inline", laps.show(INLINE))
      ]
    })
  } finally {
    peer.close()
  }
}

const ISOLATED_VM: Peer = {
  name: "isolated-vm",
  version: "7.0.1",
  script: "poolPeerIsolatedVm.ts",
  execArgv: ["--no-node-snapshot", "--no-warnings"]
}
const NAME = `${ISOLATED_VM.name} ${ISOLATED_VM.version}`
const INLINE = "inline"
const WAYS = ["of JavaScript", "of the same module"] as const
