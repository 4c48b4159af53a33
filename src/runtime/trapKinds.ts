import type { Mnemonic } from "../wasm/Opcodes.ts"

/**
 * The specification's text for each trap, from V8's message and the instruction at the place.
 *
 * V8 gives one text to several traps and changes its texts between versions, so a row holds both: what V8 says
 * (all versions that are supported) and, where that is not enough, which instruction it said it of. Where even
 * that leaves two, the row says so rather than guess: V8 has one text for a null and a mistyped table entry.
 * *Source*: the specification's test suite; V8 12.4 to 14.6.
 */
interface Row {
  readonly message: RegExp
  readonly at?: RegExp
  readonly kind: string
}

const ROWS: ReadonlyArray<Row> = [
  { message: /^unreachable$/, kind: "unreachable" },
  { message: /^memory access out of bounds$/, kind: "out of bounds memory access" },
  {
    message: /^data segment( \d+)? is? ?out of bounds|^data segment out of bounds/,
    kind: "out of bounds memory access"
  },
  { message: /^divide by zero$/, kind: "integer divide by zero" },
  { message: /^remainder by zero$/, kind: "integer divide by zero" },
  { message: /^divide result unrepresentable$/, kind: "integer overflow" },
  {
    message: /^float unrepresentable in integer range$/,
    kind: "integer overflow or invalid conversion to integer"
  },
  { message: /table index is out of bounds$/, at: /call_indirect$/, kind: "undefined element" },
  { message: /table (index|access|.*) ?(is )?out of bounds$/, kind: "out of bounds table access" },
  { message: /^element segment.*out of bounds/, kind: "out of bounds table access" },
  {
    message: /function signature mismatch$/,
    kind: "uninitialized element or indirect call type mismatch"
  },
  { message: /^dereferencing a null pointer$/, at: /^array\./, kind: "null array reference" },
  { message: /^dereferencing a null pointer$/, at: /^struct\./, kind: "null structure reference" },
  { message: /^dereferencing a null pointer$/, at: /^i31\./, kind: "null i31 reference" },
  { message: /^dereferencing a null pointer$/, at: /call_ref$/, kind: "null function reference" },
  { message: /^dereferencing a null pointer$/, kind: "null reference" },
  { message: /^rethrowing null value$/, kind: "null exception reference" },
  { message: /^illegal cast$/, kind: "cast failure" },
  { message: /^array element access out of bounds$/, kind: "out of bounds array access" },
  { message: /^requested new array is too large$/, kind: "out of bounds array access" },
  { message: /^operation does not support unaligned accesses$/, kind: "unaligned atomic" },
  {
    message: /^Atomics.wait cannot be called in this context$|^expected shared memory$/,
    kind: "expected shared memory"
  }
]

/** Every kind there is, for documents; `unknown` is what no row knows. */
export const TRAP_KINDS: ReadonlyArray<string> = [...new Set(ROWS.map(({ kind }) => kind)), "unknown"]

/**
 * *Returns* the specification's text, or `unknown`; `mnemonic` is the instruction at the trap, where known.
 *
 *     trapKind("divide by zero", "i32.div_s") // => "integer divide by zero"
 */
export const trapKind = (message: string, mnemonic: Mnemonic | undefined): string => {
  const text = message.replace(/^WebAssembly\.\w+\(\): /, "")
  const row = ROWS.find(
    (one) => one.message.test(text) && (one.at === undefined || one.at.test(mnemonic ?? ""))
  )
  return row?.kind ?? "unknown"
}
