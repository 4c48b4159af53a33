import type { AnyStateMachine, AnyStateNode } from "xstate"
import type { Arrow, Chart, ChartState } from "./Chart.ts"

/**
 * An XState machine as a chart: its states and arrows, and of guards and actions the names.
 *
 * Only the definition is read; nothing is started. An inline function has no name to show and is said to be one.
 */
export const readChart = (machine: AnyStateMachine): Chart => {
  const nodes: Array<AnyStateNode> = []
  const collect = (node: AnyStateNode): void => {
    nodes.push(node)
    for (const child of childrenOf(node)) collect(child)
  }
  collect(machine.root)
  const index = new Map(nodes.map((node, i) => [node, i]))
  const indexOf = (node: AnyStateNode): number => index.get(node) ?? 0
  const arrows: Array<Omit<Arrow, "index">> = nodes.flatMap((node) =>
    [...[...node.transitions.values()].flat(), ...(node.always ?? [])].map((one) => ({
      from: indexOf(node),
      to: (one.target ?? []).map(indexOf),
      event: String(one.eventType),
      guard: one.guard === undefined ? undefined : nameOf(one.guard, "guard"),
      actions: one.actions.map((action) => nameOf(action, "action")),
      reenter: one.reenter
    }))
  )
  return {
    id: machine.id,
    states: nodes.map((node, i) => readState(node, i, indexOf)),
    arrows: arrows.map((arrow, i) => ({ ...arrow, index: i }))
  }
}

const childrenOf = (node: AnyStateNode): ReadonlyArray<AnyStateNode> => Object.values(node.states)

const readState = (
  node: AnyStateNode,
  index: number,
  indexOf: (node: AnyStateNode) => number
): ChartState => ({
  index,
  parent: node.parent === undefined ? undefined : indexOf(node.parent),
  name: node.key,
  kind: node.type,
  deep: node.history === "deep",
  children: childrenOf(node).map(indexOf),
  initial: node.type === "compound" ? node.initial.target.map(indexOf) : [],
  entry: node.entry.map((action) => nameOf(action, "action")),
  exit: node.exit.map((action) => nameOf(action, "action"))
})

/** Named by a text, by an object with a `type`, or a function that may have a name. */
const nameOf = (named: unknown, kind: string): string => {
  if (typeof named === "string") return named
  const type: unknown = typeof named === "object" && named !== null ? Reflect.get(named, "type") : undefined
  if (typeof type === "string") return type
  return typeof named === "function" && named.name !== "" && named.name !== kind
    ? named.name
    : `unnamed ${kind}`
}
