import { EMPTY } from "../../src/wasm/ValueType.ts"
import { afterArithmetic } from "./canonicaliseNaively.ts"
import { Emitter } from "./Emitter.ts"
import type { ModulePlan, Shape } from "./ModulePlan.ts"
import { OPERATIONS, type Operation } from "./operations.ts"
import type { Tape } from "./Tape.ts"
import { isNumber, type Num, OBJECTS, type Ref, type Type, valueTypeOf } from "./Types.ts"

/**
 * Random values of a type: constants, variables, every numeric instruction, blocks with results, objects.
 *
 * The simplest choice, 0, is a constant, so that a tape at its end ends the value too.
 */
export interface Label {
  /** Types that a branch to it takes. */
  readonly types: ReadonlyArray<Type>
  /** A `hidden` loop is not branched to at random: it would not end. */
  readonly kind: "plain" | "hidden" | "catch"
}

export abstract class Values {
  readonly tape: Tape
  readonly plan: ModulePlan
  readonly shape: Shape
  readonly out: Emitter
  /** Innermost last. */
  labels: Array<Label> = []
  readonly #locals = new Map<Type, Array<number>>()
  readonly #scratch: number

  constructor(tape: Tape, plan: ModulePlan, self: number) {
    this.tape = tape
    this.plan = plan
    this.shape = plan.shapes[self] ?? { params: [], results: [], leaf: true }
    this.out = new Emitter(this.shape.params.map(valueTypeOf))
    this.shape.params.forEach((type, index) => {
      this.#note(type, index)
    })
    for (const type of plan.types) this.#note(type, this.out.local(valueTypeOf(type)))
    this.#scratch = this.out.local("f32")
    this.out.local("f64")
    this.out.local("v128")
  }

