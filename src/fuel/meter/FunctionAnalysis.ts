import type { InstructionReader } from "../../wasm/InstructionReader.ts"
import { POPS, PUSHES } from "../../wasm/Opcodes.ts"
import { EMPTY } from "../../wasm/ValueType.ts"
import type { PriceTable } from "../PriceTable.ts"
import { ControlStack } from "./ControlStack.ts"
import type { HelperRegistry } from "./HelperRegistry.ts"
import * as Action from "./instructionActions.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import { ALLOCATE, CALL, CANONICAL_NAN, HELPER, Points, TAIL_CALL } from "./Points.ts"
import { Runs, UNCHECKED_MAX } from "./Runs.ts"

/**
 * One pass over a function: where its straight runs of instructions begin and what each costs, where the
 * counter must be looked at, what it calls, and how many operands it holds at most.
 *
 * ```
 *   i32.const 1        ┐ a run: charged when it is entered, so that a trap
 *   block              │ inside it finds it paid
 *     local.get 0      │   entering a block goes on with the same run …
 *     br_if 0          ┘   … a branch ends it
 *     local.get 1      ┐
 *   end                ┘ somebody branches to this end: what follows is a run of its own
 *   call 7             ─ a call ends a run: what it throws must not leave a prepaid tail
 * ```
 *
 * Why apart from rewriting? Because where to look at the counter, and whether a function must count depth at
 * all, is known only when every function has been seen. Code that cannot be reached is not charged.
 *
 * The bytes have passed a validator; on others the numbers are senseless, but the pass is linear all the same.
 */

/** In {@link FunctionAnalysis.calls}: the callee is any function of the type in the other bits. */
export const INDIRECT = 0x80000000

export class FunctionAnalysis {
  readonly points = new Points()
  /** Function indices, or `INDIRECT` with a type index, in the order of the calls. */
  calls: Array<number> = []
  /** The most operands at any place that can be reached. */
  operandsMax = 0
  /** Kinds of float (bits by `NAN_…`) that need a local of their own for their canonical form. */
  nanKinds = 0
  /** Whether a vector instruction occurs: an operand then counts two slots. */
  vectors = false

  readonly #facts: ModuleFacts
  readonly #helpers: HelperRegistry
  readonly #prices: PriceTable
  readonly #canonicalNan: boolean
  readonly #control = new ControlStack()
  readonly #runs = new Runs(this.points)
  #height = 0
  #live = true
  #pendingNan = Action.NAN_NONE

  constructor(facts: ModuleFacts, helpers: HelperRegistry, prices: PriceTable, canonicalNan: boolean) {
    this.#facts = facts
    this.#helpers = helpers
    this.#prices = prices
    this.#canonicalNan = canonicalNan
  }

  /** Reads the instructions of a body, which the reader stands in front of. */
  analyse(reader: InstructionReader): void {
    this.#control.push(Action.BLOCK, 0, 0, 0, 0, true)
    this.#runs.open(reader.at, true)
    this.#runs.cost = this.#prices.entry
    while (reader.next()) this.#instruction(reader)
    this.#runs.close()
  }

