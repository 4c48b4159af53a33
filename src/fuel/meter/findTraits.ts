import type { ModuleAnalysis } from "./analyseModule.ts"
import type { CallGraph } from "./CallGraph.ts"
import { ChargePlacer } from "./ChargePlacer.ts"
import { RUN_MAX } from "./FunctionAnalysis.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import type { Placement } from "./Placement.ts"
import { BOUNDED, CALM, TRACKED, type Traits } from "./Traits.ts"

/**
 * What every function is like for its callers, found from those that call nothing up.
 *
 * ```
 *   leaf (12 slots, 9 units) ◀── helper (30) ◀── main (9)    none counts depth: 51 slots fit the reserve
 *   walk (40) ◀─┐                                            counts: no path through a cycle has an end
 *        └──────┘
 * ```
 * - *Tracked*: all but those from which every path of calls ends within {@link RESERVE_SLOTS}. Those that do
 *   count leave that reserve free.
 * - *Bounded*: no loop, no handler, only calls of what is bounded, and at most {@link BOUNDED_MAX} units. Such a
 *   call needs no look at the counter: the caller's next one covers it.
 * - *Calm*: it and all it calls neither throw nor reach an import. What follows its call can be charged before.
 * - *Prepaid*: what a function certainly costs until its first gate, if only calls by name reach it.
 */

/** Slots that functions which do not count may use together, above any that does. */
export const RESERVE_SLOTS = 1024

/** The most that a call may charge without a look at the counter. */
export const BOUNDED_MAX = 512

/**
 * Events of the largest function that is bounded or prepaid: what a call of a larger one charges for its own entry
 * is nothing beside what it does, and they are most of the code.
 */
const SMALL_MAX = 100

/** The most that callers charge for a call. */
export const PREPAID_MAX = 4096

export const findTraits = (
  facts: ModuleFacts,
  analysis: Pick<ModuleAnalysis, "functions" | "events" | "slots">,
  graph: CallGraph,
  rules: Placement
): Traits => {
  const { functions, nodes } = graph
  const callers = callersOf(graph)
  const traits: Traits = {
    functions,
    nodeOfType: graph.nodeOfType,
    bits: calmNodes(facts, analysis, graph, callers),
    prepaid: new Uint16Array(nodes),
    residual: new Uint16Array(nodes)
  }
  const { bits } = traits
  const { order, acyclic } = bottomUp(graph, callers)
  const placer = new ChargePlacer(analysis.events, traits, rules)
  const longest = new Float64Array(nodes)
  const cyclic: Array<number> = []
  const called = new Uint8Array(nodes)
  for (let i = 0; i < graph.callees.length; i++) called[graph.callees[i] ?? 0] = 1
  for (let position = 0; position < order.length; position++) {
    const node = order[position] ?? 0
    const isCyclic = position >= acyclic
    let path = 0
    let tracked = isCyclic
    let bounded = !isCyclic && rules.spareChecks
    let residual = 0
    for (let i = graph.firstCallee[node] ?? 0; i < (graph.firstCallee[node + 1] ?? 0); i++) {
      const callee = graph.callees[i] ?? 0
      const calleeBits = bits[callee] ?? 0
      if ((calleeBits & TRACKED) !== 0) tracked = true
      if ((calleeBits & BOUNDED) === 0) bounded = false
      path = Math.max(path, longest[callee] ?? 0)
      residual = Math.max(residual, traits.residual[callee] ?? 0)
    }
    path += analysis.slots[node] ?? 0
    longest[node] = path
    if (tracked || path > RESERVE_SLOTS) bits[node] = (bits[node] ?? 0) | TRACKED
    const own = analysis.functions[node - facts.importedFuncs]
    if (node >= functions) {
      if (graph.open) bounded = false
    } else if (own !== undefined) {
      if (own.loops > 0 || own.handles) bounded = false
      if (own.endEvent - own.firstEvent > SMALL_MAX) continue
      placer.place(own, 0)
      if (
        rules.chargeCallees &&
        called[node] === 1 &&
        graph.addressTaken[node] === 0 &&
        placer.least <= PREPAID_MAX
      )
        traits.prepaid[node] = placer.least
      residual = placer.most - (traits.prepaid[node] ?? 0)
      const calls = own.endCall - own.firstCall
      if (isCyclic && placer.sum + calls * PREPAID_MAX > RUN_MAX) cyclic.push(node)
    }
    if (bounded && residual <= BOUNDED_MAX) {
      bits[node] = (bits[node] ?? 0) | BOUNDED
      traits.residual[node] = residual
    }
  }
  settleCycles(facts, analysis, traits, placer, cyclic)
  return traits
}

