import type { InstructionReader } from "../../wasm/InstructionReader.ts"
import { POPS, PUSHES } from "../../wasm/Opcodes.ts"
import { EMPTY } from "../../wasm/ValueType.ts"
import type { PriceTable } from "../PriceTable.ts"
import { ControlFlow } from "./ControlFlow.ts"
import * as Event from "./Events.ts"
import { Events } from "./Events.ts"
import { type AnalysisRules, type FunctionAnalysis, RUN_MAX } from "./FunctionAnalysis.ts"
import type { HelperRegistry } from "./HelperRegistry.ts"
import * as Action from "./instructionActions.ts"
import type { ModuleFacts } from "./ModuleFacts.ts"
import { Numbers } from "./Numbers.ts"
import { NO_SITES, type WriteSites } from "./WriteSites.ts"

/**
 * One pass over a function: its {@link Events}, what it calls, and how many operands it holds at most.
 *
 * Why apart from placing charges? Because what a call costs, whether it can throw, and whether a function must
 * count depth at all, is known only when every function has been seen. Code that cannot be reached is not
 * charged.
 *
 * The bytes have passed a validator; on others the numbers are senseless, but the pass is linear all the same.
 */

/** Of code that compilers make: a dense module has an event every seven bytes. */
const BYTES_PER_EVENT = 7

export class FunctionAnalyser {
  /** Of all functions analysed so far. */
  readonly events: Events
  /** Of all functions analysed so far: function indices, or -1 less the index of a type. */
  readonly calls = new Numbers()
  /** Functions that some `ref.func` names: from there they can get anywhere. */
  readonly referenced = new Set<number>()
  /** Whether some clause so far makes a value of what it caught, so that it can be kept. */
  keepsExceptions = false

  readonly #facts: ModuleFacts
  readonly #helpers: HelperRegistry
  readonly #prices: PriceTable
  readonly #canonicalNan: boolean
  /** The most that straight code may cost, but for its last instruction. */
  readonly #runMax: number
  readonly #flow: ControlFlow
  readonly #sites: WriteSites | undefined
  #traits = 0
  #loops = 0
  #nanKinds = 0
  #pendingNan = Action.NAN_NONE
  /** Of the straight code since the last event. */
  #cost = 0

  constructor(
    facts: ModuleFacts,
    helpers: HelperRegistry,
    rules: AnalysisRules,
    codeBytes: number,
    sites?: WriteSites
  ) {
    this.#sites = sites
    this.events = new Events(codeBytes / BYTES_PER_EVENT)
    this.#flow = new ControlFlow(this.events)
    this.#facts = facts
    this.#helpers = helpers
    this.#prices = rules.prices
    this.#runMax = rules.placement.exact ? 0 : RUN_MAX
    this.#canonicalNan = rules.nan === "canonical"
  }

