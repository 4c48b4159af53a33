import type { MutableState } from "./mutableState.ts"
import type { ValueType } from "./ValueType.ts"

/**
 * How an instance that has run is followed by one that is as good as new: the cheapest way that misses nothing.
 *
 * ```
 *   restore         the same instance: memories, globals and tables are set to what they were
 *   reinstantiate   a new instance over the memories of an old one: the module imports them
 *   new             a new instance with memories of its own
 * ```
 * Whatever the way, an instance that trapped or was stopped is not used again, nor is a memory or a table that
 * has grown: whoever restores compares their sizes.
 */
export type Freshness =
  | { readonly way: "restore" }
  | { readonly way: "reinstantiate"; readonly why: string }
  | { readonly way: "new"; readonly why: string }

export const freshnessOf = (state: MutableState): Freshness => {
  const [imported] = state.importedState
  if (imported !== undefined) return { way: "new", why: `it imports ${imported}, whose state is not its own` }
  const shared = state.memories.find(({ limits }) => limits.shared)
  if (shared !== undefined)
    return { way: "new", why: `memory ${shared.memoryIndex} is shared: others may write it at any time` }
  const why = whyNotRestored(state)
  if (why === undefined) return { way: "restore" }
  if (state.memories.length === 0) return { way: "new", why: `${why}, and there is no memory to keep` }
  return { way: "reinstantiate", why }
}

const whyNotRestored = ({ drops, changesObjects, globals, tables }: MutableState): string | undefined => {
  const [drop] = drops
  if (drop !== undefined) return `${drop} drops a segment, which cannot be brought back`
  const [change] = changesObjects
  if (change !== undefined) return `${change} changes an object, which cannot be told from outside`
  const global = globals.find(({ type }) => !isSettable(type))
  if (global !== undefined)
    return `global ${global.globalIndex} is mutable and of a type that JavaScript cannot set`
  const table = tables.find(({ type }) => !isReadable(type))
  if (table !== undefined)
    return `table ${table.tableIndex} can be written and is neither of funcref nor of externref`
  return undefined
}

const isSettable = (type: ValueType): boolean =>
  typeof type === "string" ? type !== "v128" : isReadable(type)

/** A nullable reference to any function, or to anything of the host's. */
const isReadable = (type: ValueType): boolean =>
  typeof type !== "string" && type.nullable && (type.heap === "func" || type.heap === "extern")