  #note(type: Type, index: number): void {
    this.#locals.set(type, [...(this.#locals.get(type) ?? []), index])
  }

  localOf(type: Type): number {
    const all = this.#locals.get(type) ?? []
    return all[this.tape.below(all.length)] ?? 0
  }

  /** Puts what lies on top into a local, or throws it away. */
  consume(types: ReadonlyArray<Type>): void {
    for (const type of types.toReversed()) {
      if (this.tape.below(3) === 0) this.out.op("drop")
      else this.out.set(this.localOf(type))
    }
  }

  values(types: ReadonlyArray<Type>, depth: number): void {
    for (const type of types) this.value(type, depth)
  }

  /** Runs `write` with a label open. */
  within(label: Label, write: () => void): void {
    this.labels.push(label)
    write()
    this.labels.pop()
  }

  /** An `if` without results over the condition on top. */
  ifTrue(write: () => void): void {
    this.out.op("if", { a: EMPTY })
    this.within({ types: [], kind: "plain" }, write)
    this.out.op("end")
  }

  /** A value of the type that a call gives; *returns* false where none can be called. */
  abstract called(type: Type): boolean

  /** A reference that is not just a constant or a variable. */
  abstract reference(type: Ref, depth: number): void

  /** An i32 that some reference, memory or table gives. */
  abstract peek(depth: number): void

  value(type: Type, depth: number): void {
    const { out, tape } = this
    switch (depth <= 0 ? tape.below(3) : tape.below(14)) {
      case 0:
        return this.constant(type)
      case 1:
        return void out.get(this.localOf(type))
      case 2: {
        const globals = this.plan.globals.flatMap((g, i) => (g === type && i > 0 ? [i] : []))
        const global = globals[tape.below(globals.length)]
        return void (global === undefined ? this.constant(type) : out.op("global.get", { a: global }))
      }
      case 3:
        return this.#blockValue(type, depth)
      case 4:
        this.value("i32", depth - 1)
        return this.within({ types: [type], kind: "plain" }, () => {
          const arm = () => this.value(type, depth - 1)
          out.block("if", this.plan.blockType([], [type]), arm, arm)
        })
      case 5:
        this.value(type, depth - 1)
        this.value(type, depth - 1)
        this.value("i32", depth - 1)
        if (isNumber(type) && type !== "v128") return void out.op("select")
        return void out.op("select t", { types: [valueTypeOf(type)] })
      case 6:
        this.value(type, depth - 1)
        return void out.op("local.tee", { a: this.localOf(type) })
      case 7:
        if (!this.called(type)) this.constant(type)
        return
      default:
        if (!isNumber(type)) return this.reference(type, depth)
        if (type === "i32" && tape.below(5) === 0) return this.peek(depth)
        return this.#number(type, depth)
    }
  }

  /** A block that a `br_if` may leave with its value. */
  #blockValue(type: Type, depth: number): void {
    const { out, tape } = this
    this.within({ types: [type], kind: "plain" }, () =>
      out.block("block", this.plan.blockType([], [type]), () => {
        this.value(type, depth - 1)
        this.value("i32", depth - 1)
        const like = this.labelsFor([type])
        out.op("br_if", { a: like[tape.below(like.length)] ?? 0 })
        if (tape.below(3) === 0) {
          out.op("drop")
          this.value(type, depth - 1)
        }
      })
    )
  }

  /** Depths of the labels that take just these types, innermost first. */
  labelsFor(types: ReadonlyArray<Type>): ReadonlyArray<number> {
    const wanted = String(types)
    const last = this.labels.length - 1
    return this.labels
      .flatMap((label, i) =>
        label.kind !== "hidden" && label.types.length === types.length && String(label.types) === wanted
          ? [last - i]
          : []
      )
      .toReversed()
  }

  constant(type: Type): void {
    const { out, plan, tape } = this
    const value = tape.below(130) - 20
    if (type === "func" && value > 0)
      return void out.op("ref.func", { a: value % Math.max(1, plan.shapes.length) })
    if (plan.objects && value > 40) {
      if (type === "node" || type === "child") return void out.op("struct.new_default", { a: OBJECTS[type] })
      if (type === "bytes" || type === "words" || type === "funcs")
        return void out.i32(value % 20).op("array.new_default", { a: OBJECTS[type] })
    }
    if (value > 80 && (type === "f64" || type === "f32"))
      out.constant(type, SPECIAL[value % SPECIAL.length] ?? Number.NaN)
    else if (value > 100) out.constant(type, type === "i64" ? 2 ** 40 : 0x7fffff00)
    else out.constant(type, value)
  }

  /** An address in a memory, nearly always. */
  address(memory: number): void {
    this.value("i32", 1)
    this.out.i32(this.tape.below(60) === 59 ? -1 : 0xffff).op("i32.and")
    this.widened(this.plan.memories[memory])
  }

  /** Makes the i32 on top an index of some width. */
  widened(type: "i32" | "i64" | undefined): void {
    if (type === "i64") this.out.op("i64.extend_i32_u")
  }

  #number(type: Num, depth: number): void {
    const operations = OPERATIONS.get(type) ?? []
    const at = this.tape.below(operations.length)
    const operation = operations[at]
    // What traps is taken one time in eight, else the next that does not.
    const found =
      operation?.traps && this.tape.below(8) > 0 ? operations.slice(at).find((o) => !o.traps) : operation
    if (found !== undefined) this.operation(found, depth)
    else this.constant(type)
  }

  /** An instruction of the table, with its operands and immediates. */
  operation({ row, takes, lanes }: Operation, depth: number): void {
    const { out, tape } = this
    const memory = tape.below(2)
    for (const take of takes) {
      if (take === "at") this.address(memory)
      else this.value(take, depth - 1)
    }
    const isMemory = row.layout.startsWith("memarg")
    out.row(row.op, {
      ...(isMemory ? { b: memory, c: tape.below(300) } : {}),
      d: tape.below(lanes),
      ...(row.layout === "shuffle"
        ? { bits: Uint8Array.from({ length: 16 }, (_, i) => (tape.below(32) + i) % 32) }
        : {})
    })
    if (!this.plan.showsNan) out.instructions.push(...afterArithmetic(row.mnemonic, this.#scratch))
  }
}

/** Floats whose sums, products and roots are often NaNs. */
const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, -1, 1e300, 5e-324]
