import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import { connect } from "../fuel/meter/connect.ts"
import { STACK_SHAPES, type StackShape } from "./stackShapes.ts"

/**
 * How many slots each shape of recursion gets before V8's own stack ends: what `FRAME_SLOTS` and
 * `stackSlotsMax` were chosen by.
 *
 *     node [--liftoff-only] test/bench/stackDepth.ts [jspi]
 */
const SLOTS = 2 ** 30

/** *Returns* the slots in use when V8 gave up, and how many calls those were. */
const measure = async (shape: StackShape, jspi: boolean, warm: number) => {
  const module = decodeModule(shape.wasm())
  if (module instanceof Malformed) throw module
  const metered = meterModule(module, {
    prices: WASMTIME_PRICES,
    nan: "engine",
    slotsMax: SLOTS,
    objectBytesMax: 1e9,
    memoryPagesMax: 1,
    tableElementsMax: 100,
    placement: PLACEMENT_DEFAULT,
    customSections: "strip"
  })
  if (metered instanceof Malformed) throw metered
  const { plan, bytes } = metered
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  const { depth } = connect(exports, plan.exports, { refill: () => 2 ** 30, stop: () => undefined })
  // The cast: every shape has a `main`.
  const main = exports["main"] as () => unknown
  // @ts-expect-error: newer than the declarations
  const call: () => unknown = jspi ? WebAssembly.promising(main) : main
  let used = 0
  let what = ""
  for (let i = 0; i <= warm; i++) {
    depth.value = SLOTS
    try {
      await call()
    } catch (cause) {
      what = cause instanceof Error ? cause.name : String(cause)
    }
    used = SLOTS - depth.value
  }
  return { used, what }
}

const jspi = process.argv.includes("jspi")
const warm = process.argv.includes("warm") ? 200 : 0
let least = Number.POSITIVE_INFINITY
const rows: Array<readonly [number, string, string]> = []
for (const shape of STACK_SHAPES) {
  if (!WebAssembly.validate(shape.wasm())) continue
  const { used, what } = await measure(shape, jspi, warm)
  rows.push([used, shape.name, what])
  if (used < least) least = used
}
rows.sort((a, b) => a[0] - b[0])
console.log(`node ${process.versions.node} ${process.execArgv.join(" ")} ${jspi ? "jspi" : ""}`)
for (const [used, name, what] of rows.slice(0, process.argv.includes("all") ? rows.length : 25))
  console.log(
    `${String(used).padStart(8)} slots, ${((984 * 1024) / used).toFixed(1)} bytes a slot: ${name} (${what})`
  )
