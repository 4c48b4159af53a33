import { ControlStack } from "./ControlStack.ts"
import {
  CATCH,
  ELSE,
  END,
  type Events,
  LABEL_DEAD,
  LABEL_ELSE,
  LABEL_IF,
  LABEL_LOOP,
  LABEL_PAYS,
  LABEL_TARGETED
} from "./Events.ts"
import * as Action from "./instructionActions.ts"

/**
 * Where control can be while a function is read from its first instruction to its last: which labels are open,
 * whether this place can be reached, and how many operands lie there.
 *
 * It is the part of a validator that metering needs: heights, not types.
 */
export class ControlFlow {
  /** Whether control can be here. */
  live = true
  height = 0
  /** The most operands at any place that can be reached. */
  operandsMax = 0
  /** The most handlers of the legacy kind that are inside one another. */
  handlersMax = 0
  /** Operands below those that the last instruction left, where it shaped the control flow or called. */
  lowest = 0
  readonly #events: Events
  readonly #control = new ControlStack()
  #handlers = 0

  constructor(events: Events) {
    this.#events = events
  }

  /** Begins a function, whose body is a label like any other, with so many results. */
  reset(results: number): void {
    this.live = true
    this.height = 0
    this.operandsMax = 0
    this.handlersMax = 0
    this.#handlers = 0
    this.#control.depth = 0
    this.#control.push(Action.BLOCK, 0, 0, results, true)
  }

  move(pops: number, pushes: number): void {
    this.lowest = this.height - pops
    this.grow(pushes - pops)
  }

  grow(operands: number): void {
    this.height += operands
    if (this.height > this.operandsMax) this.operandsMax = this.height
  }

  /** What follows cannot be reached. */
  stop(): void {
    this.live = false
  }

  /** Opens a label over its parameters, which lie on the operands already. */
  enter(action: number, params: number, results: number): void {
    this.lowest = this.height - params
    this.#control.push(action, this.lowest, params, results, true)
  }

  /** Opens a label in code that cannot run. */
  enterDead(action: number): void {
    this.#control.push(action, 0, 0, 0, false)
  }

  /** Notes that control can go to a label. */
  target(label: number): void {
    this.#control.target(label, LABEL_TARGETED)
  }

  /** Notes that control can go to a label in a way that has no place for a charge. */
  targetUnpaid(label: number): void {
    this.#control.target(label, LABEL_TARGETED | LABEL_PAYS)
  }

  /** Whether a branch to the label takes values along. */
  takesValues(label: number): boolean {
    const control = this.#control
    const at = control.depth - 1 - label
    if (at < 0) return false
    const taken = control.kind[at] === Action.LOOP ? control.params[at] : control.results[at]
    return (taken ?? 0) > 0
  }

  /** `else`, `catch` and `catch_all` begin another arm of the open label, over some values. */
  arm(action: number, values: number, at: number, after: number): void {
    const control = this.#control
    const open = control.depth - 1
    if (control.live[open] === 0) return
    if (control.kind[open] === Action.TRY) this.handlersMax = Math.max(this.handlersMax, ++this.#handlers)
    if (this.live) control.target(0, LABEL_TARGETED)
    control.kind[open] = action
    this.live = true
    const base = control.base[open] ?? 0
    if (action === Action.ELSE) this.height = base + (control.params[open] ?? 0)
    else this.height = base + values
    this.move(0, 0)
    this.lowest = base
    this.#events.push(at, after, action === Action.ELSE ? ELSE : CATCH, 0)
  }

  /** Closes the open label. */
  end(at: number, after: number): void {
    const control = this.#control
    const open = control.depth - 1
    const kind = control.kind[open] ?? 0
    if (kind === Action.CATCH || kind === Action.CATCH_ALL) this.#handlers--
    let label = control.label[open] ?? 0
    if (kind === Action.LOOP) label |= LABEL_LOOP
    else if (kind === Action.IF) label |= LABEL_IF
    else if (kind === Action.ELSE) label |= LABEL_ELSE
    const entered = control.live[open] === 1
    const joined = kind !== Action.LOOP && (label & LABEL_TARGETED) !== 0
    this.live = entered && (this.live || joined || kind === Action.IF)
    this.height = (control.base[open] ?? 0) + (control.results[open] ?? 0)
    control.depth = open
    this.move(0, 0)
    this.lowest = control.base[open] ?? 0
    if (entered) this.#events.push(at, after, END, this.live ? label : label | LABEL_DEAD)
  }
}
