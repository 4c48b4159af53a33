import { CALL, TAIL_CALL } from "./Events.ts"

/**
 * What a function, or a call to some function of a shape, is like for who calls it: by node of the call graph.
 *
 * Small typed arrays: they go with the compiled module, and with them one function can be written again alone.
 */
export interface Traits {
  /** Functions; the nodes after them are shapes. */
  readonly functions: number
  /** Node by type. */
  readonly nodeOfType: Int32Array
  /** `CALM`, `TRACKED` and `BOUNDED`, as bits. */
  readonly bits: Uint8Array
  /** Units that callers charge for a call, beside what they charge for the instruction. */
  readonly prepaid: Uint16Array
  /** Of what is bounded: the most that a call charges itself. */
  readonly residual: Uint16Array
}

/** A call returns or traps: it neither throws nor asks the host. */
export const CALM = 1
/** Depth is counted. */
export const TRACKED = 2
/** A call charges little and never looks at the counter. */
export const BOUNDED = 4

/** *Returns* whether the node has the trait. */
export const has = (traits: Traits, node: number, bit: number): boolean =>
  ((traits.bits[node] ?? 0) & bit) !== 0

/** Whether a call of the node leaves the counter alone. */
export const sparesCounter = (traits: Traits, node: number): boolean =>
  ((traits.bits[node] ?? 0) & (BOUNDED | TRACKED | CALM)) === (BOUNDED | CALM) && traits.residual[node] === 0

/** Whether a call of the node can come to somebody who counts depth, over a host that calls back included. */
export const readsDepth = (traits: Traits, node: number): boolean =>
  ((traits.bits[node] ?? 0) & (CALM | TRACKED)) !== CALM

/** The node that a call goes to. */
export const calleeOf = (traits: Traits, kind: number, argument: number): number =>
  kind === CALL || kind === TAIL_CALL ? argument : (traits.nodeOfType[argument] ?? 0)
