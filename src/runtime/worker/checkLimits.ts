import { ModuleFacts, OBJECT_HEADER_BYTES } from "../../fuel/meter/ModuleFacts.ts"
import { LimitExceeded } from "../../outcome/RefusedReason.ts"
import { InstructionReader } from "../../wasm/InstructionReader.ts"
import type { Code, Limits, Module } from "../../wasm/Module.ts"
import { OP } from "../../wasm/Opcodes.ts"
import { bodiesOf, sectionOf } from "../../wasm/sectionOf.ts"
import type { RunPolicy } from "../RunPolicy.ts"

/**
 * Whether a module stays within its policy, by what it declares: decided before anything is allocated, compiled
 * or even validated.
 *
 * Linear in the module. The objects of constant expressions are counted here, because V8 makes them while it
 * instantiates, where no meter runs: a 900 MB array in a global's initialiser is one instruction.
 */
export const checkLimits = (module: Module, policy: RunPolicy): LimitExceeded | undefined => {
  const over = (limit: keyof RunPolicy, bound: number, value: number) =>
    value > bound ? new LimitExceeded(limit, bound, value) : undefined
  const facts = new ModuleFacts(module)
  return (
    over("moduleBytesMax", policy.moduleBytesMax, module.bytes.length) ??
    over("functionsMax", policy.functionsMax, facts.funcTypes.length) ??
    over("itemsMax", policy.itemsMax, mostItems(module, facts)) ??
    over("arityMax", policy.arityMax, greatestArity(facts)) ??
    over("localsMax", policy.localsMax, mostLocals(module, facts)) ??
    over("memoryPagesMax", policy.memoryPagesMax, total(facts.memories)) ??
    over("tableElementsMax", policy.tableElementsMax, total(facts.tables.map(({ limits }) => limits))) ??
    over("tableElementsMax", policy.tableElementsMax, segmentElements(module)) ??
    over("objectBytesMax", policy.objectBytesMax, constantObjectBytes(module, facts))
  )
}

/** Saturates where a 64-bit memory declares more than a number can hold exactly; no bound is near there. */
const total = (limits: ReadonlyArray<Limits>): number =>
  Number(limits.reduce((sum, { min }) => sum + min, 0n))

/**
 * Elements of all element segments. V8 writes the active ones while it instantiates, where no meter runs, and all
 * of a passive one at its first use, even for a length of zero: 60 million of them held a thread for 1.6 s.
 */
const segmentElements = (module: Module): number =>
  (sectionOf(module, "element")?.segments ?? []).reduce(
    (sum, { items }) => sum + (items.kind === "funcs" ? items.funcIndices.length : items.exprs.length),
    0
  )

/**
 * What a memory and a table weigh as items. For each memory, an empty one too, V8 reserves 8 GiB of addresses, of
 * which a process has 16,000 times as much: 9,000 took 0.9 s, 20,000 ended the thread. A table takes 2 µs.
 */
const MEMORY_ITEMS = 100
const TABLE_ITEMS = 10

const mostItems = (module: Module, facts: ModuleFacts): number =>
  Math.max(
    facts.types.length,
    facts.globals.length,
    facts.tagTypes.length,
    facts.memories.length * MEMORY_ITEMS,
    facts.tables.length * TABLE_ITEMS,
    sectionOf(module, "import")?.imports.length ?? 0,
    sectionOf(module, "export")?.exports.length ?? 0,
    sectionOf(module, "data")?.segments.length ?? 0,
    sectionOf(module, "element")?.segments.length ?? 0
  )

const greatestArity = (facts: ModuleFacts): number =>
  facts.types.reduce((most, { composite }, index) => {
    if (composite.kind === "array") return most
    return Math.max(most, facts.params(index), facts.results(index))
  }, 0)

const mostLocals = (module: Module, facts: ModuleFacts): number =>
  bodiesOf(module).reduce((most, { locals }, index) => {
    const params = facts.params(facts.typeOfFunc(facts.importedFuncs + index))
    return Math.max(
      most,
      locals.reduce((sum, { count }) => sum + count, params)
    )
  }, 0)

/**
 * Bytes of the objects that V8 makes while instantiating: in globals, tables and element segments.
 *
 * A length is the constant just before the instruction; one that comes out of arithmetic or a global counts as
 * the largest there is, because nothing honest computes the length of a constant.
 */
export const constantObjectBytes = (module: Module, facts = new ModuleFacts(module)): number => {
  if (facts.types.every(({ composite }) => composite.kind === "func")) return 0
  const sizeOf = (code: Code | undefined) => (code === undefined ? 0 : objectBytes(code, facts))
  const globals = sectionOf(module, "global")?.globals ?? []
  const tables = sectionOf(module, "table")?.tables ?? []
  const segments = sectionOf(module, "element")?.segments ?? []
  const initial = (limits: Limits) => Number(limits.min)
  return (
    globals.reduce((sum, { init }) => sum + sizeOf(init), 0) +
    tables.reduce((sum, { type, init }) => sum + sizeOf(init) * Math.max(1, initial(type.limits)), 0) +
    segments.reduce(
      (sum, { items }) =>
        sum + (items.kind === "exprs" ? items.exprs.reduce((n, expr) => n + sizeOf(expr), 0) : 0),
      0
    )
  )
}

const UNKNOWN_LENGTH = 0xffff_ffff

const objectBytes = (code: Code, facts: ModuleFacts): number => {
  const reader = new InstructionReader(code.bytes, code.start, code.end)
  let bytes = 0
  let constant = UNKNOWN_LENGTH
  while (reader.next()) {
    const { op, a, b } = reader
    if (
      op === OP["array.new"] ||
      op === OP["array.new_default"] ||
      op === OP["array.new_data"] ||
      op === OP["array.new_elem"]
    )
      bytes += OBJECT_HEADER_BYTES + constant * facts.elementBytes(a)
    else if (op === OP["array.new_fixed"]) bytes += facts.arrayBytes(a, b)
    else if (op === OP["struct.new"] || op === OP["struct.new_default"]) bytes += facts.structBytes(a)
    constant = op === OP["i32.const"] ? a >>> 0 : UNKNOWN_LENGTH
  }
  return bytes
}