/**
 * On a cycle a callee may have been priced after its caller, so the least was found with too little in it. More
 * in it is no harm, unless a charge has become so long that it was cut: then what callers charge is lowered.
 */
const settleCycles = (
  facts: ModuleFacts,
  { functions }: Pick<ModuleAnalysis, "functions">,
  traits: Traits,
  placer: ChargePlacer,
  cyclic: ReadonlyArray<number>
): void => {
  for (let round = 0; round < 4; round++) {
    let lowered = false
    for (const node of cyclic) {
      const own = functions[node - facts.importedFuncs]
      if (node >= traits.functions || own === undefined) continue
      placer.place(own, 0)
      if (placer.least >= (traits.prepaid[node] ?? 0)) continue
      lowered = true
      // In the last round nothing may stay that another lowering could make too much again.
      traits.prepaid[node] = placer.least
    }
    if (!lowered) return
  }
  for (const node of cyclic) traits.prepaid[node] = 0
}

/** Nodes that can only return or trap, as `CALM` bits. */
const calmNodes = (
  facts: ModuleFacts,
  { functions }: Pick<ModuleAnalysis, "functions">,
  graph: CallGraph,
  { firstCaller, callers }: Callers
): Uint8Array => {
  const bits = new Uint8Array(graph.nodes).fill(CALM)
  const restless: Array<number> = []
  const disturb = (node: number) => {
    if (bits[node] === 0) return
    bits[node] = 0
    restless.push(node)
  }
  for (let f = 0; f < facts.importedFuncs; f++) disturb(f)
  for (const [index, { throws }] of functions.entries()) if (throws) disturb(facts.importedFuncs + index)
  if (graph.open) for (let node = graph.functions; node < graph.nodes; node++) disturb(node)
  for (let node = restless.pop(); node !== undefined; node = restless.pop())
    for (let i = firstCaller[node] ?? 0; i < (firstCaller[node + 1] ?? 0); i++) disturb(callers[i] ?? 0)
  return bits
}

/** All nodes, callees before callers; those on a cycle, and what calls them, come after the first `acyclic`. */
const bottomUp = (
  graph: CallGraph,
  { firstCaller, callers }: Callers
): { readonly order: ReadonlyArray<number>; readonly acyclic: number } => {
  const waiting = new Uint32Array(graph.nodes)
  const order: Array<number> = []
  for (let node = 0; node < graph.nodes; node++) {
    waiting[node] = (graph.firstCallee[node + 1] ?? 0) - (graph.firstCallee[node] ?? 0)
    if (waiting[node] === 0) order.push(node)
  }
  for (let next = 0; next < order.length; next++) {
    const node = order[next] ?? 0
    for (let i = firstCaller[node] ?? 0; i < (firstCaller[node + 1] ?? 0); i++) {
      const caller = callers[i] ?? 0
      const left = (waiting[caller] ?? 0) - 1
      waiting[caller] = left
      if (left === 0) order.push(caller)
    }
  }
  const acyclic = order.length
  for (let node = 0; node < graph.nodes; node++) if ((waiting[node] ?? 0) > 0) order.push(node)
  return { order, acyclic }
}

/** The calls sorted by who is called: the callers of node n are those from `firstCaller[n]` on. */
interface Callers {
  readonly firstCaller: Uint32Array
  readonly callers: Uint32Array
}

const callersOf = (graph: CallGraph): Callers => {
  const firstCaller = new Uint32Array(graph.nodes + 1)
  for (let i = 0; i < graph.callees.length; i++) {
    const callee = graph.callees[i] ?? 0
    firstCaller[callee + 1] = (firstCaller[callee + 1] ?? 0) + 1
  }
  for (let node = 0; node < graph.nodes; node++)
    firstCaller[node + 1] = (firstCaller[node + 1] ?? 0) + (firstCaller[node] ?? 0)
  const next = firstCaller.slice()
  const callers = new Uint32Array(graph.callees.length)
  for (let node = 0; node < graph.nodes; node++)
    for (let i = graph.firstCallee[node] ?? 0; i < (graph.firstCallee[node + 1] ?? 0); i++) {
      const callee = graph.callees[i] ?? 0
      const at = next[callee] ?? 0
      next[callee] = at + 1
      callers[at] = node
    }
  return { firstCaller, callers }
}
