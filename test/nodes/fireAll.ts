import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import type { MeterOptions } from "../../src/fuel/meter/MeterOptions.ts"
import { PLACEMENT_DEFAULT } from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import { V8Engine } from "../../src/runtime/worker/V8Engine.ts"
import { kernels } from "../bench/kernels.ts"
import { readGuests } from "../guests/readGuests.ts"
import { MeteredCode } from "./MeteredCode.ts"

/**
 * `node test/nodes/fireAll.ts [DIRECTORY]`: fires every guest, every kernel of the bench and some exports of every
 * .wasm below the directory, on this Node, with canonical NaNs. A line of JSON for each: `{ name, result }`.
 *
 * A module that this engine does not take is a line too, so that it is known to be left out.
 */
const print = (name: string, result: unknown): void => {
  // A guest's name may hold what some readers take for the end of a line.
  const line = JSON.stringify({ name, result }).replace(
    /[\u2028\u2029]/g,
    (end) => `\\u${end.charCodeAt(0).toString(16)}`
  )
  process.stdout.write(`${line}\n`)
}

const METER: MeterOptions = {
  prices: WASMTIME_PRICES,
  nan: "canonical",
  placement: PLACEMENT_DEFAULT,
  slotsMax: RUN_POLICY_DEFAULT.stackSlotsMax,
  objectBytesMax: RUN_POLICY_DEFAULT.objectBytesMax,
  memoryPagesMax: 65_536,
  tableElementsMax: 10_000_000,
  customSections: "strip"
}

const GUEST_FUEL_MAX = 2_000_000
const KERNEL_FUEL = 20_000_000
const EXPORT_FUEL = 300_000
/** Of each module of the corpus: the first, the last, and some between. */
const EXPORTS_MAX = 6

/** The code of a module, or why there is none; the latter is printed. */
const codeOf = (name: string, bytes: Uint8Array<ArrayBuffer>): MeteredCode | undefined => {
  if (!WebAssembly.validate(bytes)) {
    print(name, "not accepted")
    return undefined
  }
  try {
    return new MeteredCode(bytes, METER)
  } catch (cause) {
    print(name, `not metered: ${cause instanceof Error ? cause.message : String(cause)}`)
    return undefined
  }
}

const fire = (code: MeteredCode, label: string, name: string, args: ReadonlyArray<unknown>, fuel: number) => {
  try {
    print(label, code.fire(name, args, fuel))
  } catch (cause) {
    print(label, `no instance: ${cause instanceof Error ? cause.name : String(cause)}`)
  }
}

/** What the header says in text, as what the call takes. */
const argumentsOf = (code: MeteredCode, name: string, texts: ReadonlyArray<string>) => {
  const call = code.calls().find((one) => one.name === name)
  if (call === undefined || call.args.length !== texts.length) return undefined
  return call.args.map((like, i) => {
    const text = texts[i] ?? ""
    return typeof like === "bigint" ? BigInt(text) : Number(text.replace("inf", "Infinity"))
  })
}

const engine = new V8Engine()
for (const { header, wasm } of readGuests()) {
  const bytes = wasm()
  // What is refused is refused in the engine's own words; that it is, the guests' tests say.
  if ("_tag" in engine.compile(bytes, RUN_POLICY_DEFAULT)) continue
  const code = codeOf(header.path, bytes)
  if (code === undefined) continue
  header.firings.forEach(({ functionName, args, options, expected: { ending } }, index) => {
    if (ending.outcome === "refused") return
    const given = argumentsOf(code, functionName, args)
    const fuel = Math.min(options.fuel ?? 100_000, GUEST_FUEL_MAX)
    if (given !== undefined) fire(code, `${header.path} ${index} ${functionName}`, functionName, given, fuel)
  })
}

for (const { name, wasm, brief } of kernels()) {
  const code = codeOf(`kernel ${name}`, wasm)
  if (code !== undefined) fire(code, `kernel ${name}`, "run", [brief.argument], KERNEL_FUEL)
}

const [directory] = process.argv.slice(2)
const files =
  directory === undefined ? [] : readdirSync(resolve(directory), { recursive: true, encoding: "utf8" })
for (const file of files.filter((path) => path.endsWith(".wasm")).sort()) {
  const code = codeOf(file, new Uint8Array(readFileSync(join(resolve(directory ?? ""), file))))
  if (code === undefined) continue
  const calls = code.calls()
  const step = Math.max(1, (calls.length - 1) / (EXPORTS_MAX - 1))
  const chosen = new Set(Array.from({ length: EXPORTS_MAX }, (_, i) => Math.round(i * step)))
  for (const index of chosen) {
    const call = calls[index]
    if (call !== undefined) fire(code, `${file} ${call.name}`, call.name, call.args, EXPORT_FUEL)
  }
}
