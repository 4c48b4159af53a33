import { ControlStack } from "./ControlStack.ts"
import * as Action from "./instructionActions.ts"
import { type Runs, UNCHECKED_MAX } from "./Runs.ts"

/**
 * Where control can be while a function is read from its first instruction to its last: which labels are open,
 * whether this place can be reached, how many operands lie there, and where runs begin and end because of it.
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
  readonly #runs: Runs
  readonly #control = new ControlStack()
  #handlers = 0

  constructor(runs: Runs) {
    this.#runs = runs
  }

  /** Begins a function, whose body is a label like any other. */
  reset(): void {
    this.live = true
    this.height = 0
    this.operandsMax = 0
    this.handlersMax = 0
    this.#handlers = 0
    this.#control.depth = 0
    this.#control.push(Action.BLOCK, 0, 0, 0, 0, true)
  }

  move(pops: number, pushes: number): void {
    this.height += pushes - pops
    if (this.height > this.operandsMax) this.operandsMax = this.height
  }

  /** Opens a label over its parameters, which lie on the operands already. */
  enter(action: number, params: number, results: number): void {
    this.#control.push(action, this.height - params, params, results, this.#runs.unchecked, true)
  }

  /** Opens a label in code that cannot run. */
  enterDead(action: number): void {
    this.#control.push(action, 0, 0, 0, 0, false)
  }

  /** Notes that control can go from the end of the run to a label. */
  target(label: number): void {
    this.#control.target(label, this.#runs.unchecked)
  }

  /** Notes that an exception can go to a label: what was charged before is anybody's guess, so look soon. */
  catchAt(label: number): void {
    this.#control.target(label, UNCHECKED_MAX)
  }

  /** `else`, `catch` and `catch_all` begin another arm of the open label, after `offset`, over some values. */
  arm(action: number, values: number, offset: number, cost: number): void {
    const at = this.#control.depth - 1
    const control = this.#control
    this.#runs.close()
    if (control.live[at] === 0) return
    if (this.live) control.target(0, this.#runs.unchecked)
    if (control.kind[at] === Action.TRY) this.handlersMax = Math.max(this.handlersMax, ++this.#handlers)
    control.kind[at] = action
    this.live = true
    const base = control.base[at] ?? 0
    if (action === Action.ELSE) {
      this.height = base + (control.params[at] ?? 0)
      this.#runs.unchecked = control.entered[at] ?? 0
    } else {
      this.height = base + values
      this.#runs.unchecked = UNCHECKED_MAX
      control.targeted[at] = 1
    }
    this.move(0, 0)
    this.#runs.open(offset, false)
    this.#runs.cost = cost
  }

  /** The `end` or `delegate` that stands before `offset` closes the open label. */
  end(offset: number): void {
    const control = this.#control
    if (control.depth === 1) return this.#runs.close()
    const at = control.depth - 1
    const kind = control.kind[at]
    const handler = kind === Action.CATCH || kind === Action.CATCH_ALL
    if (handler) this.#handlers--
    const bothArms = handler || kind === Action.IF || kind === Action.ELSE
    const join = kind !== Action.LOOP && (bothArms || control.targeted[at] === 1)
    const wasLive = this.live
    if (join) {
      this.#runs.close()
      let unchecked = wasLive ? this.#runs.unchecked : 0
      unchecked = Math.max(unchecked, control.unchecked[at] ?? 0)
      // An `if` without `else` is also left by the condition alone.
      if (kind === Action.IF) unchecked = Math.max(unchecked, control.entered[at] ?? 0)
      this.#runs.unchecked = unchecked
    }
    const reached = wasLive || control.targeted[at] === 1 || kind === Action.IF
    this.live = control.live[at] === 1 && (join ? reached : wasLive)
    this.height = (control.base[at] ?? 0) + (control.results[at] ?? 0)
    control.depth = at
    this.move(0, 0)
    if (join && this.live) this.#runs.open(offset, false)
  }
}
