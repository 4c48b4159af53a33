import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { type Kernel, kernels } from "./kernels.ts"
import type { SubjectResult } from "./measure.ts"
import { METERED, PLAIN } from "./variants.ts"

/**
 * The same kernel on Wasmtime with its own fuel, by `wasmtime_kernels.py` and an interpreter that has the package.
 *
 * Another engine is another compiler, so what is compared is absolute time; a kernel's run here follows at once
 * the one on V8, while the machine is as it was. The answer must be the same. The fuel should be, on the price
 * table that the bench uses.
 */
export interface PeerResult {
  readonly name: string
  readonly version: string
  readonly oursPlain: number
  readonly oursMetered: number
  /** Milliseconds, the least of all rounds, as are those of ours. */
  readonly plain: number
  readonly fuel: number
  readonly sameFuel: boolean
}

export const measurePeer = (
  python: string,
  result: SubjectResult,
  rounds: number
): PeerResult | undefined => {
  const kernel = kernels().find(({ name }) => name === result.name)
  return kernel === undefined ? undefined : compare(kernel, result, runPeer(python, kernel, rounds))
}

const compare = (kernel: Kernel, result: SubjectResult, peer: Printed): PeerResult => {
  const [measured] = peer.kernels
  if (measured === undefined) throw new Error(`${kernel.name}: wasmtime_kernels.py printed no result`)
  if (!isSame(measured.answer, result.answer))
    throw new Error(`${kernel.name}: expected the answer ${result.answer}, Wasmtime gives ${measured.answer}`)
  const of = (name: string) => result.variants.find(({ variant }) => variant === name)
  return {
    name: kernel.name,
    version: peer.version,
    oursPlain: of(PLAIN)?.steady.minMs ?? Number.NaN,
    oursMetered: of(METERED)?.steady.minMs ?? Number.NaN,
    plain: measured.plainMs,
    fuel: measured.fuelMs,
    sameFuel: measured.fuel === of(METERED)?.fuel
  }
}

/** Python writes a whole float as `1.0`. */
const isSame = (theirs: string, ours: string): boolean =>
  theirs === ours || (theirs.includes(".") && Number(theirs) === Number(ours))

interface Printed {
  readonly version: string
  readonly kernels: ReadonlyArray<{
    readonly plainMs: number
    readonly fuelMs: number
    readonly answer: string
    readonly fuel: number
  }>
}

const runPeer = (python: string, { name, wasm, timed }: Kernel, rounds: number): Printed => {
  const input = JSON.stringify({
    rounds,
    kernels: [{ name, wasm: Buffer.from(wasm).toString("base64"), argument: timed.argument }]
  })
  const ran = spawnSync(python, [join(import.meta.dirname, "wasmtime_kernels.py")], {
    input,
    encoding: "utf8",
    timeout: RUN_MS_MAX
  })
  if (ran.error !== undefined || ran.status !== 0)
    throw new Error(`--wasmtime: ${python} failed: ${ran.error?.message ?? ran.stderr.trim()}`)
  // The cast: it is our own script's.
  return JSON.parse(ran.stdout) as Printed
}

/** Milliseconds for one kernel: a hundred times what the slowest takes. */
const RUN_MS_MAX = 300_000
