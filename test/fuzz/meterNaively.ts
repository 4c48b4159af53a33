import type { PriceTable } from "../../src/fuel/PriceTable.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { decodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import type { Body, Module } from "../../src/wasm/Module.ts"
import { type Mnemonic, OPCODES } from "../../src/wasm/Opcodes.ts"
import { appendUnits, changeBodies, codeOf, localCount, plain } from "../wasm/code.ts"

/**
 * The meter as a child would write it, to hold the real one against: an i64 global goes up before every
 * instruction by its price, and after every bulk operation by what it moved. Exported as `units`.
 *
 * What fills a new array with one value is paid for before there is one, and growth after it was had: those are the
 * meter's rules, and they show when the instruction traps.
 */
export const meterNaively = (module: Module, prices: PriceTable): Uint8Array<ArrayBuffer> => {
  const spaces = new IndexSpaces(module)
  const count = new Counter(spaces.globals.length, prices, spaces)
  const counted = changeBodies(module, (body, params) => count.body(body, params))
  return encodeModule(appendUnits(counted, "units"))
}

/** Scratch locals, from the first that is appended: a count of either width, and what growth gave. */
const SCRATCH = { i32: 0, i64: 1, grown32: 2, grown64: 3 }

class Counter {
  readonly #global: number
  readonly #prices: PriceTable
  readonly #spaces: IndexSpaces

  constructor(global: number, prices: PriceTable, spaces: IndexSpaces) {
    this.#global = global
    this.#prices = prices
    this.#spaces = spaces
  }

  body(body: Body, params: number): Body {
    const scratch = localCount(body, params)
    const code = [
      ...this.#add([plain("i64.const", { big: BigInt(this.#prices.entry) })]),
      ...decodeInstructions(body.code).flatMap((instruction) => this.#instruction(instruction, scratch))
    ]
    const locals = (["i32", "i64", "i32", "i64"] as const).map((type) => ({ count: 1, type }))
    return { offset: 0, locals: [...body.locals, ...locals], code: codeOf(code) }
  }

  #instruction(instruction: Instruction, scratch: number): ReadonlyArray<Instruction> {
    const price = this.#prices.instruction[instruction.op] ?? 0
    const mnemonic = OPCODES[instruction.op]?.mnemonic ?? "nop"
    const paid = price === 0 ? [] : this.#add([plain("i64.const", { big: BigInt(price) })])
    // A handler is paid for by who gets there.
    if (mnemonic === "catch" || mnemonic === "catch_all") return [instruction, ...paid]
    const width = countType(mnemonic, instruction, this.#spaces)
    if (width === undefined) return [...paid, instruction]
    const count = { a: scratch + SCRATCH[width] }
    const unit = mnemonic.startsWith("memory")
      ? mnemonic === "memory.grow"
        ? this.#prices.grownPage
        : this.#prices.bulkByte
      : this.#prices.bulkElement
    const moved = this.#add([
      plain("local.get", count),
      ...(width === "i32" ? [plain("i64.extend_i32_u")] : []),
      plain("i64.const", { big: BigInt(unit) }),
      plain("i64.mul")
    ])
    const before = [...paid, plain("local.tee", count)]
    if (mnemonic === "array.new" || mnemonic === "array.new_default")
      return [...before, ...moved, instruction]
    if (!mnemonic.endsWith(".grow")) return [...before, instruction, ...moved]
    const grown = { a: scratch + (width === "i32" ? SCRATCH.grown32 : SCRATCH.grown64) }
    return [
      ...before,
      instruction,
      plain("local.tee", grown),
      plain("local.get", grown),
      width === "i32" ? plain("i32.const", { a: -1 }) : plain("i64.const", { big: -1n }),
      plain(`${width}.ne`),
      plain("if", { a: -64 }),
      ...moved,
      plain("end")
    ]
  }

  /** Adds what some instructions leave on the operands. */
  #add(amount: ReadonlyArray<Instruction>): ReadonlyArray<Instruction> {
    const units = { a: this.#global }
    return [plain("global.get", units), ...amount, plain("i64.add"), plain("global.set", units)]
  }
}

/**
 * The type of the last operand of an instruction that moves as many bytes, elements or pages as that says,
 * `undefined` for every other instruction.
 */
const countType = (
  mnemonic: Mnemonic,
  { a, b }: Instruction,
  spaces: IndexSpaces
): "i32" | "i64" | undefined => {
  switch (mnemonic) {
    case "memory.fill":
    case "memory.grow":
      return spaces.memory(a).address
    case "memory.copy":
      return spaces.memory(a).address === "i64" ? spaces.memory(b).address : "i32"
    case "table.fill":
    case "table.grow":
      return spaces.table(a).limits.address
    case "table.copy":
      return spaces.table(a).limits.address === "i64" ? spaces.table(b).limits.address : "i32"
    case "memory.init":
    case "table.init":
    case "array.new":
    case "array.new_default":
    case "array.new_data":
    case "array.new_elem":
    case "array.fill":
    case "array.copy":
    case "array.init_data":
    case "array.init_elem":
      return "i32"
    default:
      return undefined
  }
}
