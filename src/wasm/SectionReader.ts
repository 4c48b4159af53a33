import { InstructionReader } from "./InstructionReader.ts"
import { LebReader } from "./LebReader.ts"
import type { Code } from "./Module.ts"
import { OP, OPCODES } from "./Opcodes.ts"
import { type HeapType, heapTypeOf, REF, REF_NULL, type ValueType, valueTypeOf } from "./ValueType.ts"

/**
 * Reads what sections are made of: names, vectors, value types, constant expressions.
 *
 * Work and memory are linear in the bytes: a vector's count is held against the bytes left before anything is
 * made, and nothing here calls itself.
 */
export class SectionReader extends LebReader {
  private readonly instructions: InstructionReader

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    super(bytes, start, end)
    this.instructions = new InstructionReader(bytes)
  }

  /** A count of things of at least a byte each. */
  count(what: string, countMax: number): number {
    const at = this.at
    const count = this.u32()
    if (count > countMax) this.fail(`count of ${what}: expected 0..${countMax}, got ${count}`, at)
    if (count > this.end - this.at)
      this.fail(`count of ${what} is ${count}, but ${this.end - this.at} bytes are left`, at)
    return count
  }

  vector<A>(what: string, read: (reader: this) => A, countMax = DEFINITIONS_MAX): ReadonlyArray<A> {
    const count = this.count(what, countMax)
    if (count === 0) return NOTHING
    const items: Array<A> = []
    for (let left = count; left > 0; left--) items.push(read(this))
    return items
  }

  indices(what: string): ReadonlyArray<number> {
    return this.vector(what, u32Of)
  }

  /** As {@link indices}, for where there may be very many. */
  packedIndices(what: string, countMax: number): Uint32Array {
    const indices = new Uint32Array(this.count(what, countMax))
    for (let i = 0; i < indices.length; i++) indices[i] = this.u32()
    return indices
  }

  /** A byte that is one of 0 and below `bound`. */
  choice(what: string, bound: number): number {
    const byte = this.u8()
    if (byte >= bound) this.fail(`${what}: expected 0..${bound - 1}, got ${byte}`, this.at - 1)
    return byte
  }

  window(length: number): Uint8Array {
    const start = this.at
    this.skip(length)
    return this.bytes.subarray(start, this.at)
  }

  name(): string {
    const length = this.u32()
    const start = this.at
    this.skip(length)
    return length <= SHORT ? this.shortName(start) : this.longName(start)
  }

  // Most names are short and ASCII; a TextDecoder costs ten times as much on these.
  private shortName(start: number): string {
    let name = ""
    for (let at = start; at < this.at; at++) {
      const byte = this.bytes[at] ?? 0
      if (byte >= 0x80) return this.longName(start)
      name += String.fromCharCode(byte)
    }
    return name
  }

  private longName(start: number): string {
    try {
      return UTF8.decode(this.bytes.subarray(start, this.at))
    } catch {
      return this.fail("name is not UTF-8", start)
    }
  }

  valueType(): ValueType {
    const at = this.at
    const code = this.s33()
    if (code === REF || code === REF_NULL)
      return { nullable: code === REF_NULL, heap: this.heapType(), short: false }
    return valueTypeOf(code) ?? this.fail("unknown value type", at)
  }

  refType(): ValueType {
    const at = this.at
    const type = this.valueType()
    if (typeof type === "string") this.fail(`expected a reference type, got ${type}`, at)
    return type
  }

  private heapType(): HeapType {
    const at = this.at
    return heapTypeOf(this.s33()) ?? this.fail("unknown heap type", at)
  }

  /** A constant expression: everything up to its `end`; it holds no blocks, so the first `end` is its own. */
  constExpr(): Code {
    const start = this.at
    const reader = this.instructions
    reader.reset(start, this.end)
    while (reader.next()) {
      if (reader.op === OP.end) {
        this.at = reader.at
        return { bytes: this.bytes, start, end: reader.at }
      }
      const layout = OPCODES[reader.op]?.layout
      if (layout === "block" || layout === "tryTable")
        this.fail("block in a constant expression", reader.start)
    }
    return this.fail("constant expression without end", start)
  }
}

/**
 * No engine takes more types, functions, imports, exports, globals or tags; a module of three megabytes could
 * otherwise ask for a gigabyte of ours. *Source*: WebAssembly JavaScript interface, "Implementation-defined
 * Limits", also of the next.
 */
export const DEFINITIONS_MAX = 1_000_000

/** No engine takes a segment of more elements. */
export const ELEMENTS_MAX = 10_000_000

// One for all: most vectors of a module's million types are empty.
const NOTHING: ReadonlyArray<never> = Object.freeze([])

const u32Of = (reader: LebReader): number => reader.u32()

const SHORT = 48
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
