import type { Catch } from "../../src/wasm/Instruction.ts"
import type { Body } from "../../src/wasm/Module.ts"
import { EMPTY } from "../../src/wasm/ValueType.ts"
import { Loops } from "./Loops.ts"
import { type ModulePlan, TAGS } from "./ModulePlan.ts"
import type { Tape } from "./Tape.ts"
import type { Type } from "./Types.ts"

/**
 * A random function that is valid, ends, and often returns: nested blocks with parameters and results, loops
 * with counters, branches of every kind, calls of every kind, exceptions, and code that cannot run.
 *
 * Every call of what is no leaf and every round of a loop that can be branched to takes one from a global; when
 * it is used up functions return what is nothing. So no run is long, whatever calls whatever.
 */
export const generateFunction = (tape: Tape, plan: ModulePlan, self: number): Body =>
  new FunctionGenerator(tape, plan, self).make()

class FunctionGenerator extends Loops {
  make(): Body {
    const { leaf, results } = this.shape
    if (!leaf) this.step()
    this.within({ types: results, kind: "plain" }, () => {
      this.statements(leaf ? 1 : 4)
      this.values(results, leaf ? 2 : 3)
    })
    this.out.op("end")
    return this.out.body()
  }

  statement(depth: number): void {
    if (depth <= 0 || this.tape.spent) return this.flat(2)
    switch (this.tape.below(14)) {
      case 0:
        return this.#nested(depth, "block")
      case 1:
      case 2:
        return this.loop(depth)
      case 3:
        this.value("i32", 2)
        if (this.tape.below(2) === 0) return this.ifTrue(() => this.statements(depth - 1))
        return this.#nested(depth, "if")
      case 4:
      case 5:
        return this.#branch(depth)
      case 6:
        return this.plan.exceptions === "legacy" ? this.#legacyTry(depth) : this.#tryTable(depth)
      case 7:
        return this.plan.references ? this.#branchOnReference(depth) : this.#branch(depth)
      default:
        return this.flat(depth)
    }
  }

