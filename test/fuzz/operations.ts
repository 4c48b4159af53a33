import { OPCODES, type Opcode } from "../../src/wasm/Opcodes.ts"
import { isNumber, type Num, type Type } from "./Types.ts"

/**
 * The instructions that take numbers and give one, or store one, straight from the opcode table: every one of
 * them is generated, by being there.
 *
 * Left out: threads and relaxed vectors, which the policy refuses, and what others generate with more care.
 */
export interface Operation {
  readonly row: Opcode
  /** What it takes; `at` is an address of the memory that it names. */
  readonly takes: ReadonlyArray<Num | "at">
  readonly lanes: number
  /** Whether it traps on some operands that are not addresses. */
  readonly traps: boolean
}

const LAYOUTS: ReadonlySet<string> = new Set(["none", "memarg", "memargLane", "lane", "shuffle"])

const words = (side: string | undefined): ReadonlyArray<string> =>
  (side ?? "").split(" ").filter((word) => word !== "")

const isTaken = (word: string): word is Num | "at" => word === "at" || isNumber(word as Type)

const lanesOf = (mnemonic: string): number => {
  const lanes = /x(\d+)\.(?:extract|replace)_lane/.exec(mnemonic)?.[1]
  const bits = /v128\.(?:load|store)(\d+)_lane/.exec(mnemonic)?.[1]
  return lanes !== undefined ? Number(lanes) : bits !== undefined ? 128 / Number(bits) : 1
}

const operations = OPCODES.flatMap((row): ReadonlyArray<Operation & { readonly gives: string }> => {
  const [before, after] = row.signature.split("->")
  const takes = words(before)
  const gives = words(after)
  if (!LAYOUTS.has(row.layout) || row.feature === "threads" || row.feature === "relaxed-simd") return []
  if (takes.length === 0 || gives.length > 1 || !takes.every(isTaken)) return []
  const traps = /\.(div|rem)_[su]$|^i\d\d\.trunc_f/.test(row.mnemonic)
  return [{ row, takes: takes.filter(isTaken), lanes: lanesOf(row.mnemonic), traps, gives: gives[0] ?? "" }]
})

/** By what they give. */
export const OPERATIONS: ReadonlyMap<Num, ReadonlyArray<Operation>> = new Map(
  (["i32", "i64", "f32", "f64", "v128"] as const).map((type) => [
    type,
    operations.filter(({ gives }) => gives === type)
  ])
)

export const STORES: ReadonlyArray<Operation> = operations.filter(({ gives }) => gives === "")

/** What chooses the bits of a NaN that it gives, and how wide its lanes are: 0 for everything else. */
export const nanWidth = (mnemonic: string): 0 | 32 | 64 => {
  const width = ARITHMETIC.exec(mnemonic)?.[1]
  return width === undefined ? 0 : width === "32" ? 32 : 64
}
const ARITHMETIC =
  /^f(32|64)(?:x\d)?\.(?:add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_\w+|promote_\w+)$/
