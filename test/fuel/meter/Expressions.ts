import { BLOCK_TYPE, Emitter, type Type } from "./Emitter.ts"
import type { Tape } from "./Tape.ts"

/**
 * Random values and plain statements, of valid types: the part of a generated function that a reader would write
 * on one line. `generateFunction.ts` puts control flow round it.
 */
export interface Shape {
  readonly params: ReadonlyArray<Type>
  readonly results: ReadonlyArray<Type>
}

export interface Surroundings {
  readonly shapes: ReadonlyArray<Shape>
  /** Type index of each function. */
  readonly typeOf: (funcIndex: number) => number
  /** The type `(i32) -> (i32)`, of loops with a parameter. */
  readonly i32ToI32: number
  readonly legacyExceptions: boolean
}

/** The globals of every generated module. */
export const STEPS = 0
export const GLOBALS: ReadonlyArray<Type> = ["i32", "i32", "i64", "f64", "v128"]
export const TABLE_SIZE = 8
export const TYPES: readonly [Type, ...Type[]] = ["i32", "i64", "f64", "v128"]

export interface Label {
  /** Types that a branch to it takes. */
  readonly types: ReadonlyArray<Type>
}

export class Expressions {
  readonly tape: Tape
  readonly around: Surroundings
  readonly shape: Shape
  readonly out: Emitter
  /** Innermost last. */
  labels: Array<Label> = []

  constructor(tape: Tape, around: Surroundings, self: number) {
    this.tape = tape
    this.around = around
    this.shape = around.shapes[self] ?? { params: [], results: [] }
    this.out = new Emitter(this.shape.params)
  }

  /** A statement without blocks in it. */
  flat(depth: number): void {
    const { out, tape } = this
    switch (tape.below(9)) {
      case 0: {
        const type = tape.pick(TYPES)
        this.value(type, depth)
        return void out.op("local.set", { a: this.localOf(type) })
      }
      case 1: {
        const global = 1 + tape.below(GLOBALS.length - 1)
        this.value(GLOBALS[global] ?? "i32", depth)
        return void out.op("global.set", { a: global })
      }
      case 2:
        this.address()
        this.value("i32", depth)
        return void out.op("i32.store", { c: tape.below(300) })
      case 3:
        this.address()
        this.value("v128", depth)
        return void out.op("v128.store", { c: tape.below(300) })
      case 4:
        return this.bulk()
      case 5:
        return this.call()
      case 6:
        out.i32(tape.below(3))
        return void out.op("memory.grow", { a: tape.below(2) }).op("drop")
      case 7:
        this.value("i64", depth)
        return void out.op("drop")
      default:
        return void out.op("nop")
    }
  }

  bulk(): void {
    const { out, tape } = this
    const memory = tape.below(2)
    const small = () => out.i32(tape.below(TABLE_SIZE + 2))
    switch (tape.below(8)) {
      case 0:
        this.address()
        this.value("i32", 1)
        return void out.i32(tape.below(70_000)).op("memory.fill", { a: memory })
      case 1:
        this.address()
        this.address()
        return void out.i32(tape.below(70_000)).op("memory.copy", { a: memory, b: tape.below(2) })
      case 2:
        this.address()
        return void out.i32(tape.below(4)).i32(tape.below(9)).op("memory.init", { a: 0, b: memory })
      case 3:
        small()
        out.op("ref.null", { a: -16 })
        return void out.i32(tape.below(4)).op("table.fill")
      case 4:
        small()
        small()
        return void out.i32(tape.below(TABLE_SIZE)).op("table.copy")
      case 5:
        small()
        return void out.i32(tape.below(2)).i32(tape.below(4)).op("table.init", { a: 0 })
      case 6:
        out.op("ref.null", { a: -16 }).i32(tape.below(40))
        return void out.op("table.grow").op("drop")
      default:
        return void (tape.below(2) === 0 ? out.op("data.drop") : out.op("elem.drop"))
    }
  }

