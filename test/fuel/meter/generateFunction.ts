import { EMPTY } from "../../../src/wasm/ValueType.ts"
import { BLOCK_TYPE } from "./Emitter.ts"
import { Expressions, STEPS, type Surroundings, TYPES } from "./Expressions.ts"
import type { Tape } from "./Tape.ts"

/**
 * A random function that is valid, ends, and often returns: nested blocks, loops with counters, branches of every
 * kind, calls of every kind, exceptions, memory, tables and their bulk operations.
 *
 * Every call and every round of a loop takes one from a global; when it is used up functions return what is
 * nothing. So no run is long, whatever calls whatever.
 */
export const generateFunction = (tape: Tape, around: Surroundings, self: number) =>
  new FunctionGenerator(tape, around, self).make()

class FunctionGenerator extends Expressions {
  make() {
    for (const type of TYPES) this.out.local(type)
    this.#step()
    this.labels = [{ types: this.shape.results }]
    this.#statements(4)
    for (const type of this.shape.results) this.value(type, 3)
    this.out.op("end")
    return this.out.body()
  }

  /** Takes one step; without any left the function returns. */
  #step(): void {
    const { out } = this
    out.op("global.get", { a: STEPS }).i32(1).op("i32.sub").op("global.set", { a: STEPS })
    out.op("global.get", { a: STEPS }).i32(0).op("i32.lt_s")
    out.block("if", EMPTY, () => {
      for (const type of this.shape.results) out.constant(type, 0)
      out.op("return")
    })
  }

  #statements(depth: number): void {
    for (let i = this.tape.below(5); i >= 0; i--) this.#statement(depth)
  }

  #statement(depth: number): void {
    if (depth === 0 || this.tape.spent) return this.flat(2)
    switch (this.tape.below(12)) {
      case 0:
        return this.#nested("block", depth)
      case 1:
        return this.#loop(depth)
      case 2:
        return this.#loopWithParameter(depth)
      case 3:
        this.value("i32", 2)
        this.labels.push({ types: [] })
        this.out.block(
          "if",
          EMPTY,
          () => this.#statements(depth - 1),
          this.tape.below(2) === 0 ? undefined : () => this.#statements(depth - 1)
        )
        this.labels.pop()
        return
      case 4:
        return this.#branch(depth)
      case 5:
        return this.#tryCatch(depth)
      default:
        return this.flat(depth)
    }
  }

  #nested(kind: "block", depth: number): void {
    const result = this.tape.pick([undefined, ...TYPES])
    this.labels.push({ types: result === undefined ? [] : [result] })
    this.out.block(kind, result === undefined ? EMPTY : BLOCK_TYPE[result], () => {
      this.#statements(depth - 1)
      if (result !== undefined) this.value(result, 2)
    })
    this.labels.pop()
    if (result !== undefined) this.out.op("drop")
  }

  #loop(depth: number): void {
    const { out } = this
    const counter = out.local("i32")
    out.i32(this.tape.below(6)).op("local.set", { a: counter })
    this.labels.push({ types: [] })
    out.block("loop", EMPTY, () => {
      this.#step()
      this.#statements(depth - 1)
      out.op("local.get", { a: counter }).i32(1).op("i32.sub").op("local.tee", { a: counter })
      out.i32(0).op("i32.gt_s").op("br_if", { a: 0 })
    })
    this.labels.pop()
  }

  #loopWithParameter(depth: number): void {
    const { out } = this
    const carried = out.local("i32")
    out.i32(this.tape.below(6))
    this.labels.push({ types: ["i32"] })
    out.block("loop", this.around.i32ToI32, () => {
      out.op("local.set", { a: carried })
      this.#step()
      this.#statements(depth - 1)
      out.op("local.get", { a: carried }).i32(1).op("i32.sub").op("local.tee", { a: carried })
      out.op("local.get", { a: carried }).i32(0).op("i32.gt_s").op("br_if", { a: 0 })
    })
    this.labels.pop()
    out.op("drop")
  }

  #branch(depth: number): void {
    const { out } = this
    const label = this.tape.below(this.labels.length)
    const types = this.labels.at(-1 - label)?.types ?? []
    const kind = this.tape.below(5)
    if (kind === 0) {
      for (const type of types) this.value(type, 2)
      this.value("i32", 2)
      out.op("br_if", { a: label })
      for (const _ of types) out.op("drop")
      return
    }
    // The rest of the block cannot be reached, so the branch gets a block of its own.
    this.labels.push({ types: [] })
    out.op("block", { a: EMPTY })
    if (kind === 1) {
      for (const type of this.shape.results) this.value(type, 2)
      out.op("return")
    } else if (kind === 2) this.#branchTable()
    else if (kind === 3) {
      for (const type of types) this.value(type, 2)
      out.op("br", { a: label + 1 })
    } else this.#throwOrTailCall()
    this.#dead(depth)
    out.op("end")
    this.labels.pop()
  }

  #branchTable(): void {
    const empty = this.labels.flatMap(({ types }, i) =>
      types.length === 0 ? [this.labels.length - 1 - i] : []
    )
    const someLabel = () => empty[this.tape.below(empty.length)] ?? 0
    const labels = Array.from({ length: this.tape.below(5) }, someLabel)
    this.value("i32", 2)
    this.out.op("br_table", { a: someLabel(), labels })
  }

  #throwOrTailCall(): void {
    const target = this.around.shapes.findIndex(
      ({ results }) => JSON.stringify(results) === JSON.stringify(this.shape.results)
    )
    if (target >= 0 && this.tape.below(2) === 0) {
      for (const type of this.around.shapes[target]?.params ?? []) this.value(type, 1)
      this.out.op("return_call", { a: target })
    } else {
      this.value("i32", 1)
      this.out.op("throw", { a: 0 })
    }
  }

  /** Code that cannot run, where the operands are whatever is wanted. */
  #dead(depth: number): void {
    switch (this.tape.below(4)) {
      case 1:
        return void this.out.op("i32.add").op("drop")
      case 2:
        return void this.out.block("loop", EMPTY, () => this.out.op("br", { a: 0 }).op("memory.fill"))
      case 3:
        return this.#statements(depth - 1)
    }
  }

  #tryCatch(depth: number): void {
    const { out } = this
    if (this.around.legacyExceptions) {
      this.labels.push({ types: [] })
      out.op("try", { a: EMPTY })
      this.#statements(depth - 1)
      out.op("catch", { a: 0 }).op("drop")
      this.#statements(depth - 1)
      if (this.tape.below(4) === 0) out.op("catch_all")
      out.op("end")
      this.labels.pop()
      return
    }
    this.labels.push({ types: ["i32"] }, { types: [] })
    out.block("block", BLOCK_TYPE.i32, () => {
      out.op("try_table", { a: EMPTY, catches: [{ kind: 0, tag: 0, label: 0 }] })
      this.#statements(depth - 1)
      out.op("end")
      this.labels.pop()
      out.i32(1)
    })
    this.labels.pop()
    out.op("drop")
  }
}