  /** Reads the instructions of a body, which the reader stands in front of, of a function with `results` results. */
  analyse(reader: InstructionReader, results: number): FunctionAnalysis {
    const { events } = this
    const firstEvent = events.length
    const firstCall = this.calls.length
    const flow = this.#flow
    const sites = this.#sites
    flow.reset(results)
    sites?.begin()
    this.#traits = 0
    this.#loops = 0
    this.#nanKinds = 0
    this.#pendingNan = Action.NAN_NONE
    this.#cost = this.#prices.entry
    events.push(reader.at, reader.at, Event.ENTRY, 0)
    const price = this.#prices.instruction
    while (reader.next()) {
      const { op } = reader
      if (this.#pendingNan !== Action.NAN_NONE) this.#settleNan(op, reader.start)
      const action = Action.ACTION[op] ?? Action.PLAIN
      if (!flow.live) this.#deadInstruction(reader, action)
      else if (action > Action.FLOAT) this.#shaping(reader, action)
      else {
        this.#cost += price[op] ?? 0
        flow.grow(Action.GROWTH[op] ?? 0)
        if (action !== Action.PLAIN) this.#unusual(op)
      }
      if (sites !== undefined && flow.live) sites.note(reader, flow)
      if (this.#cost > this.#runMax) this.#emit(reader.at, reader.at, Event.STEP, 0)
    }
    this.#settleCost()
    return {
      firstEvent,
      endEvent: events.length,
      firstCall,
      endCall: this.calls.length,
      operandsMax: flow.operandsMax,
      handlersMax: flow.handlersMax,
      nanKinds: this.#nanKinds,
      vectors: (this.#traits & VECTORS) !== 0,
      throws: (this.#traits & THROWS) !== 0,
      loops: this.#loops,
      handles: (this.#traits & HANDLES) !== 0,
      sites: sites?.end() ?? NO_SITES
    }
  }

  #settleCost(): void {
    const { events } = this
    const last = events.length - 1
    events.cost[last] = (events.cost[last] ?? 0) + this.#cost
    this.#cost = 0
  }

  /** What was read so far belongs to the event before this one. */
  #emit(at: number, after: number, kind: number, argument: number): void {
    this.#settleCost()
    this.events.push(at, after, kind, argument)
  }

  /** What works on vectors, or makes a float. */
  #unusual(op: number): void {
    if (Action.IS_VECTOR[op] === 1) this.#traits |= VECTORS
    if (this.#canonicalNan) this.#pendingNan = Action.MAKES_NAN[op] ?? Action.NAN_NONE
  }

  /** Control flow and calls, in code that can run. */
  #shaping(r: InstructionReader, action: number): void {
    // A handler is paid for by who gets there, not by who passes it.
    if (action === Action.CATCH || action === Action.CATCH_ALL) return this.#handler(r, action)
    const flow = this.#flow
    this.#cost += this.#prices.instruction[r.op] ?? 0
    switch (action) {
      case Action.BLOCK:
      case Action.TRY:
      case Action.TRY_TABLE:
        if (action !== Action.BLOCK) this.#traits |= HANDLES
        this.#emit(r.start, r.at, Event.BLOCK, action === Action.BLOCK ? 0 : 1)
        this.#enter(r, action)
        if (action === Action.TRY_TABLE) this.#clauses(r)
        return
      case Action.LOOP:
        this.#loops++
        this.#emit(r.start, r.at, Event.LOOP, r.a >= 0 ? this.#facts.params(r.a) : 0)
        return this.#enter(r, action)
      case Action.IF:
        this.#emit(r.start, r.at, Event.IF, 0)
        flow.move(1, 0)
        return this.#enter(r, action)
      case Action.ELSE:
        this.#settleCost()
        return flow.arm(action, 0, r.start, r.at)
      case Action.END:
      case Action.DELEGATE:
        this.#settleCost()
        return flow.end(r.start, r.at)
      case Action.BRANCH:
        this.#emit(r.start, r.at, Event.BRANCH, r.a)
        flow.target(r.a)
        return flow.stop()
      case Action.BRANCH_IF: {
        const values = flow.takesValues(r.a)
        this.#emit(r.start, r.at, Event.BRANCH_IF, r.a * 2 + (values ? 1 : 0))
        flow.move(1, 0)
        return values ? flow.targetUnpaid(r.a) : flow.target(r.a)
      }
      case Action.BRANCH_ON:
        this.#emit(r.start, r.at, Event.BRANCH_ON, r.a * 2 + (r.immediate - r.start > 1 ? 1 : 0))
        flow.move(POPS[r.op] ?? 0, PUSHES[r.op] ?? 0)
        return flow.targetUnpaid(r.a)
      case Action.BRANCH_TABLE:
        return this.#branchTable(r)
      case Action.THROW:
      case Action.RETHROW:
        this.#traits |= THROWS
        this.#emit(r.start, r.at, Event.THROW, action === Action.THROW ? this.#facts.exceptionBytes(r.a) : 0)
        return flow.stop()
      case Action.RETURN:
      case Action.UNREACHABLE:
        this.#emit(r.start, r.at, action === Action.RETURN ? Event.RETURN : Event.UNREACHABLE, 0)
        return flow.stop()
      case Action.STRUCT_NEW:
        this.#emit(r.start, r.at, Event.ALLOCATE, this.#facts.structBytes(r.a))
        return flow.move(r.op === this.#facts.structNewOp ? this.#facts.fields(r.a) : 0, 1)
      case Action.ARRAY_NEW_FIXED:
        this.#emit(r.start, r.at, Event.ALLOCATE, this.#facts.arrayBytes(r.a, r.b))
        return flow.move(r.b, 1)
      case Action.REF_FUNC:
        this.referenced.add(r.a)
        return flow.move(0, 1)
      default:
        return this.#calling(r, action)
    }
  }

  #branchTable(r: InstructionReader): void {
    const flow = this.#flow
    let outermost = r.a
    flow.targetUnpaid(r.a)
    for (let i = 0; i < r.labelCount; i++) {
      const label = r.label(i)
      flow.targetUnpaid(label)
      if (label > outermost) outermost = label
    }
    this.#emit(r.start, r.at, Event.BRANCH_TABLE, outermost)
    flow.live = false
  }

  #calling(r: InstructionReader, action: number): void {
    const facts = this.#facts
    const flow = this.#flow
    switch (action) {
      case Action.CALL_FUNC:
        this.#emit(r.start, r.at, Event.CALL, r.a)
        this.calls.push(r.a)
        return flow.move(facts.params(facts.typeOfFunc(r.a)), facts.results(facts.typeOfFunc(r.a)))
      case Action.CALL_INDIRECT:
      case Action.CALL_REF:
        this.#emit(r.start, r.at, Event.CALL_INDIRECT, r.a)
        this.calls.push(-1 - r.a)
        return flow.move(facts.params(r.a) + 1, facts.results(r.a))
      case Action.BULK:
        this.#emit(r.start, r.at, Event.HELPER, this.#helpers.use(r))
        return flow.move(POPS[r.op] ?? 0, PUSHES[r.op] ?? 0)
      default: {
        const direct = action === Action.TAIL_FUNC
        this.#emit(r.start, r.at, direct ? Event.TAIL_CALL : Event.TAIL_CALL_INDIRECT, r.a)
        this.calls.push(direct ? r.a : -1 - r.a)
        flow.live = false
      }
    }
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
        return this.#flow.arm(action, 0, r.start, r.at)
      case Action.CATCH:
      case Action.CATCH_ALL:
        return this.#handler(r, action)
      case Action.END:
      case Action.DELEGATE:
        return this.#flow.end(r.start, r.at)
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
    this.#settleCost()
    const before = this.events.length
    this.#flow.arm(action, values, r.start, r.at)
    if (this.events.length > before) this.#cost = this.#prices.instruction[r.op] ?? 0
  }

  #clauses(r: InstructionReader): void {
    for (let i = 0; i < r.catchCount; i++) {
      if ((r.catchKind(i) & 1) === 1) this.keepsExceptions = true
      // The clauses' labels are counted from outside the try_table, which is open by now.
      this.#flow.targetUnpaid(r.catchLabel(i) + 1)
    }
  }

  /** The float just made gets its canonical form, unless the next instruction takes it and cannot tell. */
  #settleNan(op: number, offset: number): void {
    if (Action.BLIND_TO_NAN[op] !== this.#pendingNan && this.#flow.live) {
      this.#emit(offset, offset, Event.CANONICAL_NAN, this.#pendingNan)
      this.#nanKinds |= 1 << this.#pendingNan
    }
    this.#pendingNan = Action.NAN_NONE
  }
}

/** What was met in a function, as bits. */
const VECTORS = 1
const THROWS = 2
const HANDLES = 4
