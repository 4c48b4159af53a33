import { engineHas } from "../guests/features.ts"
import { DATA, TABLE_SIZE, TAGS } from "./ModulePlan.ts"
import { Objects } from "./Objects.ts"
import { nanWidth, OPERATIONS, STORES } from "./operations.ts"
import type { Type } from "./Types.ts"

/**
 * What a generated function does on one line: sets, stores, calls of every kind, bulk operations with ranges
 * that are mostly but not always within bounds, growth, objects.
 */
export abstract class Statements extends Objects {
  /** A statement without blocks of its own. */
  flat(depth: number): void {
    const { out, plan, tape } = this
    switch (tape.below(16)) {
      case 0:
        return void out.op("nop")
      case 1:
      case 2: {
        const type = tape.pick(plan.types)
        this.value(type, depth)
        return void out.set(this.localOf(type))
      }
      case 3: {
        const global = 1 + tape.below(plan.globals.length - 1)
        this.value(plan.globals[global] ?? "i32", depth)
        return void out.op("global.set", { a: global })
      }
      case 4:
      case 5: {
        const store = STORES[tape.below(STORES.length)]
        return store === undefined ? undefined : this.operation(store, depth)
      }
      case 6:
        return this.bulk()
      case 7:
        return this.tables()
      case 8:
      case 9:
        return this.call()
      case 10:
        return this.grow()
      case 11:
        return plan.objects ? this.object() : this.call()
      case 12: {
        this.value("i32", 1)
        this.values([tape.pick(plan.types)], 1)
        return void out.op("drop").op("drop")
      }
      default:
        if (plan.showsNan) return this.#showFloat(depth)
        this.value(tape.pick(["i64", "i32", "f64", "v128"]), depth)
        return void out.op("drop")
    }
  }

  /** Writes what some arithmetic gave to memory, bits and all. */
  #showFloat(depth: number): void {
    const { tape } = this
    const type = tape.pick<"f64" | "f32" | "v128">(["f64", "f32", "v128"])
    const made = (OPERATIONS.get(type) ?? []).filter(({ row }) => nanWidth(row.mnemonic) > 0)
    const operation = made[tape.below(made.length)]
    this.address(0)
    if (operation === undefined) this.value(type, depth)
    else this.operation(operation, Math.max(1, depth))
    this.out.op(`${type}.store`, { c: tape.below(300) })
  }

  grow(): void {
    const { out, plan, tape } = this
    const memory = tape.below(2)
    out.i32(tape.below(9) === 8 ? -1 : tape.below(3))
    this.widened(plan.memories[memory])
    out.op("memory.grow", { a: memory }).op("drop")
  }

  bulk(): void {
    const { out, plan, tape } = this
    const memory = tape.below(2)
    const type = plan.memories[memory]
    const length = (width: "i32" | "i64" | undefined) => {
      out.i32(tape.below(12) > 0 ? tape.below(600) : tape.below(70_000))
      this.widened(width)
    }
    this.address(memory)
    switch (tape.below(3)) {
      case 0:
        this.value("i32", 1)
        length(type)
        return void out.op("memory.fill", { a: memory })
      case 1: {
        const drawn = tape.below(2)
        const from = plan.memories[drawn] === type || engineHas("memory64-copy") ? drawn : memory
        this.address(from)
        length(type === "i64" && plan.memories[from] === "i64" ? "i64" : "i32")
        return void out.op("memory.copy", { a: memory, b: from })
      }
      default: {
        const segment = tape.below(DATA.length)
        out.i32(tape.below(4)).i32(tape.below((DATA[segment] ?? 9) + 1))
        return void out.op("memory.init", { a: segment, b: memory })
      }
    }
  }

  tables(): void {
    const { out, plan, tape } = this
    const table = tape.below(2)
    const type = plan.tables[table]
    const index = (which = type) => {
      out.i32(tape.below(12) > 0 ? tape.below(TABLE_SIZE / 2) : tape.below(TABLE_SIZE + 3))
      this.widened(which)
    }
    switch (tape.below(8)) {
      case 0:
        return void out.op(tape.below(2) === 0 ? "data.drop" : "elem.drop", { a: 0 })
      case 1:
        index()
        this.value("func", 0)
        index()
        return void out.op("table.fill", { a: table })
      case 2: {
        const from = tape.below(2)
        index()
        index(plan.tables[from])
        index(type === "i64" && plan.tables[from] === "i64" ? "i64" : "i32")
        return void out.op("table.copy", { a: table, b: from })
      }
      case 3:
        index()
        return void out.i32(tape.below(2)).i32(tape.below(4)).op("table.init", { a: 0, b: table })
      case 4:
        this.value("func", 0)
        out.i32(tape.below(40))
        this.widened(type)
        return void out.op("table.grow", { a: table }).op("drop")
      case 5:
        return void out.op("table.size", { a: table }).op("drop")
      default:
        index()
        this.value("func", 1)
        return void out.op("table.set", { a: table })
    }
  }

  /** Calls something, somehow, and keeps or drops what it gives. */
  call(): void {
    const { plan, tape } = this
    const callee = this.#callee(tape.below(plan.shapes.length))
    if (callee < 0) return void this.out.op("nop")
    this.#invoke(callee, false)
    this.consume(plan.shapes[callee]?.results ?? [])
  }

  called(type: Type): boolean {
    const callee = this.plan.shapes.findIndex(
      ({ results }, i) => results.length === 1 && results[0] === type && this.#callee(i) === i
    )
    if (callee < 0 || this.shape.leaf) return false
    this.#invoke(callee, false)
    return true
  }

  /** A tail call, if anything gives what this function gives. *Returns* whether there was. */
  tailCall(): boolean {
    const { plan, shape, tape } = this
    const alike = plan.shapes.flatMap(({ results }, i) =>
      String([results.length, results]) === String([shape.results.length, shape.results]) ? [i] : []
    )
    const callee = alike[tape.below(alike.length)]
    if (!plan.tailCalls || shape.leaf || callee === undefined) return false
    this.#invoke(callee, true)
    return true
  }

  /** A leaf calls nothing; -1 where there is nothing to be called. */
  #callee(wanted: number): number {
    return this.shape.leaf ? -1 : wanted
  }

  #invoke(callee: number, tail: boolean): void {
    const { out, plan, tape } = this
    const type = plan.typeOfFunc(callee)
    this.values(plan.shapes[callee]?.params ?? [], 1)
    const how = tape.below(plan.references ? 6 : 4)
    if (how < 3) return void out.op(tail ? "return_call" : "call", { a: callee })
    if (how > 3 && tape.below(8) > 0)
      return void out.op("ref.func", { a: callee }).op(tail ? "return_call_ref" : "call_ref", { a: type })
    if (how > 3 && plan.objects) {
      this.value("func", 1)
      return void out.op("ref.cast null", { a: type }).op(tail ? "return_call_ref" : "call_ref", { a: type })
    }
    // Mostly the function itself; else what the table holds, a trap among it.
    const table = tape.below(8) === 0 ? 1 : 0
    out.i32(tape.below(8) > 0 && table === 0 ? callee : tape.below(TABLE_SIZE))
    this.widened(plan.tables[table])
    out.op(tail ? "return_call_indirect" : "call_indirect", { a: type, b: table })
  }

  /** Throws, with what the tag carries. */
  throwTag(): void {
    const tag = this.tape.below(TAGS.length)
    this.values(TAGS[tag] ?? [], 1)
    this.out.op("throw", { a: tag })
  }
}
