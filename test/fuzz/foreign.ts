import { meterModule } from "../../src/fuel/meter/meterModule.ts"
import { PLACEMENT_DEFAULT, PLACEMENT_EXACT } from "../../src/fuel/meter/Placement.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import type { ExternType, Module } from "../../src/wasm/Module.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import { METER_OPTIONS } from "../fuel/meter/runMetered.ts"
import { Broken, complaint, type Tampering } from "./laws.ts"
import { type Call, callsOf, playMetered, playPlain } from "./play.ts"

/**
 * The law on modules that we did not make, mutants of real ones above all: what the engine accepts it accepts
 * metered, and then every call that ends within its fuel does what it does without a meter; what it refuses only
 * ends. (Metered it may be valid: an index one past the end is then the meter's. The engine is asked before.)
 *
 * *Returns* how far it came. A module that is run gets functions that return 0 for what it imports.
 */
export const holdForeignLaw = (
  bytes: Uint8Array<ArrayBuffer>,
  tampering: Tampering = {}
): "refused" | "metered" | "run" => {
  const law = "a mutant of a real module"
  const accepted = WebAssembly.validate(bytes)
  const module = decodeModule(bytes)
  if (module instanceof Malformed) {
    if (accepted) throw new Broken(law, "decodes", "what the engine accepts", module.message)
    return "refused"
  }
  for (const options of [
    { placement: PLACEMENT_DEFAULT },
    { placement: PLACEMENT_EXACT },
    { nan: "canonical" as const }
  ]) {
    const made = meterModule(module, { ...METER_OPTIONS, ...LIMITS, ...options })
    if (made instanceof Malformed) {
      if (accepted) throw new Broken(law, "is metered", "what the engine accepts", made.message)
      continue
    }
    if (accepted && !WebAssembly.validate(made.bytes))
      throw new Broken(law, `is valid metered, ${JSON.stringify(options)}`, "nothing", complaint(made.bytes))
  }
  if (!accepted) return "refused"
  return bytes.length > RUN_BYTES_MAX ? "metered" : runBoth(law, bytes, module, tampering)
}

const LIMITS = { memoryPagesMax: 65_536, tableElementsMax: 10_000_000, slotsMax: 30_000 }
const RUN_BYTES_MAX = 3_000_000
const FUEL = 300_000

const runBoth = (
  law: string,
  bytes: Uint8Array<ArrayBuffer>,
  module: Module,
  tampering: Tampering
): "metered" | "run" => {
  const { start } = Object.fromEntries(module.sections.map((section) => [section.kind, section]))
  const imports = importsOf(module)
  // What cannot be stood for, and what runs on its own as it is made, is not run.
  if (start !== undefined || imports() === undefined) return "metered"
  let ran = 0
  for (const call of callsOf(bytes)) ran += runOne(law, bytes, call, tampering, () => imports() ?? {}) ? 1 : 0
  return ran > 0 ? "run" : "metered"
}

const runOne = (
  law: string,
  bytes: Uint8Array<ArrayBuffer>,
  call: Call,
  tampering: Tampering,
  imports: () => WebAssembly.Imports
): boolean => {
  const play = (tampered: Tampering) =>
    playMetered(bytes, [call], { ...LIMITS, ...tampered, fuel: FUEL }, imports())
  let metered: ReturnType<typeof playMetered>
  try {
    // Nothing stops the plain run, so only what ends under a meter that is right may be run plain.
    if (tampering.spoil !== undefined && play({}).rounds.some(({ stop }) => stop !== undefined)) return false
    metered = play(tampering)
  } catch (cause) {
    // Segments that do not fit, and imports that do not match: without a meter too.
    if (cause instanceof WebAssembly.LinkError || cause instanceof WebAssembly.RuntimeError) return false
    throw cause
  }
  if (metered.rounds.some(({ stop }) => stop !== undefined)) return false
  const plain = playPlain(bytes, [call], imports())
  const [expected, got] = [plain.rounds[0]?.outcome, metered.rounds[0]?.outcome]
  if (expected?.includes("call stack") || got?.includes("call stack")) return false
  if (expected !== got) throw new Broken(law, `${call.name}: outcome`, expected, got)
  if (String(plain.state) !== String(metered.state))
    throw new Broken(law, `${call.name}: state`, plain.state, metered.state)
  return true
}

/** Makes something for everything that a module imports; `undefined` where there is nothing to be made. */
const importsOf = (module: Module): (() => WebAssembly.Imports | undefined) => {
  const all = sectionOf(module, "import")?.imports ?? []
  const spaces = new IndexSpaces(module)
  return () => {
    const made: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
    for (const { module: from, name, type } of all) {
      const value = stub(type, spaces)
      if (value === undefined) return undefined
      const names = made[from] ?? Object.create(null)
      names[name] = value
      made[from] = names
    }
    return made
  }
}

const stub = (type: ExternType, spaces: IndexSpaces): WebAssembly.ImportValue | undefined => {
  switch (type.kind) {
    case "func": {
      const { results } = spaces.funcType(type.typeIndex)
      const values = results.map((result) =>
        result === "i64" ? 0n : typeof result === "string" && result !== "v128" ? 0 : null
      )
      return () => (values.length > 1 ? values : values[0])
    }
    case "memory": {
      const { min, max, shared, address } = type.limits
      if (shared || address === "i64" || min > 1000n) return undefined
      return new WebAssembly.Memory({
        initial: Number(min),
        ...(max === undefined ? {} : { maximum: Number(max) })
      })
    }
    case "table": {
      const { limits, element } = type.table
      if (limits.address === "i64" || limits.min > 100_000n || typeof element === "string") return undefined
      if (element.heap !== "func" && element.heap !== "extern") return undefined
      return new WebAssembly.Table({
        element: element.heap === "func" ? "anyfunc" : "externref",
        initial: Number(limits.min),
        ...(limits.max === undefined ? {} : { maximum: Number(limits.max) })
      })
    }
    case "global": {
      const { type: value, mutable } = type.global
      if (typeof value !== "string" || value === "v128") return undefined
      return new WebAssembly.Global({ value, mutable }, value === "i64" ? 0n : 0)
    }
    default:
      return undefined
  }
}
