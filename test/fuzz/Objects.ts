import { TABLE_SIZE } from "./ModulePlan.ts"
import { OBJECTS, type Ref, type Type } from "./Types.ts"
import { Values } from "./Values.ts"

/** References: how a generated function makes them, looks into them and works on structures and arrays. */

type ArrayRef = "bytes" | "words" | "funcs"
const ARRAYS: readonly [ArrayRef, ...ArrayRef[]] = ["bytes", "words", "funcs"]
const ELEMENT: Readonly<Record<ArrayRef, Type>> = { bytes: "i32", words: "i32", funcs: "func" }

export abstract class Objects extends Values {
  reference(type: Ref, depth: number): void {
    const { out, plan, tape } = this
    if (type === "func") {
      out.i32(tape.below(TABLE_SIZE))
      this.widened(plan.tables[0])
      return void out.op("table.get", { a: 0 })
    }
    if (!plan.objects || type === "extern" || type === "exn") return this.constant(type)
    switch (type) {
      case "node":
        if (tape.below(3) === 0) return this.value("child", depth - 1)
        if (tape.below(3) === 0) {
          this.#alive("node", depth)
          return void out.op("struct.get", { a: OBJECTS.node, b: 2 })
        }
        this.values(["i32", "i64", "node"], depth - 1)
        return void out.op("struct.new", { a: OBJECTS.node })
      case "child":
        if (tape.below(4) === 0) {
          this.value("node", depth - 1)
          return void out.op("ref.cast null", { a: OBJECTS.child })
        }
        this.values(["i32", "i64", "node", "f64", "i32"], depth - 1)
        return void out.op("struct.new", { a: OBJECTS.child })
      default:
        return this.#array(type)
    }
  }

  #array(type: ArrayRef): void {
    const { out, tape } = this
    const a = OBJECTS[type]
    const element = ELEMENT[type]
    switch (tape.below(3)) {
      case 0:
        this.values([element, element, element], 0)
        return void out.op("array.new_fixed", { a, b: 3 })
      case 1:
        this.value(element, 0)
        return void out.i32(tape.below(1000)).op("array.new", { a })
      default:
        if (type === "funcs") return void out.i32(0).i32(tape.below(4)).op("array.new_elem", { a, b: 0 })
        out.i32(tape.below(30)).i32(tape.below(90))
        return void out.op("array.new_data", { a, b: tape.below(8) === 0 ? 0 : 1 })
    }
  }

  /** A reference that is nearly always not null. */
  #alive(type: "node" | "child" | ArrayRef, depth: number): void {
    const { out, tape } = this
    if (tape.below(10) === 1) return this.value(type, depth - 1)
    const local = this.localOf(type)
    out.get(local).op("ref.is_null")
    this.ifTrue(() => {
      if (type === "node" || type === "child") out.op("struct.new_default", { a: OBJECTS[type] })
      else out.i32(8 + tape.below(90)).op("array.new_default", { a: OBJECTS[type] })
      out.set(local)
    })
    out.get(local)
    if (tape.below(8) === 0) out.op("ref.as_non_null")
  }

  peek(depth: number): void {
    const { out, plan, tape } = this
    switch (tape.below(plan.objects ? 10 : 3)) {
      case 0:
        return void out.op("memory.size")
      case 1:
        this.value("func", 1)
        return void out.op("ref.is_null")
      case 2:
        return void out.op("table.size")
      case 3:
        this.#alive("bytes", depth)
        out.i32(tape.below(9))
        return void out.op(tape.below(2) === 0 ? "array.get_s" : "array.get_u", { a: OBJECTS.bytes })
      case 4:
        this.#alive("words", depth)
        return void out.i32(tape.below(9)).op("array.get", { a: OBJECTS.words })
      case 5: {
        const array = tape.pick(ARRAYS)
        this.#alive(array, depth)
        return void out.op("array.len")
      }
      case 6:
        this.#alive("node", depth)
        return void out.op("struct.get", { a: OBJECTS.node, b: 0 })
      case 7:
        this.#alive("child", depth)
        return void out.op(tape.below(2) === 0 ? "struct.get_s" : "struct.get_u", { a: OBJECTS.child, b: 4 })
      case 8:
        this.value("i32", depth - 1)
        return void out.op("ref.i31").op(tape.below(2) === 0 ? "i31.get_s" : "i31.get_u")
      default:
        return this.#compare(depth)
    }
  }

  #compare(depth: number): void {
    const { out, tape } = this
    this.value("node", depth - 1)
    switch (tape.below(4)) {
      case 0:
        this.value("node", depth - 1)
        return void out.op("ref.eq")
      case 1:
        return void out.op("ref.test", { a: OBJECTS.child })
      case 2:
        out.op("extern.convert_any").op("any.convert_extern")
        return void out.op("ref.test null", { a: OBJECTS.child })
      default:
        out.op("drop")
        this.#alive("node", depth)
        return void out.op("ref.cast", { a: OBJECTS.node }).op("struct.get", { a: OBJECTS.node, b: 0 })
    }
  }

  /** A statement about structures and arrays. */
  object(): void {
    const { out, tape } = this
    if (tape.below(3) === 0) {
      const [field, type] = tape.pick<readonly [number, Type]>([
        [0, "i32"],
        [1, "i64"],
        [2, "node"]
      ])
      this.#alive("node", 2)
      this.value(type, 2)
      return void out.op("struct.set", { a: OBJECTS.node, b: field })
    }
    const small = () => out.i32(tape.below(16) > 0 ? tape.below(3) : tape.below(200))
    const array = tape.pick(ARRAYS)
    const a = OBJECTS[array]
    this.#alive(array, 2)
    small()
    switch (tape.below(4)) {
      case 0:
        this.#alive(array, 2)
        small()
        small()
        return void out.op("array.copy", { a, b: a })
      case 1:
        this.value(ELEMENT[array], 1)
        small()
        return void out.op("array.fill", { a })
      case 2:
        small()
        small()
        if (array === "funcs") return void out.op("array.init_elem", { a, b: 0 })
        return void out.op("array.init_data", { a, b: 1 })
      default:
        this.value(ELEMENT[array], 1)
        return void out.op("array.set", { a })
    }
  }
}
