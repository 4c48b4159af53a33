import type { InstructionReader } from "../../wasm/InstructionReader.ts"
import { type Mnemonic, OPCODES } from "../../wasm/Opcodes.ts"

/**
 * The bulk operations that a module uses, each with its immediates once, numbered in the order of first use:
 * the helper functions that the meter will append.
 */
export interface Helper {
  readonly mnemonic: Mnemonic
  readonly a: number
  readonly b: number
}

const TWO_IMMEDIATES = new Set([
  "dataMemory",
  "elemTable",
  "memoryMemory",
  "tableTable",
  "typeType",
  "typeData",
  "typeElem"
])

export class HelperRegistry {
  readonly helpers: Array<Helper>
  readonly #numbers = new Map<string, number>()

  /** Starts with the helpers of an earlier pass, so that their numbers are the same. */
  constructor(known: ReadonlyArray<Helper> = []) {
    this.helpers = [...known]
    for (const [number, helper] of known.entries()) this.#numbers.set(keyOf(helper), number)
  }

  /** The number of the helper for the instruction that the reader has just read. */
  use(reader: InstructionReader): number {
    const row = OPCODES[reader.op]
    if (row === undefined) return 0
    const helper = { mnemonic: row.mnemonic, a: reader.a, b: TWO_IMMEDIATES.has(row.layout) ? reader.b : 0 }
    const key = keyOf(helper)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.helpers.length)
    return this.helpers.push(helper) - 1
  }
}

const keyOf = (helper: Helper): string => `${helper.mnemonic} ${helper.a} ${helper.b}`
