import type { Compiled } from "../../src/runtime/Compiled.ts"

/**
 * All state of an instance that JavaScript can reach, by way of the exports that the meter adds, compared with that of
 * another instance of the same module, or of the same module compiled in another way.
 */
export const differenceOf = (
  one: Compiled,
  mine: WebAssembly.Exports,
  other: Compiled,
  theirs: WebAssembly.Exports
): string | undefined => {
  const [a, b] = [one.plan.exports, other.plan.exports]
  for (const [index, name] of a.memories.entries()) {
    const [left, right] = [bytesOf(mine[name]), bytesOf(theirs[b.memories[index] ?? ""])]
    if (Buffer.compare(left, right) !== 0)
      return `memory ${index} differs at ${firstDifference(left, right)} (${left.length} and ${right.length} bytes)`
  }
  for (const [index, { globalIndex, name, how }] of a.globals.entries()) {
    const [left, right] = [globalOf(mine, name, how), globalOf(theirs, b.globals[index]?.name ?? "", how)]
    if (left !== right) return `global ${globalIndex} is ${left} and ${right}`
  }
  if (a.heap !== undefined && b.heap !== undefined) {
    const [left, right] = [globalOf(mine, a.heap, "global"), globalOf(theirs, b.heap, "global")]
    if (left !== right) return `objects may take ${left} and ${right}`
  }
  for (const [index, name] of a.tables.entries()) {
    const [left, right] = [elementsOf(mine[name]), elementsOf(theirs[b.tables[index] ?? ""])]
    if (left !== right) return `table ${index} differs`
  }
  return undefined
}

const bytesOf = (memory: unknown): Uint8Array =>
  memory instanceof WebAssembly.Memory ? new Uint8Array(memory.buffer) : new Uint8Array(0)

const firstDifference = (left: Uint8Array, right: Uint8Array): number => {
  const at = left.findIndex((byte, i) => byte !== right[i])
  return at < 0 ? left.length : at
}

/** Its value as text; of one that JavaScript cannot see, that it cannot. */
const globalOf = (exports: WebAssembly.Exports, name: string, how: "global" | "halves"): string => {
  const global = exports[name]
  try {
    if (how === "halves") return typeof global === "function" ? String(global()) : "absent"
    return global instanceof WebAssembly.Global ? show(global.value) : "absent"
  } catch {
    return "not to be seen"
  }
}

const elementsOf = (table: unknown): string => {
  if (!(table instanceof WebAssembly.Table)) return "absent"
  // The cast: a table with 64-bit indices has them, and its length, as bigints.
  const isWide = typeof (table.length as number | bigint) === "bigint"
  try {
    const elements = Array.from({ length: Number(table.length) }, (_, index) =>
      // The cast: see above.
      show(table.get((isWide ? BigInt(index) : index) as number))
    )
    return elements.join()
  } catch {
    return `${table.length} not to be seen`
  }
}

/** A function by its index, which is the name that it has as an export. */
const show = (value: unknown): string => {
  if (typeof value === "function") return `function ${value.name}`
  if (typeof value === "object" && value !== null) return "an object"
  return Object.is(value, -0) ? "-0" : String(value)
}

/** Which instance of a module was made last. */
export interface Instances {
  readonly exportsOf: (compiled: Compiled) => WebAssembly.Exports
}

const made = new WeakMap<WebAssembly.Module, WebAssembly.Exports>()
let isWatching = false

/** From now on instances are known by their module. For tests only: it puts itself before V8's own class. */
export const watchInstances = (): Instances => {
  if (!isWatching) {
    isWatching = true
    const Plain = WebAssembly.Instance
    class Watched extends Plain {
      constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
        super(module, imports)
        made.set(module, this.exports)
      }
    }
    Reflect.set(WebAssembly, "Instance", Watched)
  }
  return { exportsOf: ({ module }) => made.get(module) ?? {} }
}
