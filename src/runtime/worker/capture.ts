import type { GlobalEvidence, MemoryEvidence, TableEvidence } from "../../outcome/Evidence.ts"
import { Missing } from "../../outcome/Missing.ts"
import type { Compiled } from "../Compiled.ts"
import type { RunPolicy } from "../RunPolicy.ts"
import type { Captured } from "./Engine.ts"
import { showReference } from "./readFailure.ts"

/**
 * Copies a failed instance's state out: every memory, every mutable global, every table as function indices.
 *
 * The meter exported them all under names of its own. What is over a bound, or what JavaScript cannot see, is
 * `Missing` with the reason, one piece at a time: half of the evidence is better than none.
 */
export const capture = (compiled: Compiled, instance: WebAssembly.Instance, policy: RunPolicy): Captured => {
  const { exports } = instance
  const names = compiled.plan.exports
  let bytesLeft = policy.captureBytesMax
  let elementsLeft = ELEMENTS_MAX
  return {
    memories: names.memories.map((name, memoryIndex) => {
      const memory = captureMemory(exports[name], memoryIndex, bytesLeft)
      if (memory.bytes instanceof Uint8Array) bytesLeft -= memory.bytes.length
      return memory
    }),
    globals: names.globals.map(({ globalIndex, type, name, how }) => ({
      globalIndex,
      type,
      value: readGlobal(exports[name], how)
    })),
    tables: names.tables.map((name, tableIndex) => {
      const table = captureTable(exports[name], tableIndex, compiled, elementsLeft)
      if (table.elements instanceof Int32Array) elementsLeft -= table.elements.length
      return table
    })
  }
}

/** Table elements that one capture reads: at 0.1 µs each not a tenth of a second. */
export const ELEMENTS_MAX = 1_000_000
const PAGE_BYTES = 65_536

const captureMemory = (memory: unknown, memoryIndex: number, bytesLeft: number): MemoryEvidence => {
  if (!(memory instanceof WebAssembly.Memory))
    return {
      memoryIndex,
      pages: 0,
      pageBytes: PAGE_BYTES,
      bytes: new Missing("the engine did not export the memory")
    }
  const { buffer } = memory
  const pages = buffer.byteLength / PAGE_BYTES
  if (buffer.byteLength > bytesLeft) {
    const why = `captureBytesMax: ${buffer.byteLength} bytes do not fit the ${bytesLeft} that are left`
    return { memoryIndex, pages, pageBytes: PAGE_BYTES, bytes: new Missing(why) }
  }
  return { memoryIndex, pages, pageBytes: PAGE_BYTES, bytes: copyOf(buffer) }
}

/** A copy takes as much again as the guest had, which there may not be. */
const copyOf = (buffer: ArrayBufferLike): Uint8Array | Missing => {
  try {
    return new Uint8Array(buffer).slice()
  } catch (cause) {
    return new Missing(`it could not be copied: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

const readGlobal = (global: unknown, how: "global" | "halves"): GlobalEvidence["value"] => {
  try {
    if (how === "global")
      return global instanceof WebAssembly.Global
        ? showReference(global.value)
        : new Missing("the engine did not export the global")
    if (typeof global !== "function") return new Missing("the engine did not export the global's reader")
    // The cast: the meter's reader returns two i64, which is an array of two bigints to JavaScript.
    const [low, high] = global() as readonly [bigint, bigint]
    const hex = (half: bigint) => BigInt.asUintN(64, half).toString(16).padStart(16, "0")
    return `0x${hex(high)}${hex(low)}`
  } catch (cause) {
    return new Missing(`JavaScript cannot read it: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

const captureTable = (
  table: unknown,
  tableIndex: number,
  compiled: Compiled,
  elementsLeft: number
): TableEvidence => {
  const type = compiled.tables[tableIndex]?.type ?? "funcref"
  if (!(table instanceof WebAssembly.Table))
    return { tableIndex, type, length: 0, elements: new Missing("the engine did not export the table") }
  // The casts: a table with 64-bit indices has them, and its length, as bigints, which the declarations do not know.
  const isWide = typeof (table.length as number | bigint) === "bigint"
  const get = (index: number): unknown => table.get((isWide ? BigInt(index) : index) as number)
  const length = Number(table.length)
  try {
    const elements = new Int32Array(Math.min(length, elementsLeft))
    for (let i = 0; i < elements.length; i++) elements[i] = functionIndex(get(i), compiled)
    return { tableIndex, type, length, elements }
  } catch (cause) {
    const why = `JavaScript cannot read it: ${cause instanceof Error ? cause.message : String(cause)}`
    return { tableIndex, type, length, elements: new Missing(why) }
  }
}

/** An exported function's name is its index, by the JavaScript API's own rule. */
const functionIndex = (element: unknown, compiled: Compiled): number => {
  if (element === null) return -1
  if (typeof element !== "function") return -2
  const index = Number(element.name)
  return Number.isInteger(index) && index < compiled.plan.guestFuncs ? index : -2
}
