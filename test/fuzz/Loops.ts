import { EMPTY } from "../../src/wasm/ValueType.ts"
import { STEPS_GLOBAL } from "./ModulePlan.ts"
import { Statements } from "./Statements.ts"
import type { Type } from "./Types.ts"

/**
 * The loops of a generated function, in the forms that compilers and hand-written code have.
 *
 * Two kinds end for two reasons: a *hidden* loop counts down a local that nobody else has, and no random branch
 * goes to its header; any other takes a step from the global at its header.
 */

/** Rounds of all loops around a place together. */
const ROUNDS_MAX = 200
const LEAF_ROUNDS_MAX = 24

export abstract class Loops extends Statements {
  #around = 1

  abstract statement(depth: number): void

  statements(depth: number): void {
    for (let i = this.tape.below(5); i >= 0; i--) this.statement(depth)
  }

  /** Takes one step; without any left the function returns. */
  step(): void {
    const { out } = this
    out.op("global.get", { a: STEPS_GLOBAL }).i32(1).op("i32.sub").op("global.set", { a: STEPS_GLOBAL })
    out.op("global.get", { a: STEPS_GLOBAL }).i32(0).op("i32.lt_s")
    out.block("if", EMPTY, () => {
      for (const type of this.shape.results) out.constant(type, 0)
      out.op("return")
    })
  }

  /** Throws if something is so. */
  ifThrown(): void {
    this.value("i32", 1)
    this.ifTrue(() => this.throwTag())
  }

  loop(depth: number): void {
    const most = this.shape.leaf ? LEAF_ROUNDS_MAX : ROUNDS_MAX
    const wanted = this.tape.below(4) === 0 ? 1 + this.tape.below(most) : 1 + this.tape.below(6)
    const rounds = Math.max(1, Math.min(wanted, Math.floor(most / this.#around)))
    const before = this.#around
    this.#around *= rounds
    const kind = this.tape.below(6)
    if (kind < 2) this.#tight(rounds, depth)
    else if (kind === 2) this.#whileLoop(rounds, depth)
    else if (kind === 3) this.#byTable(rounds, depth)
    else if (kind === 4 || this.shape.leaf) this.#withParameters(rounds, depth)
    else this.#open(rounds, depth)
    this.#around = before
  }

  #counter(rounds: number): number {
    const counter = this.out.local("i32")
    this.out.i32(rounds).set(counter)
    return counter
  }

  /** Counts down, and leaves on the operands whether another round is due. */
  #another(counter: number): void {
    this.out.get(counter).i32(1).op("i32.sub").op("local.tee", { a: counter }).i32(0).op("i32.gt_s")
  }

  /** `do { … } while (--n > 0)`, often with nothing in it that could leave. */
  #tight(rounds: number, depth: number): void {
    const { out, tape } = this
    const counter = this.#counter(rounds)
    out.op("loop", { a: EMPTY })
    this.within({ types: [], kind: "hidden" }, () => {
      if (tape.below(2) === 0) this.flat(2)
      else this.statements(depth - 1)
      this.#another(counter)
      out.op("br_if", { a: 0 })
      if (tape.below(4) === 0) this.flat(1)
    })
    out.op("end")
  }

  /** `while (n > 0) { …; n-- }`: left from its head, or by a branch to the block around it. */
  #whileLoop(rounds: number, depth: number): void {
    const { out } = this
    const counter = this.#counter(rounds)
    out.op("block", { a: EMPTY })
    this.within({ types: [], kind: "plain" }, () => {
      out.op("loop", { a: EMPTY })
      this.within({ types: [], kind: "hidden" }, () => {
        out.get(counter).op("i32.eqz").op("br_if", { a: 1 })
        out.get(counter).i32(1).op("i32.sub").set(counter)
        this.statements(depth - 1)
        out.op("br", { a: 0 })
      })
      out.op("end")
    })
    out.op("end")
  }

  /** Goes round by a `br_table`, through a block that is a `continue`. */
  #byTable(rounds: number, depth: number): void {
    const { out } = this
    const counter = this.#counter(rounds)
    out.op("block", { a: EMPTY })
    this.within({ types: [], kind: "plain" }, () => {
      out.op("loop", { a: EMPTY })
      this.within({ types: [], kind: "hidden" }, () => {
        out.op("block", { a: EMPTY })
        this.within({ types: [], kind: "plain" }, () => this.statements(depth - 1))
        out.op("end")
        this.#another(counter)
        out.op("br_table", { a: 0, labels: [1] })
      })
      out.op("end")
    })
    out.op("end")
  }

  /** A loop over parameters, with results. */
  #withParameters(rounds: number, depth: number): void {
    const { out, plan, tape } = this
    const counter = this.#counter(rounds)
    const params: ReadonlyArray<Type> = Array.from({ length: 1 + tape.below(2) }, () => tape.pick(plan.types))
    const results: ReadonlyArray<Type> = tape.below(2) === 0 ? params : [tape.pick(plan.types)]
    this.values(params, 1)
    out.op("loop", { a: plan.blockType(params, results) })
    this.within({ types: params, kind: "hidden" }, () => {
      this.consume(params)
      this.statements(depth - 1)
      this.values(params, 1)
      this.#another(counter)
      out.op("br_if", { a: 0 })
      if (String(params) !== String(results)) {
        this.consume(params)
        this.values(results, 1)
      }
    })
    out.op("end")
    this.consume(results)
  }

  /** A loop that anything inside it may go on with: it takes a step each round. */
  #open(rounds: number, depth: number): void {
    const { out } = this
    const counter = this.#counter(Math.min(rounds, 6))
    out.op("loop", { a: EMPTY })
    this.within({ types: [], kind: "plain" }, () => {
      this.step()
      this.statements(depth - 1)
      this.#another(counter)
      out.op("br_if", { a: 0 })
    })
    out.op("end")
  }
}
