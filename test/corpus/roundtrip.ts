import { readdirSync, readFileSync } from "node:fs"
import { join, relative, resolve } from "node:path"
import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT } from "../../src/fuel/meter/Placement.ts"
import { WASMTIME_PRICES } from "../../src/fuel/PriceTable.ts"
import { RUN_POLICY_MAX } from "../../src/runtime/RunPolicy.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { InstructionReader } from "../../src/wasm/InstructionReader.ts"
import { LebReader } from "../../src/wasm/LebReader.ts"
import { attempt, Malformed } from "../../src/wasm/Malformed.ts"
import type { Module } from "../../src/wasm/Module.ts"
import { readNames } from "../../src/wasm/Names.ts"
import { bodiesOf } from "../../src/wasm/sectionOf.ts"
import { usedFeatures } from "../../src/wasm/usedFeatures.ts"

/**
 * `node test/corpus/roundtrip.ts DIR…`: holds the law of the binary format against every .wasm file there.
 *
 * Decodes each, reads every instruction, encodes it through the instruction model and compares the bytes; meters it
 * and asks V8 whether it takes the result; says how fast that was and what the module uses. Of a component, the modules in it. Ends with the sums, and fails if one module did.
 */
const files = process.argv.slice(2).flatMap((directory) =>
  readdirSync(resolve(directory), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".wasm"))
    .sort()
    .map((name) => join(resolve(directory), name))
)
if (files.length === 0) {
  process.stderr.write("usage: node test/corpus/roundtrip.ts DIR...\n")
  process.exit(2)
}

interface Sums {
  modules: number
  failed: number
  bytes: number
  instructions: number
  readMs: number
  deepMs: number
  meterMs: number
  meteredBytes: number
}
const sums: Sums = {
  modules: 0,
  failed: 0,
  bytes: 0,
  instructions: 0,
  readMs: 0,
  deepMs: 0,
  meterMs: 0,
  meteredBytes: 0
}
/** Bounds that no published module meets. */
const METER = {
  prices: WASMTIME_PRICES,
  slotsMax: RUN_POLICY_MAX.stackSlotsMax,
  objectBytesMax: RUN_POLICY_MAX.objectBytesMax,
  memoryPagesMax: RUN_POLICY_MAX.memoryPagesMax,
  tableElementsMax: RUN_POLICY_MAX.tableElementsMax,
  placement: PLACEMENT_DEFAULT,
  customSections: "keep" as const
}
/** The version byte of a component. */
const COMPONENT = 0x0d
const features = new Map<string, number>()

for (const file of files) {
  const name = relative(process.cwd(), file)
  coreModulesOf(new Uint8Array(readFileSync(file))).forEach((bytes, index) => {
    const label = index === 0 ? name : `${name}#${index}`
    sums.modules++
    const failure = attempt(() => check(label, bytes))
    if (failure === undefined) return
    sums.failed++
    print(`FAIL  ${label}: ${failure instanceof Malformed ? failure.message : failure}`)
  })
}

print("")
for (const [feature, count] of [...features].sort((a, b) => b[1] - a[1]))
  print(`${String(count).padStart(5)}  ${feature}`)
print(
  `${sums.modules} modules, ${sums.failed} failed, ${megabytes(sums.bytes)} MB, ${sums.instructions} instructions, ` +
    `read at ${rate(sums.bytes, sums.readMs)} MB/s, deep round trip at ${rate(sums.bytes, sums.deepMs)} MB/s, ` +
    `read and metered at ${rate(sums.bytes, sums.meterMs)} MB/s to ${(sums.meteredBytes / sums.bytes).toFixed(2)} of the size`
)
if (sums.failed > 0) process.exitCode = 1

/** A component is sections like a module; those of id 1 hold modules, those of id 4 components. */
function coreModulesOf(file: Uint8Array): ReadonlyArray<Uint8Array> {
  if (file[4] !== COMPONENT) return [file]
  const reader = new LebReader(file, 8)
  const found: Array<Uint8Array> = []
  while (reader.at < file.length) {
    const id = reader.u8()
    const size = reader.u32()
    const contents = file.subarray(reader.at, reader.at + size)
    if (id === 1 || id === 4) found.push(...coreModulesOf(contents))
    reader.skip(size)
  }
  return found
}

/** *Returns* what is wrong, `undefined` if nothing is. */
function check(name: string, bytes: Uint8Array): string | Malformed | undefined {
  const started = performance.now()
  const module = decodeModule(bytes)
  if (module instanceof Malformed) return module
  const instructions = countInstructions(module)
  const read = performance.now()
  const same = Buffer.compare(encodeModule(module), bytes) === 0
  const encoded = performance.now()
  const deep = Buffer.compare(encodeModule(module, { deep: true }), bytes) === 0
  const done = performance.now()
  const used = [...usedFeatures(module)]
  for (const feature of used) features.set(feature, (features.get(feature) ?? 0) + 1)
  sums.bytes += bytes.length
  sums.instructions += instructions
  sums.readMs += read - started
  sums.deepMs += done - encoded
  const refused = meterAndShowV8(bytes)
  print(
    `ok    ${name}: ${bytes.length} bytes, ${instructions} instructions, ${readNames(module).functions.size} names, ` +
      `read ${rate(bytes.length, read - started)} MB/s, ${used.join(" ")}`
  )
  if (refused !== undefined) return refused
  return same && deep ? undefined : `bytes differ${same ? "" : " (windows)"}${deep ? "" : " (instructions)"}`
}

/** Reads and meters as a firing does, under both policies for NaNs. *Returns* what V8 says of the result, if anything. */
function meterAndShowV8(bytes: Uint8Array): string | undefined {
  for (const nan of ["engine", "canonical"] as const) {
    const started = performance.now()
    const module = decodeModule(bytes)
    if (module instanceof Malformed) return module.message
    const metered = meterModule(module, { ...METER, nan })
    const took = performance.now() - started
    if (metered instanceof Malformed) return `metering: ${metered.message}`
    if (nan === "engine") {
      sums.meteredBytes += metered.bytes.length
      sums.meterMs += took
    }
    // Only what this V8 takes without a meter can be held against it.
    const source = new Uint8Array(bytes)
    if (WebAssembly.validate(source) && !WebAssembly.validate(metered.bytes))
      return `V8 refuses it metered (${nan})`
  }
  return undefined
}

function countInstructions(module: Module): number {
  const reader = new InstructionReader(module.bytes)
  let count = 0
  for (const { code } of bodiesOf(module)) {
    reader.reset(code.start, code.end)
    while (reader.next()) count++
  }
  return count
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

function rate(bytes: number, ms: number): string {
  return (bytes / 1e3 / ms).toFixed(0)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