  call(): void {
    const callee = this.tape.below(this.around.shapes.length)
    const { params, results } = this.around.shapes[callee] ?? { params: [], results: [] }
    for (const type of params) this.value(type, 1)
    if (this.tape.below(3) > 0) this.out.op("call", { a: callee })
    else {
      // Mostly the function itself; else what the table holds, a trap among it.
      this.out.i32(this.tape.below(4) > 0 ? callee : this.tape.below(TABLE_SIZE))
      this.out.op("call_indirect", { a: this.around.typeOf(callee) })
    }
    for (const type of results.toReversed()) this.out.op("local.set", { a: this.localOf(type) })
  }

  /** An address in memory, nearly always. */
  address(): void {
    this.value("i32", 1)
    this.out.i32(this.tape.below(40) === 39 ? -1 : 0xffff).op("i32.and")
  }

  localOf(type: Type): number {
    return this.out.locals.indexOf(type)
  }

  value(type: Type, depth: number): void {
    const { out, tape } = this
    const choice = depth === 0 ? tape.below(2) : tape.below(9)
    switch (choice) {
      case 0:
        return void out.constant(type, tape.below(100) - 20)
      case 1:
        return void out.op("local.get", { a: this.localOf(type) })
      case 2:
        this.labels.push({ types: [type] })
        out.block("block", BLOCK_TYPE[type], () => {
          this.value(type, depth - 1)
          this.value("i32", depth - 1)
          out.op("br_if", { a: tape.below(2) === 0 ? 0 : this.likeLabel(type) })
          this.flat(1)
        })
        this.labels.pop()
        return
      case 3:
        this.value("i32", depth - 1)
        this.labels.push({ types: [type] })
        out.block(
          "if",
          BLOCK_TYPE[type],
          () => this.value(type, depth - 1),
          () => this.value(type, depth - 1)
        )
        this.labels.pop()
        return
      case 4:
        this.value(type, depth - 1)
        this.value(type, depth - 1)
        this.value("i32", depth - 1)
        return void (type === "v128" ? out.op("select t", { types: [type] }) : out.op("select"))
      default:
        return this.operation(type, depth)
    }
  }

  /** A label that takes one value of a type; there is one, the innermost. */
  likeLabel(type: Type): number {
    const found = this.labels.flatMap(({ types }, i) =>
      types.length === 1 && types[0] === type ? [this.labels.length - 1 - i] : []
    )
    return found[this.tape.below(found.length)] ?? 0
  }

  operation(type: Type, depth: number): void {
    const { out, tape } = this
    const both = (operand: Type) => {
      this.value(operand, depth - 1)
      this.value(operand, depth - 1)
    }
    switch (type) {
      case "i32":
        switch (tape.below(6)) {
          case 0:
            this.address()
            return void out.op("i32.load8_u", { c: tape.below(300) })
          case 1:
            both("i64")
            return void out.op("i64.lt_s")
          case 2:
            both("f64")
            return void out.op("f64.ge")
          case 3:
            return void out.op("memory.size", { a: tape.below(2) })
          default:
            both("i32")
            return void out.op(tape.pick(["i32.add", "i32.mul", "i32.xor", "i32.rem_s", "i32.shl"]))
        }
      case "i64":
        switch (tape.below(4)) {
          case 0:
            this.address()
            return void out.op("i64.load", { b: 1, c: tape.below(300) })
          case 1:
            this.value("v128", depth - 1)
            return void out.op("i64x2.extract_lane", { d: 1 })
          case 2:
            this.value("f64", depth - 1)
            return void out.op("i64.trunc_sat_f64_s")
          default:
            both("i64")
            return void out.op(tape.pick(["i64.add", "i64.sub", "i64.div_u", "i64.rotl"]))
        }
      case "f64":
        if (tape.below(3) === 0) {
          this.value("i64", depth - 1)
          return void out.op("f64.convert_i64_s")
        }
        both("f64")
        return void out.op(tape.pick(["f64.add", "f64.mul", "f64.div", "f64.min"]))
      case "v128":
        if (tape.below(2) === 0) {
          this.value("i32", depth - 1)
          return void out.op("i32x4.splat")
        }
        both("v128")
        return void out.op(tape.pick(["i32x4.add", "v128.xor", "i16x8.mul"]))
    }
  }
}
