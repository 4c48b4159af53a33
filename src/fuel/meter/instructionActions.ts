import { type Mnemonic, OPCODES, POPS, PUSHES } from "../../wasm/Opcodes.ts"

/**
 * What the analysis does at each instruction, by row of the opcode table.
 *
 * Almost every row is `PLAIN`: so many operands off, so many on. The rest shape the control flow, call
 * something, or are rewritten.
 */
export const PLAIN = 0
/** Plain, on vectors. */
export const VECTOR = 1
/** Plain, and what it makes is a float whose NaN bits it chooses. */
export const FLOAT = 2
export const BLOCK = 3
export const LOOP = 4
export const IF = 5
export const ELSE = 6
export const END = 7
export const TRY = 8
export const CATCH = 9
export const CATCH_ALL = 10
export const DELEGATE = 11
export const TRY_TABLE = 12
export const BRANCH = 13
export const BRANCH_IF = 14
export const BRANCH_TABLE = 15
/** A branch that tests a reference: like `BRANCH_IF`, and its operands are as the table says. */
export const BRANCH_ON = 16
export const RETURN = 17
/** Makes an exception. */
export const THROW = 18
export const CALL_FUNC = 19
export const CALL_INDIRECT = 20
export const CALL_REF = 21
export const TAIL_FUNC = 22
export const TAIL_INDIRECT = 23
export const TAIL_REF = 24
/** Replaced by a call of a helper that charges for what is moved, in chunks. */
export const BULK = 25
export const STRUCT_NEW = 26
export const ARRAY_NEW_FIXED = 27
/** Throws an exception that there is: `throw_ref`, `rethrow`. */
export const RETHROW = 28
export const UNREACHABLE = 29
export const REF_FUNC = 30

const SPECIAL: Partial<Record<Mnemonic, number>> = {
  block: BLOCK,
  loop: LOOP,
  if: IF,
  else: ELSE,
  end: END,
  try: TRY,
  catch: CATCH,
  catch_all: CATCH_ALL,
  delegate: DELEGATE,
  try_table: TRY_TABLE,
  br: BRANCH,
  br_if: BRANCH_IF,
  br_table: BRANCH_TABLE,
  br_on_null: BRANCH_ON,
  br_on_non_null: BRANCH_ON,
  br_on_cast: BRANCH_ON,
  br_on_cast_fail: BRANCH_ON,
  return: RETURN,
  unreachable: UNREACHABLE,
  throw: THROW,
  throw_ref: RETHROW,
  rethrow: RETHROW,
  call: CALL_FUNC,
  call_indirect: CALL_INDIRECT,
  call_ref: CALL_REF,
  return_call: TAIL_FUNC,
  return_call_indirect: TAIL_INDIRECT,
  return_call_ref: TAIL_REF,
  "memory.fill": BULK,
  "memory.copy": BULK,
  "memory.init": BULK,
  "memory.grow": BULK,
  "table.fill": BULK,
  "table.copy": BULK,
  "table.init": BULK,
  "table.grow": BULK,
  "array.new": BULK,
  "array.new_default": BULK,
  "array.new_data": BULK,
  "array.new_elem": BULK,
  "array.fill": BULK,
  "array.copy": BULK,
  "array.init_data": BULK,
  "array.init_elem": BULK,
  "struct.new": STRUCT_NEW,
  "struct.new_default": STRUCT_NEW,
  "array.new_fixed": ARRAY_NEW_FIXED,
  "ref.func": REF_FUNC
}

/** The kinds of float that an instruction can make, as the argument of a `CANONICAL_NAN` point. */
export const NAN_NONE = 0
export const NAN_F32 = 1
export const NAN_F64 = 2
export const NAN_F32X4 = 3
export const NAN_F64X2 = 4

const SCALAR_FLOAT =
  /^f(32|64)\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_f64|promote_f32)$/
const VECTOR_FLOAT =
  /^f(32x4|64x2)\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_f64x2_zero|promote_low_f32x4|relaxed_madd|relaxed_nmadd|relaxed_min|relaxed_max)$/

const madeBy = (mnemonic: string): number => {
  const scalar = SCALAR_FLOAT.exec(mnemonic)
  if (scalar !== null) return scalar[1] === "32" ? NAN_F32 : NAN_F64
  const vector = VECTOR_FLOAT.exec(mnemonic)
  if (vector !== null) return vector[1] === "32x4" ? NAN_F32X4 : NAN_F64X2
  return NAN_NONE
}

/** The kind of float whose NaN bits an instruction chooses: arithmetic, never a move, `neg`, `abs` or `copysign`. */
export const MAKES_NAN = Uint8Array.from(OPCODES, ({ mnemonic }) => madeBy(mnemonic))

/** 1 for the instructions that work on vectors. */
export const IS_VECTOR = Uint8Array.from(OPCODES, ({ prefix }) => (prefix === 0xfd ? 1 : 0))

export const ACTION = Uint8Array.from(
  OPCODES,
  ({ mnemonic, op }) => SPECIAL[mnemonic] ?? (MAKES_NAN[op] ? FLOAT : IS_VECTOR[op] ? VECTOR : PLAIN)
)

/** Operands that an instruction leaves, less those that it takes. */
export const GROWTH = Int8Array.from(PUSHES, (pushes, op) => pushes - (POPS[op] ?? 0))

const COMPARES = /^f(32|64|32x4|64x2)\.(eq|ne|lt|gt|le|ge)$/

const takenBy = (mnemonic: string): number => {
  if (/^f32\.demote_f64$/.test(mnemonic)) return NAN_F64
  if (/^f64\.promote_f32$/.test(mnemonic)) return NAN_F32
  if (/\.(demote|promote)_/.test(mnemonic)) return NAN_NONE
  if (/relaxed/.test(mnemonic)) return NAN_NONE
  const compared = COMPARES.exec(mnemonic)
  if (compared === null) return madeBy(mnemonic)
  const kinds: Record<string, number> = { "32": NAN_F32, "64": NAN_F64, "32x4": NAN_F32X4, "64x2": NAN_F64X2 }
  return kinds[compared[1] ?? ""] ?? NAN_NONE
}

/**
 * The kind of float in whose last operand an instruction cannot tell one NaN from another: what was made just
 * before it for it alone needs no canonical form.
 */
export const BLIND_TO_NAN = Uint8Array.from(OPCODES, ({ mnemonic }) => takenBy(mnemonic))
