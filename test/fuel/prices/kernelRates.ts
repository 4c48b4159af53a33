import { meterModule } from "../../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../../src/fuel/meter/Placement.ts"
import type { PriceTable } from "../../../src/fuel/PriceTable.ts"
import { RUN_POLICY_DEFAULT } from "../../../src/runtime/RunPolicy.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { Malformed } from "../../../src/wasm/Malformed.ts"
import { type Kernel, kernels } from "../../bench/kernels.ts"
import { connect, hooksOf } from "../meter/connect.ts"
import { patientAccount } from "../patientAccount.ts"

/**
 * Nanoseconds that a unit of fuel takes in each kernel of the bench, under each of some tables.
 *
 * What a table is for: the nearer these are to each other, the better fuel says how long a guest runs. Metered as
 * shipped, in turn, minima, after both compilers have had their time.
 */
export interface Rate {
  readonly kernel: string
  /** By table, in the order that was asked for. */
  readonly nsPerUnit: ReadonlyArray<number>
}

const ROUNDS = 40
/** So little, because a run of many milliseconds is never left alone on a machine that others use too. */
const RUN_MS = 1.5

export const kernelRates = (tables: ReadonlyArray<PriceTable>): ReadonlyArray<Rate> =>
  kernels().map((kernel) => {
    const argument = argumentOf(kernel)
    const runs = tables.map((table) => makeRun(kernel, table, argument))
    const least = runs.map(() => Number.POSITIVE_INFINITY)
    for (let round = 0; round < ROUNDS; round++)
      for (const [i, run] of runs.entries()) {
        const began = performance.now()
        run.call()
        least[i] = Math.min(least[i] ?? 0, performance.now() - began)
      }
    return { kernel: kernel.name, nsPerUnit: runs.map((run, i) => ((least[i] ?? 0) * 1e6) / run.units()) }
  })

/** How much to do, in about {@link RUN_MS}. */
const argumentOf = ({ wasm, timed }: Kernel): number => {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm), {})
  // The cast: every kernel has a `run`.
  const run = exports["run"] as (argument: number) => unknown
  for (let i = 0; i < WARM_ROUNDS; i++) run(timed.argument)
  const leastOf = (argument: number): number => {
    const times = Array.from({ length: 5 }, () => {
      const began = performance.now()
      run(argument)
      return performance.now() - began
    })
    return Math.min(...times)
  }
  let argument = timed.argument
  while (argument > 1 && leastOf(argument) > RUN_MS) argument = Math.floor(argument * 0.8)
  return argument
}

const WARM_ROUNDS = 2

const makeRun = (
  kernel: Kernel,
  prices: PriceTable,
  argument: number
): { readonly call: () => void; readonly units: () => number } => {
  const module = decodeModule(kernel.wasm)
  if (module instanceof Malformed) throw module
  const metered = meterModule(module, {
    prices,
    nan: "engine",
    slotsMax: RUN_POLICY_DEFAULT.stackSlotsMax,
    objectBytesMax: RUN_POLICY_DEFAULT.objectBytesMax,
    memoryPagesMax: RUN_POLICY_DEFAULT.memoryPagesMax,
    tableElementsMax: RUN_POLICY_DEFAULT.tableElementsMax,
    placement: PLACEMENT_DEFAULT,
    customSections: "strip"
  })
  if (metered instanceof Malformed) throw metered
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes), {})
  // The cast: every kernel has a `run`.
  const target = exports["run"] as (argument: number) => unknown
  let account = open()
  const hooks = hooksOf(() => account)
  const { fuel, depth } = connect(exports, metered.plan.exports, hooks)
  for (let i = 0; i < WARM_ROUNDS; i++) target(kernel.timed.argument)
  return {
    call: () => {
      account = open()
      fuel.value = account.open()
      depth.value = RUN_POLICY_DEFAULT.stackSlotsMax
      target(argument)
      account.settle(fuel.value)
    },
    units: () => account.charged
  }
}

const open = () => patientAccount({ allocated: Number.MAX_SAFE_INTEGER, now: () => performance.now() })
