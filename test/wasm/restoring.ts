import type { MeterExports } from "../../src/fuel/meter/MeteredModule.ts"
import type { MutableState } from "../../src/wasm/mutableState.ts"

/**
 * An instance's image, and putting it back: exactly what the analysis names and nothing else, by way of the exports
 * that the meter adds.
 */
export interface Image {
  readonly memories: ReadonlyArray<{ readonly memory: WebAssembly.Memory; readonly bytes: Uint8Array }>
  readonly globals: ReadonlyArray<{ readonly global: WebAssembly.Global; readonly value: unknown }>
  readonly tables: ReadonlyArray<{
    readonly table: WebAssembly.Table
    readonly elements: ReadonlyArray<unknown>
  }>
}

export const takeImage = (exports: WebAssembly.Exports, names: MeterExports, state: MutableState): Image => {
  // The casts: the meter made these exports.
  const named = <A>(name: string | undefined) => exports[name ?? ""] as A
  return {
    memories: state.memories.map(({ memoryIndex }) => {
      const memory = named<WebAssembly.Memory>(names.memories[memoryIndex])
      return { memory, bytes: new Uint8Array(memory.buffer).slice() }
    }),
    globals: state.globals.map(({ globalIndex }) => {
      const found = names.globals.find((g) => g.globalIndex === globalIndex)
      const global = named<WebAssembly.Global>(found?.name)
      return { global, value: global.value }
    }),
    tables: state.tables.map(({ tableIndex }) => {
      const table = named<WebAssembly.Table>(names.tables[tableIndex])
      return { table, elements: elementsOf(table) }
    })
  }
}

/** *Returns* whether it could be done: not where a memory or a table has grown. */
export const putBack = ({ memories, globals, tables }: Image): boolean => {
  if (memories.some(({ memory, bytes }) => memory.buffer.byteLength !== bytes.length)) return false
  if (tables.some(({ table, elements }) => lengthOf(table) !== elements.length)) return false
  for (const { memory, bytes } of memories) new Uint8Array(memory.buffer).set(bytes)
  for (const { global, value } of globals) global.value = value
  for (const { table, elements } of tables)
    for (const [index, element] of elements.entries()) setElement(table, index, element)
  return true
}

/** All that can be seen of an instance, whatever an analysis says: text that can be compared. */
export const wholeState = (exports: WebAssembly.Exports, names: MeterExports): ReadonlyArray<string> => [
  ...names.memories.map((name) => {
    const { buffer } = exports[name] as WebAssembly.Memory
    return `${name} ${Buffer.from(buffer).toString("latin1")}`
  }),
  ...names.globals.map(({ name, how }) => {
    if (how === "halves") return `${name} ${(exports[name] as () => unknown)()}`
    return `${name} ${show((exports[name] as WebAssembly.Global).value)}`
  }),
  ...names.tables.map((name) => `${name} ${elementsOf(exports[name] as WebAssembly.Table).map(show)}`)
]

/** A function by its index, which is the name that it has as an export. */
const show = (value: unknown): string =>
  typeof value === "function" ? `function ${value.name}` : String(value)

/** A table of 64-bit indices takes and gives bigints. */
const elementsOf = (table: WebAssembly.Table): ReadonlyArray<unknown> =>
  Array.from({ length: lengthOf(table) }, (_, index) => table.get(indexOf(table, index)))

const setElement = (table: WebAssembly.Table, index: number, element: unknown): void =>
  table.set(indexOf(table, index), element)

const lengthOf = (table: WebAssembly.Table): number => Number(table.length)

const indexOf = (table: WebAssembly.Table, index: number): number =>
  // The cast: the type knows no tables of 64-bit indices.
  (typeof (table.length as unknown) === "bigint" ? BigInt(index) : index) as number
