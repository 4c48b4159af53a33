import { changeSection } from "../../../src/fuel/meter/sections.ts"
import type { PriceTable } from "../../../src/fuel/PriceTable.ts"
import { encodeModule } from "../../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../../src/wasm/IndexSpaces.ts"
import { decodeInstructions, encodeInstructions, type Instruction } from "../../../src/wasm/Instruction.ts"
import type { Body, Module } from "../../../src/wasm/Module.ts"
import { type Mnemonic, OP, OPCODES } from "../../../src/wasm/Opcodes.ts"

/**
 * The meter as a child would write it, to hold the real one against: an i64 global goes up before every
 * instruction by its price, and after every bulk operation by what it moved. Exported as `units`.
 *
 * For modules of 32-bit memories and tables without imported functions.
 */
export const meterNaively = (module: Module, prices: PriceTable): Uint8Array<ArrayBuffer> => {
  const spaces = new IndexSpaces(module)
  const unitsGlobal = spaces.globals.length
  const count = new Counter(unitsGlobal, prices)
  const paramsOf = (index: number): number => {
    const composite = spaces.types[spaces.funcs[index] ?? -1]?.composite
    return composite?.kind === "func" ? composite.params.length : 0
  }
  const counted = changeSection(module, "code", (old) => ({
    kind: "code",
    bodies: (old?.bodies ?? []).map((body, i) => count.body(body, paramsOf(i)))
  }))
  const withGlobal = changeSection(counted, "global", (old) => ({
    kind: "global",
    globals: [
      ...(old?.globals ?? []),
      {
        type: { type: "i64", mutable: true },
        init: codeOf([plain("i64.const", { big: 0n }), plain("end")])
      }
    ]
  }))
  return encodeModule(
    changeSection(withGlobal, "export", (old) => ({
      kind: "export",
      exports: [...(old?.exports ?? []), { name: "units", kind: "global", index: unitsGlobal }]
    }))
  )
}

class Counter {
  readonly #global: number
  readonly #prices: PriceTable

  constructor(global: number, prices: PriceTable) {
    this.#global = global
    this.#prices = prices
  }

  body(body: Body, params: number): Body {
    const scratch = params + body.locals.reduce((sum, run) => sum + run.count, 0)
    const code = [
      ...this.#add([plain("i64.const", { big: BigInt(this.#prices.entry) })]),
      ...decodeInstructions(body.code).flatMap((instruction) => this.#instruction(instruction, scratch))
    ]
    const locals = [...body.locals, { count: 2, type: "i32" as const }]
    return { offset: 0, locals, code: codeOf(code) }
  }

  #instruction(instruction: Instruction, scratch: number): ReadonlyArray<Instruction> {
    const price = this.#prices.instruction[instruction.op] ?? 0
    const mnemonic = OPCODES[instruction.op]?.mnemonic ?? "nop"
    const paid = price === 0 ? [] : this.#add([plain("i64.const", { big: BigInt(price) })])
    // A handler is paid for by who gets there.
    if (mnemonic === "catch" || mnemonic === "catch_all") return [instruction, ...paid]
    if (!MOVES.has(mnemonic)) return [...paid, instruction]
    const moved = this.#add([plain("local.get", { a: scratch }), plain("i64.extend_i32_u")])
    const before = [...paid, plain("local.tee", { a: scratch }), instruction]
    if (!mnemonic.endsWith(".grow")) return [...before, ...moved]
    return [
      ...before,
      plain("local.tee", { a: scratch + 1 }),
      plain("local.get", { a: scratch + 1 }),
      plain("i32.const", { a: -1 }),
      plain("i32.ne"),
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

/** Instructions that move as many bytes, elements or pages as their last operand says. */
const MOVES: ReadonlySet<Mnemonic> = new Set<Mnemonic>([
  "memory.fill",
  "memory.copy",
  "memory.init",
  "memory.grow",
  "table.fill",
  "table.copy",
  "table.init",
  "table.grow"
])

const plain = (mnemonic: Mnemonic, fields: Partial<Instruction> = {}): Instruction => ({
  op: OP[mnemonic],
  a: 0,
  b: 0,
  c: 0,
  d: 0,
  flags: 0,
  ...fields
})

const codeOf = (instructions: ReadonlyArray<Instruction>) => {
  const bytes = encodeInstructions(instructions)
  return { bytes, start: 0, end: bytes.length }
}
