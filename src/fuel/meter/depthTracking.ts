import type { Module } from "../../wasm/Module.ts"
import { sectionOf } from "../../wasm/sectionOf.ts"
import { functionsIn } from "./constantFunctions.ts"
import { INDIRECT } from "./FunctionAnalysis.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"

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

export interface Callers {
  /** Slots of each function, imported ones first (0). */
  readonly slots: ReadonlyArray<number>
  /** What each calls, as in `FunctionAnalysis.calls`. */
  readonly calls: ReadonlyArray<ReadonlyArray<number>>
}

/** *Returns* for every function, imported ones first, 1 if it must count depth. */
export const depthTracking = (module: Module, facts: ModuleFacts, { slots, calls }: Callers): Uint8Array => {
  const functions = slots.length
  // One node more than there are functions: "some function that was put in a table".
  const anyone = functions
  const callees = (node: number): ReadonlyArray<number> =>
    node === anyone ? addressTaken(module) : (calls[node] ?? [])
  const waiting = new Uint32Array(functions + 1)
  const callersOf: Array<Array<number>> = Array.from({ length: functions + 1 }, () => [])
  for (let node = 0; node <= anyone; node++) {
    for (const call of callees(node)) {
      const callee = call >= INDIRECT ? anyone : call
      callersOf[callee]?.push(node)
      waiting[node] = (waiting[node] ?? 0) + 1
    }
  }
  const longest = new Float64Array(functions + 1)
  const tracked = new Uint8Array(functions + 1).fill(1)
  const ready: Array<number> = []
  for (let node = 0; node <= anyone; node++) if (waiting[node] === 0) ready.push(node)
  for (let node = ready.pop(); node !== undefined; node = ready.pop()) {
    const total = (longest[node] ?? 0) + (slots[node] ?? 0)
    if (total > RESERVE_SLOTS) continue
    tracked[node] = 0
    for (const caller of callersOf[node] ?? []) {
      longest[caller] = Math.max(longest[caller] ?? 0, total)
      const left = (waiting[caller] ?? 0) - 1
      waiting[caller] = left
      if (left === 0) ready.push(caller)
    }
  }
  tracked.fill(0, 0, facts.importedFuncs)
  return tracked.subarray(0, functions)
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
