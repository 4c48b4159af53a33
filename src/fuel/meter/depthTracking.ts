import type { Module } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import type { ModuleAnalysis } from "./analyseModule.ts"
import { functionsIn } from "./constantFunctions.ts"
import { INDIRECT } from "./FunctionAnalysis.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import { Numbers } from "./Numbers.ts"

/**
 * Which functions must count how deep they are: all but those from which every path of calls ends within a
 * fixed reserve of slots. Those that do count leave that reserve free.
 *
 * ```
 *   leaf (12 slots) ◀── helper (30) ◀── main (9)      none counts: 51 slots fit the reserve
 *   walk (40) ◀─┐
 *        └──────┘                                     counts: no path through a cycle has an end
 * ```
 * From the leaves up: a function is settled when all it calls is settled and the longest sum fits. What is on
 * a cycle, or calls something that is, never becomes settled. An indirect call goes to every function that
 * anybody could have put in a table, whatever its type: with subtypes the type alone does not tell, and a guest
 * with indirect calls pays for counting anyway.
 */

/** Slots that functions which do not count may use together, above any that does. */
export const RESERVE_SLOTS = 1024

/** *Returns* for every function, imported ones first, 1 if it must count depth. */
export const depthTracking = (module: Module, facts: ModuleFacts, analysis: ModuleAnalysis): Uint8Array => {
  const { slots } = analysis
  const functions = slots.length
  // One node more than there are functions: "some function that was put in a table".
  const anyone = functions
  const calls = callsOf(module, facts, analysis, anyone)
  const { firstCaller, callers } = callersOf(calls, functions + 1)
  const waiting = new Uint32Array(functions + 1)
  for (let i = 0; i < calls.callers.length; i++) {
    const caller = calls.callers.at(i)
    waiting[caller] = (waiting[caller] ?? 0) + 1
  }
  const longest = new Float64Array(functions + 1)
  const tracked = new Uint8Array(functions + 1).fill(1)
  const ready: Array<number> = []
  for (let node = 0; node <= anyone; node++) if (waiting[node] === 0) ready.push(node)
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    const total = (longest[node] ?? 0) + (slots[node] ?? 0)
    if (total > RESERVE_SLOTS) continue
    tracked[node] = 0
    for (let i = firstCaller[node] ?? 0; i < (firstCaller[node + 1] ?? 0); i++) {
      const caller = callers[i] ?? 0
      longest[caller] = Math.max(longest[caller] ?? 0, total)
      const left = (waiting[caller] ?? 0) - 1
      waiting[caller] = left
      if (left === 0) ready.push(caller)
    }
  }
  tracked.fill(0, 0, facts.importedFuncs)
  return tracked.subarray(0, functions)
}

/** Every call there is, in two columns. */
interface Calls {
  readonly callers: Numbers
  readonly callees: Numbers
}

const callsOf = (
  module: Module,
  facts: ModuleFacts,
  { functions, calls }: ModuleAnalysis,
  anyone: number
): Calls => {
  const [callers, callees] = [new Numbers(), new Numbers()]
  const add = (caller: number, callee: number) => {
    callers.push(caller)
    callees.push(callee)
  }
  for (const [index, { firstCall, endCall }] of functions.entries()) {
    for (let i = firstCall; i < endCall; i++) {
      const callee = calls.at(i)
      add(facts.importedFuncs + index, callee === INDIRECT ? anyone : callee)
    }
  }
  for (const callee of addressTaken(module)) add(anyone, callee)
  return { callers, callees }
}

/** The calls sorted by who is called: the callers of node n are those from `firstCaller[n]` on. */
const callersOf = (
  calls: Calls,
  nodes: number
): { readonly firstCaller: Uint32Array; readonly callers: Uint32Array } => {
  const firstCaller = new Uint32Array(nodes + 1)
  for (let i = 0; i < calls.callees.length; i++) {
    const after = calls.callees.at(i) + 1
    firstCaller[after] = (firstCaller[after] ?? 0) + 1
  }
  for (let node = 0; node < nodes; node++)
    firstCaller[node + 1] = (firstCaller[node + 1] ?? 0) + (firstCaller[node] ?? 0)
  const next = firstCaller.slice()
  const callers = new Uint32Array(calls.callers.length)
  for (let i = 0; i < callers.length; i++) {
    const callee = calls.callees.at(i)
    const at = next[callee] ?? 0
    next[callee] = at + 1
    callers[at] = calls.callers.at(i)
  }
  return { firstCaller, callers }
}

/** Functions that a table, a global or the host can hold. */
const addressTaken = (module: Module): ReadonlyArray<number> => {
  const taken = new Set<number>()
  for (const { kind, index } of sectionOf(module, "export")?.exports ?? [])
    if (kind === "func") taken.add(index)
  for (const { items } of sectionOf(module, "element")?.segments ?? []) {
    if (items.kind === "funcs") for (const index of items.funcIndices) taken.add(index)
    else for (const expr of items.exprs) for (const index of functionsIn(expr)) taken.add(index)
  }
  for (const { init } of sectionOf(module, "global")?.globals ?? [])
    for (const index of functionsIn(init)) taken.add(index)
  for (const { init } of sectionOf(module, "table")?.tables ?? [])
    if (init !== undefined) for (const index of functionsIn(init)) taken.add(index)
  return [...taken]
}
