import type { Module, SubType } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { ValueType } from "../../wasm/ValueType.ts"
import { functionsIn } from "./constantFunctions.ts"
import type { FunctionAnalysis } from "./FunctionAnalysis.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import type { Numbers } from "./Numbers.ts"

/**
 * Who can call whom: a node for every function, and one for every shape of function that somebody has a
 * reference to, which an indirect call of that shape goes to.
 *
 * ```
 *   main ──▶ walk ──▶ (i32)->i32 ──▶ twice, thrice      twice and thrice stand in a table
 *             └──────▶ log                              an import
 * ```
 * Where types have subtypes a call can go to another type than it names, so all references share one node.
 * References can come from elsewhere only through an imported table or global, or as an import's result; a node
 * that such a reference can be in is *open*. The host of this house puts no function into a guest's table.
 */
export interface CallGraph {
  readonly functions: number
  readonly nodes: number
  /** Node by type: where an indirect call of that type goes. */
  readonly nodeOfType: Int32Array
  /** By node: the calls of node n are `callees[firstCallee[n]]` to before `firstCallee[n + 1]`, as nodes. */
  readonly firstCallee: Uint32Array
  readonly callees: Uint32Array
  /** By function: 1 if a reference to it can exist inside the module. */
  readonly addressTaken: Uint8Array
  readonly open: boolean
}

export const makeCallGraph = (
  module: Module,
  facts: ModuleFacts,
  functions: ReadonlyArray<FunctionAnalysis>,
  calls: Numbers,
  referenced: ReadonlySet<number>
): CallGraph => {
  const count = facts.funcTypes.length
  const shapes = shapesOf(facts.types)
  const nodeOfType = Int32Array.from(shapes.ofType, (shape) => count + shape)
  const nodes = count + shapes.count
  const addressTaken = new Uint8Array(count)
  for (const index of [...referenced, ...referencesOutsideCode(module)]) addressTaken[index] = 1
  const firstCallee = new Uint32Array(nodes + 1)
  for (const [index, { firstCall, endCall }] of functions.entries())
    firstCallee[facts.importedFuncs + index + 1] = endCall - firstCall
  for (let f = 0; f < count; f++) {
    const node = nodeOfType[facts.typeOfFunc(f)] ?? count
    if (addressTaken[f] === 1) firstCallee[node + 1] = (firstCallee[node + 1] ?? 0) + 1
  }
  for (let node = 0; node < nodes; node++)
    firstCallee[node + 1] = (firstCallee[node + 1] ?? 0) + (firstCallee[node] ?? 0)
  const callees = new Uint32Array(firstCallee[nodes] ?? 0)
  for (const [index, { firstCall, endCall }] of functions.entries()) {
    let to = firstCallee[facts.importedFuncs + index] ?? 0
    for (let i = firstCall; i < endCall; i++) {
      const callee = calls.at(i)
      callees[to++] = callee >= 0 ? callee : (nodeOfType[-1 - callee] ?? count)
    }
  }
  const next = firstCallee.slice()
  for (let f = 0; f < count; f++) {
    if (addressTaken[f] !== 1) continue
    const node = nodeOfType[facts.typeOfFunc(f)] ?? count
    const to = next[node] ?? 0
    callees[to] = f
    next[node] = to + 1
  }
  return {
    functions: count,
    nodes,
    nodeOfType,
    firstCallee,
    callees,
    addressTaken,
    open: isOpen(facts)
  }
}

/**
 * A number for each shape of function type, one for all where an equal type can be written in two ways or a
 * subtype can stand for another.
 */
const shapesOf = (types: ReadonlyArray<SubType>): { readonly ofType: Int32Array; readonly count: number } => {
  const plain = types.every(
    ({ supertypes, form, composite }) =>
      supertypes.length === 0 &&
      form === "plain" &&
      (composite.kind !== "func" || ![...composite.params, ...composite.results].some(namesType))
  )
  if (!plain) return { ofType: new Int32Array(types.length), count: 1 }
  const numbers = new Map<string, number>()
  const ofType = Int32Array.from(types, ({ composite }) => {
    if (composite.kind !== "func") return 0
    const shape = `${composite.params.map(wordOf)} ${composite.results.map(wordOf)}`
    const known = numbers.get(shape) ?? numbers.size
    numbers.set(shape, known)
    return known
  })
  return { ofType, count: Math.max(numbers.size, 1) }
}

const namesType = (type: ValueType): boolean => typeof type !== "string" && typeof type.heap === "number"

const wordOf = (type: ValueType): string =>
  typeof type === "string" ? type : `${type.nullable ? "null " : ""}${type.heap}`

/** Whether a reference to a function of somebody else's can get in. */
const isOpen = (facts: ModuleFacts): boolean => facts.importedTables > 0 || facts.importsReferences

/** Functions that segments and constant expressions name. */
const referencesOutsideCode = (module: Module): ReadonlyArray<number> => {
  const taken: Array<number> = []
  const from = (indices: Iterable<number>) => {
    for (const index of indices) taken.push(index)
  }
  for (const { items } of sectionOf(module, "element")?.segments ?? []) {
    if (items.kind === "funcs") from(items.funcIndices)
    else for (const expr of items.exprs) from(functionsIn(expr))
  }
  for (const { init } of sectionOf(module, "global")?.globals ?? []) from(functionsIn(init))
  for (const { init } of sectionOf(module, "table")?.tables ?? [])
    if (init !== undefined) from(functionsIn(init))
  return taken
}