  #instruction(r: InstructionReader): void {
    const op = r.op
    if (this.#pendingNan !== Action.NAN_NONE) this.#settleNan(op, r.start)
    const action = Action.ACTION[op] ?? Action.PLAIN
    if (!this.#live) return this.#deadInstruction(r, action)
    this.#runs.cost += this.#prices.instruction[op] ?? 0
    if (action === Action.PLAIN) {
      this.#move(POPS[op] ?? 0, PUSHES[op] ?? 0)
      if (op >= this.#facts.firstVectorOp && op <= this.#facts.lastVectorOp) this.vectors = true
      if (this.#canonicalNan) this.#pendingNan = Action.MAKES_NAN[op] ?? Action.NAN_NONE
      return
    }
    this.#shaping(r, action)
  }

  /** Control flow and calls, in code that can run. */
  #shaping(r: InstructionReader, action: number): void {
    switch (action) {
      case Action.BLOCK:
      case Action.TRY:
      case Action.TRY_TABLE:
        this.#enter(r, action, 0)
        if (action === Action.TRY_TABLE) this.#catchTargets(r)
        return
      case Action.LOOP:
        this.#runs.close()
        this.#enter(r, action, 0)
        return this.#runs.open(r.at, true)
      case Action.IF:
        this.#runs.close()
        this.#enter(r, action, 1)
        return this.#runs.open(r.at, false)
      case Action.ELSE:
      case Action.CATCH:
      case Action.CATCH_ALL:
        this.#runs.close()
        return this.#arm(r, action)
      case Action.END:
      case Action.DELEGATE:
        return this.#end(r)
      case Action.BRANCH:
        this.#runs.close()
        this.#control.target(r.a, this.#runs.unchecked)
        this.#live = false
        return
      case Action.BRANCH_IF:
        this.#move(1, 0)
        this.#runs.close()
        this.#control.target(r.a, this.#runs.unchecked)
        return this.#runs.open(r.at, false)
      case Action.BRANCH_ON:
        this.#move(POPS[r.op] ?? 0, PUSHES[r.op] ?? 0)
        this.#runs.close()
        this.#control.target(r.a, this.#runs.unchecked)
        return this.#runs.open(r.at, false)
      case Action.BRANCH_TABLE:
        this.#runs.close()
        for (let i = 0; i < r.labelCount; i++) this.#control.target(r.label(i), this.#runs.unchecked)
        this.#control.target(r.a, this.#runs.unchecked)
        this.#live = false
        return
      case Action.LEAVE:
        this.#runs.close()
        this.#live = false
        return
      case Action.STRUCT_NEW:
        this.points.push(r.start, ALLOCATE, this.#facts.structBytes(r.a))
        return this.#move(r.op === this.#facts.structNewOp ? this.#facts.fields(r.a) : 0, 1)
      case Action.ARRAY_NEW_FIXED:
        this.points.push(r.start, ALLOCATE, this.#facts.arrayBytes(r.a, r.b))
        return this.#move(r.b, 1)
      default:
        return this.#calling(r, action)
    }
  }

  #calling(r: InstructionReader, action: number): void {
    const facts = this.#facts
    switch (action) {
      case Action.CALL_FUNC:
        this.points.push(r.start, CALL, 0)
        this.calls.push(r.a)
        this.#move(facts.params(facts.typeOfFunc(r.a)), facts.results(facts.typeOfFunc(r.a)))
        break
      case Action.CALL_INDIRECT:
      case Action.CALL_REF:
        this.points.push(r.start, CALL, 0)
        this.calls.push(INDIRECT + r.a)
        this.#move(facts.params(r.a) + 1, facts.results(r.a))
        break
      case Action.BULK:
        this.points.push(r.start, HELPER, this.#helpers.use(r))
        this.#move(POPS[r.op] ?? 0, PUSHES[r.op] ?? 0)
        break
      default:
        this.points.push(r.start, TAIL_CALL, 0)
        this.calls.push(action === Action.TAIL_FUNC ? r.a : INDIRECT + r.a)
        this.#runs.close()
        this.#live = false
        return
    }
    this.#runs.close()
    this.#runs.open(r.at, false)
  }

  /** Opens a label over its parameters, which lie on the operands already. */
  #enter(r: InstructionReader, action: number, condition: number): void {
    const type = r.a
    const params = type >= 0 ? this.#facts.params(type) : 0
    const results = type >= 0 ? this.#facts.results(type) : type === EMPTY ? 0 : 1
    this.#height -= condition
    this.#control.push(action, this.#height - params, params, results, this.#runs.unchecked, true)
  }

  /** `else`, `catch` and `catch_all` begin another arm of the label that is open. */
  #arm(r: InstructionReader, action: number): void {
    const at = this.#control.depth - 1
    const control = this.#control
    if (control.live[at] === 0) return
    if (this.#live) control.target(0, this.#runs.unchecked)
    control.kind[at] = action
    this.#live = true
    const base = control.base[at] ?? 0
    if (action === Action.ELSE) {
      this.#height = base + (control.params[at] ?? 0)
      this.#runs.unchecked = control.entered[at] ?? 0
    } else {
      // What was charged before somebody threw is anybody's guess, so look at the first chance.
      this.#height = base + (action === Action.CATCH ? this.#facts.tagParams(r.a) : 0)
      this.#runs.unchecked = UNCHECKED_MAX
      control.targeted[at] = 1
    }
    this.#note()
    this.#runs.open(r.at, false)
  }

  #end(r: InstructionReader): void {
    const control = this.#control
    if (control.depth === 1) return this.#runs.close()
    const at = control.depth - 1
    const kind = control.kind[at]
    const bothArms =
      kind === Action.IF || kind === Action.ELSE || kind === Action.CATCH || kind === Action.CATCH_ALL
    const join = kind !== Action.LOOP && (bothArms || control.targeted[at] === 1)
    const wasLive = this.#live
    if (join) {
      this.#runs.close()
      let unchecked = wasLive ? this.#runs.unchecked : 0
      unchecked = Math.max(unchecked, control.unchecked[at] ?? 0)
      // An `if` without `else` is also left by the condition alone.
      if (kind === Action.IF) unchecked = Math.max(unchecked, control.entered[at] ?? 0)
      this.#runs.unchecked = unchecked
    }
    const reached = wasLive || control.targeted[at] === 1 || kind === Action.IF
    this.#live = control.live[at] === 1 && (join ? reached : wasLive)
    this.#height = (control.base[at] ?? 0) + (control.results[at] ?? 0)
    control.depth = at
    this.#note()
    if (join && this.#live) this.#runs.open(r.at, false)
  }

  /** In code that cannot run only the nesting matters. */
  #deadInstruction(r: InstructionReader, action: number): void {
    switch (action) {
      case Action.BLOCK:
      case Action.LOOP:
      case Action.IF:
      case Action.TRY:
      case Action.TRY_TABLE:
        return this.#control.push(action, 0, 0, 0, 0, false)
      case Action.ELSE:
      case Action.CATCH:
      case Action.CATCH_ALL:
        return this.#arm(r, action)
      case Action.END:
      case Action.DELEGATE:
        return this.#end(r)
    }
  }

  #catchTargets(r: InstructionReader): void {
    const after = r.at
    // The clauses' labels are counted from outside the try_table, which is open by now.
    for (let i = 0; i < r.catchCount; i++) this.#control.target(r.catchLabel(i) + 1, UNCHECKED_MAX)
    r.at = after
  }

  #move(pops: number, pushes: number): void {
    this.#height += pushes - pops
    this.#note()
  }

  #note(): void {
    if (this.#height > this.operandsMax) this.operandsMax = this.#height
  }

  /** The float just made gets its canonical form, unless the next instruction takes it and cannot tell. */
  #settleNan(op: number, offset: number): void {
    if (Action.BLIND_TO_NAN[op] !== this.#pendingNan && this.#live) {
      this.points.push(offset, CANONICAL_NAN, this.#pendingNan)
      this.nanKinds |= 1 << this.#pendingNan
    }
    this.#pendingNan = Action.NAN_NONE
  }
}
