import type { InstructionReader } from "../../wasm/InstructionReader.ts"
import { POPS, PUSHES } from "../../wasm/Opcodes.ts"
import { EMPTY } from "../../wasm/ValueType.ts"
import type { PriceTable } from "../PriceTable.ts"
import { ControlFlow } from "./ControlFlow.ts"
import { type FunctionAnalysis, INDIRECT } from "./FunctionAnalysis.ts"
import type { HelperRegistry } from "./HelperRegistry.ts"
import * as Action from "./instructionActions.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import { Numbers } from "./Numbers.ts"
import type { Placement } from "./Placement.ts"
import { ALLOCATE, CALL, CANONICAL_NAN, HELPER, Points, TAIL_CALL, THROW } from "./Points.ts"
import { RUN_MAX, Runs } from "./Runs.ts"

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

/** What of the meter's options the analysis depends on. */
export interface AnalysisRules {
  readonly prices: PriceTable
  readonly nan: "canonical" | "engine"
  readonly placement: Placement
}

/** Of code that compilers make: a dense module has a point every fourteen bytes. */
const BYTES_PER_POINT = 14

export class FunctionAnalyser {
  /** Of all functions analysed so far. */
  readonly points: Points
  /** Of all functions analysed so far: function indices, or `INDIRECT`. */
  readonly calls = new Numbers()
  /** Whether some clause so far makes a value of what it caught, so that it can be kept. */
  keepsExceptions = false

  readonly #facts: ModuleFacts
  readonly #helpers: HelperRegistry
  readonly #prices: PriceTable
  readonly #canonicalNan: boolean
  /** The most that a run may charge, but for its last instruction. */
  readonly #runMax: number
  readonly #runs: Runs
  readonly #flow: ControlFlow
  #nanKinds = 0
  #vectors = false
  #pendingNan = Action.NAN_NONE

  constructor(facts: ModuleFacts, helpers: HelperRegistry, rules: AnalysisRules, codeBytes: number) {
    this.points = new Points(codeBytes / BYTES_PER_POINT)
    this.#runs = new Runs(this.points)
    this.#flow = new ControlFlow(this.#runs)
    this.#facts = facts
    this.#helpers = helpers
    this.#prices = rules.prices
    this.#runMax = rules.placement.exact ? 0 : RUN_MAX
    this.#canonicalNan = rules.nan === "canonical"
  }

