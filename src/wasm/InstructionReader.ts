import { ImmediateReader } from "./ImmediateReader.ts"
import { Layout } from "./Layout.ts"
import { BY_BYTE, BY_SUBOPCODE, LAYOUT, PREFIXED, UNKNOWN } from "./Opcodes.ts"
import { EMPTY } from "./ValueType.ts"

/**
 * Walks a run of instructions without allocating: {@link next} fills the fields, the fields are the instruction.
 *
 * ```
 *   start    immediate          at
 *   v        v                  v
 *   [opcode] [ immediates ....] [next opcode]
 * ```
 * Which fields hold what is said in `Layout.ts`, per layout; a field that the layout does not name holds what
 * an earlier instruction left. It checks that the bytes are well-formed, not that they make sense: types,
 * indices and nesting are other people's work.
 *
 * *Fails* with `Malformed` at the offset of an unknown opcode, a bad integer or the end of the bytes.
 */
export class InstructionReader extends ImmediateReader {
  /** Starts again over another part of the same bytes. */
  reset(start: number, end: number): void {
    this.at = start
    this.end = Math.min(end, this.bytes.length)
  }

  /**
   * Reads one instruction. *Returns* false, and reads nothing, at the end.
   *
   * *Cost*: this is the inner loop of every scan. Integers of one byte, nearly all, are read here and not by
   * calls.
   */
  next(): boolean {
    const { bytes, end } = this
    const start = this.at
    if (start >= end) return false
    this.start = start
    this.at = start + 1
    let op = BY_BYTE[bytes[start] ?? 0] ?? UNKNOWN
    if (op >= PREFIXED) op = this.prefixed(op)
    this.op = op
    const layout = LAYOUT[op] ?? 0
    const at = this.at
    this.immediate = at
    if (layout === LAYOUT_NONE) return true
    // Where nothing is left, what is not of one byte: the slow way says so.
    const first = at < end ? (bytes[at] ?? 0) : LONG
    if (layout <= LAYOUT_TABLE_TABLE) {
      if (first < LONG) {
        this.a = first
        this.at = at + 1
      } else this.a = this.u32()
      if (layout > LAYOUT_ELEM) this.b = this.u32()
      return true
    }
    if (layout === LAYOUT_I32) {
      if (first < LONG) {
        // The sign is the second bit.
        this.a = (first << 25) >> 25
        this.at = at + 1
      } else this.a = this.s32()
    } else if (layout === LAYOUT_MEMARG) {
      const offset = at + 1 < end ? (bytes[at + 1] ?? 0) : LONG
      if (first < NAMES_MEMORY && offset < LONG) {
        this.flags = first
        this.a = first
        this.b = 0
        this.offsetAt = at + 1
        this.c = offset
        this.at = at + 2
      } else this.memarg()
    } else if (layout === LAYOUT_BLOCK && first === EMPTY_BYTE) {
      this.a = EMPTY
      this.at = at + 1
    } else this.rare(layout)
    return true
  }

  private prefixed(entry: number): number {
    const table = BY_SUBOPCODE[entry - PREFIXED]
    if (table === undefined) return this.fail("unknown opcode", this.start)
    const code = this.u32()
    const op = table[code] ?? UNKNOWN
    if (op === UNKNOWN) this.fail(`unknown opcode with subopcode ${code}`, this.start)
    return op
  }
}

/** A byte at or above it goes on with another. */
const LONG = 0x80
/** Flags of a memory access at or above it are followed by the memory's index. */
const NAMES_MEMORY = 0x40
const EMPTY_BYTE = 0x40

// As constants of this module: the object that holds them is looked up like a dictionary, a tenth of a scan.
const LAYOUT_NONE = Layout.none
const LAYOUT_ELEM = Layout.elem
const LAYOUT_TABLE_TABLE = Layout.tableTable
const LAYOUT_I32 = Layout.i32
const LAYOUT_MEMARG = Layout.memarg
const LAYOUT_BLOCK = Layout.block
