import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { Account } from "../../src/fuel/Account.ts"
import { HOOK_REFILL, HOOK_STOP } from "../../src/fuel/meter/Layout.ts"
import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { Munition } from "../../src/index.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { makeHooks } from "../../src/runtime/worker/hostModules.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import { root } from "../tidy/sources.ts"
import { type Kernel, kernels } from "./kernels.ts"

/**
 * `npm run bench`: what metering costs, and what a firing costs.
 *
 * Plain, metered and metered with canonical NaNs run in one process, in turn, with the slices that ship; what is
 * printed are minima and their ratios, because a shared machine only ever adds time. First call means a fresh
 * instance of a fresh module, compilation included.
 */
const ROUNDS = 25

type Variant = "plain" | "metered" | "canonical"
const VARIANTS: ReadonlyArray<Variant> = ["plain", "metered", "canonical"]

const instantiate = (
  kernel: Kernel,
  variant: Variant
): { readonly run: () => unknown; readonly bytes: number } => {
  if (variant === "plain") {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(kernel.wasm), {})
    // The cast: the kernel says that it is a function.
    const target = exports["run"] as (argument: number) => unknown
    return { run: () => target(kernel.timed.argument), bytes: kernel.wasm.length }
  }
  const module = decodeModule(kernel.wasm)
  if (module instanceof Malformed) throw module
  const metered = meterModule(module, {
    prices: WASMTIME_PRICES,
    nan: variant === "canonical" ? "canonical" : "engine",
    slotsMax: RUN_POLICY_DEFAULT.stackSlotsMax,
    objectBytesMax: RUN_POLICY_DEFAULT.objectBytesMax,
    memoryPagesMax: RUN_POLICY_DEFAULT.memoryPagesMax,
    tableElementsMax: RUN_POLICY_DEFAULT.tableElementsMax,
    placement: PLACEMENT_DEFAULT,
    customSections: "strip"
  })
  if (metered instanceof Malformed) throw metered
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes), {})
  const account = new Account({
    allocated: Number.MAX_SAFE_INTEGER,
    deadlineMs: Number.POSITIVE_INFINITY,
    now: () => performance.now(),
    isCancelled: () => false
  })
  const hooks = makeHooks({ refill: (counter) => account.refill(counter), stop: () => undefined })
  const names = metered.plan.exports
  // The casts: the meter made these exports.
  const table = exports[names.hooks] as WebAssembly.Table
  const depth = exports[names.depth] as WebAssembly.Global
  const target = exports["run"] as (argument: number) => unknown
  table.set(HOOK_REFILL, hooks.refill)
  table.set(HOOK_STOP, hooks.stop)
  const run = () => {
    depth.value = RUN_POLICY_DEFAULT.stackSlotsMax
    return target(kernel.timed.argument)
  }
  return { run, bytes: metered.bytes.length }
}

const time = (run: () => unknown): number => {
  const began = performance.now()
  run()
  return performance.now() - began
}

const geometricMean = (ratios: ReadonlyArray<number>): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)

interface Row {
  readonly name: string
  readonly plainMs: number
  readonly metered: number
  readonly canonical: number
  readonly firstCall: number
  readonly size: number
}

const measure = (kernel: Kernel): Row => {
  const live = VARIANTS.map((variant) => instantiate(kernel, variant))
  const steady = VARIANTS.map(() => Number.POSITIVE_INFINITY)
  const first = VARIANTS.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, variant] of VARIANTS.entries()) {
      steady[i] = Math.min(
        steady[i] ?? 0,
        time(() => live[i]?.run())
      )
      if (round < 5)
        first[i] = Math.min(
          first[i] ?? 0,
          time(() => instantiate(kernel, variant).run())
        )
    }
  const ratio = (times: ReadonlyArray<number>, i: number) => (times[i] ?? 0) / (times[0] ?? 1)
  return {
    name: kernel.name,
    plainMs: steady[0] ?? 0,
    metered: ratio(steady, 1),
    canonical: ratio(steady, 2),
    firstCall: ratio(first, 1),
    size: (live[1]?.bytes ?? 0) / kernel.wasm.length
  }
}

const firings = Effect.gen(function* () {
  const wasm = new Uint8Array(readFileSync(join(root, "test-wasm/rust/sampler.wasm")))
  const rates: Array<{ readonly how: string; readonly perSecond: number }> = []
  for (const [how, inline, fresh] of [
    ["inline, compiled before", true, false],
    ["in a thread, compiled before", false, false],
    ["in a thread, a policy of its own each time", false, true]
  ] as const) {
    const count = fresh ? 100 : 1_000
    yield* Munition.fire(wasm, "add", [1, 2], { inline })
    const began = performance.now()
    for (let i = 0; i < count; i++)
      yield* Munition.fire(wasm, "add", [1, 2], {
        inline,
        ...(fresh ? { objectBytesMax: 1_000 + i } : {})
      })
    rates.push({ how, perSecond: Math.round((count * 1_000) / (performance.now() - began)) })
  }
  return rates
})

const rows = kernels().map(measure)
const two = (value: number) => value.toFixed(2).padStart(9)
process.stdout.write(
  `Node ${process.versions.node}, V8 ${process.versions.v8}; ratios of minima over ${ROUNDS} rounds\n\n`
)
process.stdout.write("kernel                        plain ms  metered canonical 1st call     size\n")
for (const row of rows)
  process.stdout.write(
    `${row.name.padEnd(28)} ${[row.plainMs, row.metered, row.canonical, row.firstCall, row.size].map(two).join("")}\n`
  )
const means = (["metered", "canonical", "firstCall", "size"] as const).map((key) =>
  geometricMean(rows.map((row) => row[key]))
)
process.stdout.write(`${"geometric mean".padEnd(28)} ${" ".repeat(9)}${means.map(two).join("")}\n\n`)
const rates = await Effect.runPromise(firings.pipe(Effect.provide(Munition.layer({ threadsMax: 1 }))))
for (const { how, perSecond } of rates)
  process.stdout.write(`${how.padEnd(44)} ${String(perSecond).padStart(8)} firings/s\n`)
