import type { Compiled } from "../../Compiled.ts"
import { type MemoryImage, makeImage } from "./MemoryImage.ts"

/**
 * How an instance was when it was made, before any of its code ran: what is put back between two firings.
 *
 * Only for modules whose analysis says that memories, mutable globals and tables are all that can change
 * (`Freshness` in `src/wasm`). What the meter keeps for itself, its counters, begins anew with each call anyway,
 * apart from what is left of the allowance for objects, which is put back here.
 */
export class InitialState {
  readonly #memories: ReadonlyArray<MemoryImage>
  readonly #globals: ReadonlyArray<readonly [global: WebAssembly.Global, value: unknown]>
  readonly #tables: ReadonlyArray<readonly [table: WebAssembly.Table, elements: ReadonlyArray<unknown>]>

  private constructor(
    memories: ReadonlyArray<MemoryImage>,
    globals: ReadonlyArray<readonly [WebAssembly.Global, unknown]>,
    tables: ReadonlyArray<readonly [WebAssembly.Table, ReadonlyArray<unknown>]>
  ) {
    this.#memories = memories
    this.#globals = globals
    this.#tables = tables
  }

  /** *Returns* `undefined` where it could not be put back to the last bit: of a NaN JavaScript does not keep them. */
  static of({ plan, writesTables }: Compiled, exports: WebAssembly.Exports): InitialState | undefined {
    const names = plan.exports
    const memories = names.memories.map((name) => exports[name]).filter(isMemory)
    const heap = names.heap === undefined ? [] : [names.heap]
    const globals = [...names.globals.map(({ name }) => name), ...heap].map((name) => exports[name])
    if (globals.some((global) => isGlobal(global) && Number.isNaN(global.value))) return undefined
    const tables = writesTables ? names.tables.map((name) => exports[name]).filter(isTable) : []
    return new InitialState(
      memories.map((memory) => makeImage(memory, writesOf(plan, exports))),
      globals.filter(isGlobal).map((global) => [global, global.value] as const),
      tables.map((table) => [table, elementsOf(table)] as const)
    )
  }

  /** Puts everything back. *Returns* `false`, and leaves it as it is, where something has grown for good. */
  restore(): boolean {
    const grown =
      this.#memories.some((memory) => memory.hasGrown) ||
      this.#tables.some(([table, elements]) => Number(table.length) !== elements.length)
    if (grown) return false
    for (const memory of this.#memories) memory.restore()
    for (const [global, value] of this.#globals) global.value = value
    for (const [table, elements] of this.#tables)
      for (const [index, element] of elements.entries())
        if (elementOf(table, index) !== element) table.set(indexOf(table, index), element)
    return true
  }

  noteWrite(offset: number, length: number): void {
    this.#memories[0]?.noteWrite(offset, length)
  }

  /** In what the instance is another than it was, `undefined` where it is the same to the last byte. */
  difference(): string | undefined {
    for (const [index, memory] of this.#memories.entries()) {
      const at = memory.differsAt()
      if (at !== undefined) return `memory ${index} differs at ${at}`
    }
    const global = this.#globals.findIndex(([{ value }, initial]) => !Object.is(value, initial))
    if (global >= 0) return `mutable global ${global} differs`
    const table = this.#tables.findIndex(
      ([table, elements]) =>
        Number(table.length) !== elements.length ||
        elements.some((element, index) => elementOf(table, index) !== element)
    )
    return table < 0 ? undefined : `table ${table} differs`
  }
}

/** Where the guest's writes are noted: only where it has one memory. */
export const writesOf = (
  { exports: { writes } }: Compiled["plan"],
  exports: WebAssembly.Exports
): WebAssembly.Memory | undefined => {
  const map = writes === undefined ? undefined : exports[writes]
  return isMemory(map) ? map : undefined
}

const isMemory = (item: unknown): item is WebAssembly.Memory => item instanceof WebAssembly.Memory
const isGlobal = (item: unknown): item is WebAssembly.Global => item instanceof WebAssembly.Global
const isTable = (item: unknown): item is WebAssembly.Table => item instanceof WebAssembly.Table

const elementsOf = (table: WebAssembly.Table): ReadonlyArray<unknown> =>
  Array.from({ length: Number(table.length) }, (_, index) => elementOf(table, index))

const elementOf = (table: WebAssembly.Table, index: number): unknown => table.get(indexOf(table, index))

/** A table of 64-bit indices takes them, and tells its length, as bigints, which the declarations do not know. */
const indexOf = (table: WebAssembly.Table, index: number): number =>
  // The casts: see above.
  (typeof (table.length as number | bigint) === "bigint" ? BigInt(index) : index) as number