  #some(count: number): ReadonlyArray<Type> {
    return Array.from({ length: this.tape.below(count) }, () => this.tape.pick(this.plan.types))
  }

  /** A block or `if` (whose condition is made already) over parameters, with results. */
  #nested(depth: number, kind: "block" | "if"): void {
    const { out, plan, tape } = this
    const [params, results] = [this.#some(3), this.#some(3)]
    const condition = kind === "if" ? out.local("i32") : -1
    if (condition >= 0) out.set(condition)
    // Sometimes over something that stays below it.
    const below = tape.below(3) === 0
    if (below) this.value("i64", 1)
    this.values(params, 1)
    if (condition >= 0) out.get(condition)
    this.within({ types: results, kind: "plain" }, () => {
      const arm = () => {
        this.consume(params)
        this.statements(depth - 1)
        this.values(results, 2)
      }
      out.block(kind, plan.blockType(params, results), arm, kind === "if" ? arm : undefined)
    })
    this.consume(results)
    if (below) out.op("drop")
  }

  #branch(depth: number): void {
    const { out, tape } = this
    const [label, types] = this.#anyLabel()
    const kind = tape.below(7)
    if (kind === 0) {
      this.values(types, 2)
      this.value("i32", 2)
      out.op("br_if", { a: label })
      return this.consume(types)
    }
    // Most of the time only under a condition; the rest of the block cannot be reached.
    if (tape.below(4) > 0) this.value("i32", 1)
    else out.i32(1)
    out.op("if", { a: EMPTY })
    this.within({ types: [], kind: "plain" }, () => {
      if (!this.#leave(kind)) return this.flat(depth)
      this.#dead(depth)
    })
    out.op("end")
  }

  /** Some label that may be branched to at random, and what it takes. */
  #anyLabel(): readonly [number, ReadonlyArray<Type>] {
    const open = this.labels.flatMap(({ kind }, i) => (kind === "hidden" ? [] : [i]))
    const at = open.at(-1 - this.tape.below(open.length)) ?? 0
    return [this.labels.length - 1 - at, this.labels[at]?.types ?? []]
  }

  /** *Returns* whether control does not come back. */
  #leave(kind: number): boolean {
    const { out } = this
    switch (kind) {
      case 1:
        this.values(this.shape.results, 2)
        out.op("return")
        return true
      case 2:
        this.#branchTable()
        return true
      case 3:
        this.throwTag()
        return true
      case 4: {
        const caught = this.labels.flatMap((label, i) => (label.kind === "catch" ? [i] : []))
        const at = caught[this.tape.below(caught.length)]
        if (at === undefined) return this.#tailCallOrTrap()
        out.op("rethrow", { a: this.labels.length - 1 - at })
        return true
      }
      case 5:
        return this.#tailCallOrTrap()
      default: {
        const [label, types] = this.#anyLabel()
        this.values(types, 2)
        out.op("br", { a: label })
        return true
      }
    }
  }

  #tailCallOrTrap(): boolean {
    if (this.tailCall()) return true
    if (this.tape.below(8) !== 1) return false
    this.out.op("unreachable")
    return true
  }

  #branchTable(): void {
    const { out, tape } = this
    const [, types] = this.#anyLabel()
    const alike = this.labelsFor(types)
    const some = () => alike[tape.below(alike.length)] ?? 0
    const labels = Array.from({ length: tape.below(5) }, some)
    this.values(types, 1)
    this.value("i32", 1)
    out.i32(7).op("i32.and")
    out.op("br_table", { a: some(), labels })
  }

  /** Code that cannot run, where the operands are whatever is wanted. */
  #dead(depth: number): void {
    const { out, tape } = this
    switch (tape.below(6)) {
      case 1:
        return void out.op("i32.add").op("drop")
      case 2:
        return void out.block("loop", EMPTY, () => out.op("br", { a: 0 }).op("memory.fill"))
      case 3:
        return this.statements(depth - 1)
      case 4:
        out.op("unreachable")
        return void out.block(
          "if",
          EMPTY,
          () => out.op("unreachable").op("br_if", { a: 0 }),
          () => out.op("unreachable").op("br_table", { a: 0, labels: [0, 1] })
        )
      case 5:
        return void out
          .block("block", this.plan.blockType([], ["f64", "i32"]), () =>
            out.op("unreachable").op("call", { a: 0 }).op("br_if", { a: 0 })
          )
          .op("drop")
          .op("drop")
    }
  }

  /** The branches that test a reference. */
  #branchOnReference(depth: number): void {
    const { out, plan, tape } = this
    const type: Type = plan.objects && tape.below(3) > 0 ? "node" : "func"
    switch (tape.below(plan.objects ? 4 : 2)) {
      case 0: {
        const empty = this.labelsFor([])
        const label = empty[tape.below(empty.length)]
        this.value(type, 2)
        return void (label === undefined ? out.op("drop") : out.op("br_on_null", { a: label }).op("drop"))
      }
      case 1:
        this.within({ types: [type], kind: "plain" }, () =>
          out.block("block", plan.blockType([], [type]), () => {
            this.statements(depth - 1)
            this.value(type, 2)
            const like = this.labelsFor([type])
            out.op("br_on_non_null", { a: like[tape.below(like.length)] ?? 0 })
            this.value(type, 0)
          })
        )
        return this.consume([type])
      default: {
        const fails = tape.below(2) === 0
        const target: Type = fails ? "node" : "child"
        this.within({ types: [target], kind: "plain" }, () =>
          out.block("block", plan.blockType([], [target]), () => {
            this.value("node", 2)
            const like = this.labelsFor([target])
            const a = like[tape.below(like.length)] ?? 0
            // From a nullable node to a nullable child.
            out.op(fails ? "br_on_cast_fail" : "br_on_cast", { a, b: 0, c: 1, flags: 3 }).op("drop")
            this.statements(depth - 1)
            this.value(target, 1)
          })
        )
        return this.consume([target])
      }
    }
  }

  #legacyTry(depth: number): void {
    const { out, plan, tape } = this
    const results = this.#some(2)
    out.op("try", { a: plan.blockType([], results) })
    this.within({ types: results, kind: "plain" }, () => {
      this.statements(depth - 1)
      if (tape.below(3) === 0) this.ifThrown()
      this.values(results, 1)
    })
    if (tape.below(4) === 0) {
      // The label counts from outside the try, which has ended by now.
      out.op("delegate", { a: tape.below(this.labels.length) })
      return this.consume(results)
    }
    this.within({ types: results, kind: "catch" }, () => {
      for (let tag = tape.below(TAGS.length + 1); tag < TAGS.length; tag++) {
        out.op("catch", { a: tag })
        this.consume(TAGS[tag] ?? [])
        this.statements(depth - 1)
        this.values(results, 1)
      }
      if (tape.below(2) === 0) {
        out.op("catch_all")
        this.statements(depth - 1)
        this.values(results, 1)
      }
    })
    out.op("end")
    this.consume(results)
  }

  #tryTable(depth: number): void {
    const { out, plan, tape } = this
    const kind = tape.below(4)
    const tag = tape.below(TAGS.length)
    const carried: ReadonlyArray<Type> = kind < 2 ? (TAGS[tag] ?? []) : []
    const caught: ReadonlyArray<Type> = (kind & 1) === 1 ? [...carried, "exn"] : carried
    const results = this.#some(2)
    out.op("block", { a: EMPTY })
    this.within({ types: [], kind: "plain" }, () => {
      this.within({ types: caught, kind: "plain" }, () =>
        out.block("block", plan.blockType([], caught), () => {
          const empty = this.labelsFor([])
          const others: ReadonlyArray<Catch> =
            tape.below(2) === 0 ? [] : [{ kind: 2, tag: -1, label: empty[tape.below(empty.length)] ?? 0 }]
          const clause = { kind, tag: kind < 2 ? tag : -1, label: 0 }
          out.op("try_table", { a: plan.blockType([], results), catches: [clause, ...others] })
          this.within({ types: results, kind: "plain" }, () => {
            this.statements(depth - 1)
            if (tape.below(3) === 0) this.ifThrown()
            this.values(results, 1)
          })
          out.op("end")
          this.consume(results)
          out.op("br", { a: 1 })
        })
      )
      if (kind % 2 === 1 && tape.below(4) === 0) out.op("throw_ref")
      else {
        this.consume(caught)
        this.statements(depth - 1)
      }
    })
    out.op("end")
  }
}