  /** Reads the instructions of a body, which the reader stands in front of. */
  analyse(reader: InstructionReader): FunctionAnalysis {
    const firstPoint = this.points.length
    const firstCall = this.calls.length
    const flow = this.#flow
    const runs = this.#runs
    flow.reset()
    runs.reset()
    this.#nanKinds = 0
    this.#vectors = false
    this.#pendingNan = Action.NAN_NONE
    runs.open(reader.at, true)
    runs.cost = this.#prices.entry
    const price = this.#prices.instruction
    while (reader.next()) {
      const { op } = reader
      if (this.#pendingNan !== Action.NAN_NONE) this.#settleNan(op, reader.start)
      const action = Action.ACTION[op] ?? Action.PLAIN
      if (!flow.live) this.#deadInstruction(reader, action)
      else if (action > Action.FLOAT) this.#shaping(reader, action)
      else {
        runs.cost += price[op] ?? 0
        flow.move(POPS[op] ?? 0, PUSHES[op] ?? 0)
        if (action !== Action.PLAIN) this.#unusual(op)
      }
      if (runs.cost > this.#runMax) runs.split(reader.at)
    }
    runs.close()
    return {
      firstPoint,
      endPoint: this.points.length,
      firstCall,
      endCall: this.calls.length,
      operandsMax: flow.operandsMax,
      handlersMax: flow.handlersMax,
      nanKinds: this.#nanKinds,
      vectors: this.#vectors
    }
  }

  /** What works on vectors, or makes a float. */
  #unusual(op: number): void {
    if (Action.IS_VECTOR[op] === 1) this.#vectors = true
    if (this.#canonicalNan) this.#pendingNan = Action.MAKES_NAN[op] ?? Action.NAN_NONE
  }

  /** Control flow and calls, in code that can run. */
  #shaping(r: InstructionReader, action: number): void {
    // A handler is paid for by who gets there, not by who passes it.
    if (action === Action.CATCH || action === Action.CATCH_ALL) return this.#handler(r, action)
    const flow = this.#flow
    const runs = this.#runs
    runs.cost += this.#prices.instruction[r.op] ?? 0
    switch (action) {
      case Action.BLOCK:
      case Action.TRY:
      case Action.TRY_TABLE:
        this.#enter(r, action)
        if (action === Action.TRY_TABLE) this.#clauses(r)
        return
      case Action.LOOP:
        runs.close()
        this.#enter(r, action)
        return runs.open(r.at, true)
      case Action.IF:
        runs.close()
        flow.move(1, 0)
        this.#enter(r, action)
        return runs.open(r.at, false)
      case Action.ELSE:
        return flow.arm(action, 0, r.at, 0)
      case Action.END:
      case Action.DELEGATE:
        return flow.end(r.at)
      case Action.BRANCH:
        runs.close()
        flow.target(r.a)
        flow.live = false
        return
      case Action.BRANCH_IF:
      case Action.BRANCH_ON:
        flow.move(POPS[r.op] ?? 0, PUSHES[r.op] ?? 0)
        runs.close()
        flow.target(r.a)
        return runs.open(r.at, false)
      case Action.BRANCH_TABLE:
        runs.close()
        for (let i = 0; i < r.labelCount; i++) flow.target(r.label(i))
        flow.target(r.a)
        flow.live = false
        return
      case Action.THROW:
        this.points.push(r.start, THROW, this.#facts.exceptionBytes(r.a))
        runs.close()
        flow.live = false
        return
      case Action.LEAVE:
        runs.close()
        flow.live = false
        return
      case Action.STRUCT_NEW:
        this.points.push(r.start, ALLOCATE, this.#facts.structBytes(r.a))
        return flow.move(r.op === this.#facts.structNewOp ? this.#facts.fields(r.a) : 0, 1)
      case Action.ARRAY_NEW_FIXED:
        this.points.push(r.start, ALLOCATE, this.#facts.arrayBytes(r.a, r.b))
        return flow.move(r.b, 1)
      default:
        return this.#calling(r, action)
    }
  }

  #calling(r: InstructionReader, action: number): void {
    const facts = this.#facts
    const flow = this.#flow
    switch (action) {
      case Action.CALL_FUNC:
        this.points.push(r.start, CALL, 0)
        this.calls.push(r.a)
        flow.move(facts.params(facts.typeOfFunc(r.a)), facts.results(facts.typeOfFunc(r.a)))
        break
      case Action.CALL_INDIRECT:
      case Action.CALL_REF:
        this.points.push(r.start, CALL, 0)
        this.calls.push(INDIRECT)
        flow.move(facts.params(r.a) + 1, facts.results(r.a))
        break
      case Action.BULK:
        this.points.push(r.start, HELPER, this.#helpers.use(r))
        flow.move(POPS[r.op] ?? 0, PUSHES[r.op] ?? 0)
        break
      default:
        this.points.push(r.start, TAIL_CALL, 0)
        this.calls.push(action === Action.TAIL_FUNC ? r.a : INDIRECT)
        this.#runs.close()
        flow.live = false
        return
    }
    this.#runs.close()
    this.#runs.open(r.at, false)
  }

  /** In code that cannot run only the nesting matters. */
  #deadInstruction(r: InstructionReader, action: number): void {
    switch (action) {
      case Action.BLOCK:
      case Action.LOOP:
      case Action.IF:
      case Action.TRY:
      case Action.TRY_TABLE:
        return this.#flow.enterDead(action)
      case Action.ELSE:
        return this.#flow.arm(action, 0, r.at, 0)
      case Action.CATCH:
      case Action.CATCH_ALL:
        return this.#handler(r, action)
      case Action.END:
      case Action.DELEGATE:
        return this.#flow.end(r.at)
    }
  }

  #enter(r: InstructionReader, action: number): void {
    const type = r.a
    const params = type >= 0 ? this.#facts.params(type) : 0
    const results = type >= 0 ? this.#facts.results(type) : type === EMPTY ? 0 : 1
    this.#flow.enter(action, params, results)
  }

  #handler(r: InstructionReader, action: number): void {
    const values = action === Action.CATCH ? this.#facts.tagParams(r.a) : 0
    this.#flow.arm(action, values, r.at, this.#prices.instruction[r.op] ?? 0)
  }

  #clauses(r: InstructionReader): void {
    for (let i = 0; i < r.catchCount; i++) {
      if ((r.catchKind(i) & 1) === 1) this.keepsExceptions = true
      // The clauses' labels are counted from outside the try_table, which is open by now.
      this.#flow.catchAt(r.catchLabel(i) + 1)
    }
  }

  /** The float just made gets its canonical form, unless the next instruction takes it and cannot tell. */
  #settleNan(op: number, offset: number): void {
    if (Action.BLIND_TO_NAN[op] !== this.#pendingNan && this.#flow.live) {
      this.points.push(offset, CANONICAL_NAN, this.#pendingNan)
      this.#nanKinds |= 1 << this.#pendingNan
    }
    this.#pendingNan = Action.NAN_NONE
  }
}
