import { Layout } from "./Layout.ts"
import { LebReader } from "./LebReader.ts"
import { EMPTY, heapTypeOf, REF, REF_NULL, valueTypeOf } from "./ValueType.ts"

/**
 * What follows an opcode: the fields that hold an instruction's immediates, and the reading of all but the
 * simplest. The inner loop, and what the fields mean, are in `InstructionReader.ts`.
 */
export class ImmediateReader extends LebReader {
  /** The instruction's row in `OPCODES`. */
  op = 0
  /** Offset of the instruction. */
  start = 0
  /** Offset of its first immediate. */
  immediate = 0
  a = 0
  b = 0
  /** As a memory's offset exact up to 2^53; {@link offset64} is exact. */
  c = 0
  d = 0
  flags = 0
  /** Labels of a `br_table`, its default apart. */
  labelCount = 0
  catchCount = 0
  typeCount = 0
  protected offsetAt = 0
  // The lists that immediates hold are read again where they stand, from a cursor that goes forward.
  private listAt = 0
  private cursor = 0
  private cursorAt = 0
  private itemTag = 0
  private itemLabel = 0

  protected memarg(): void {
    const at = this.at
    const flags = this.u32()
    if (flags > 0x7f) this.fail(`memory access flags: expected 0..127, got ${flags}`, at)
    this.flags = flags
    this.a = flags & 0x3f
    this.b = flags > 0x3f ? this.u32() : 0
    this.offsetAt = this.at
    this.c = this.u64()
  }

  protected rare(layout: number): void {
    switch (layout) {
      case Layout.block:
        this.blockType()
        return
      case Layout.brTable:
        this.brTable()
        return
      case Layout.memargLane:
        this.memarg()
        this.d = this.u8()
        return
      case Layout.lane:
        this.d = this.u8()
        return
      case Layout.heap:
        this.a = this.heapType()
        return
      case Layout.cast:
        this.flags = this.u8()
        if (this.flags > 3) this.fail(`cast flags: expected 0..3, got ${this.flags}`, this.at - 1)
        this.a = this.u32()
        this.b = this.heapType()
        this.c = this.heapType()
        return
      case Layout.selectTypes:
        this.typeCount = this.count(this.u32())
        this.openList()
        for (let i = 0; i < this.typeCount; i++) this.valueType()
        return
      case Layout.tryTable:
        this.blockType()
        this.catchCount = this.count(this.u32())
        this.openList()
        for (let i = 0; i < this.catchCount; i++) this.catchClause()
        return
      case Layout.i64:
        this.skipS64()
        return
      case Layout.f32:
        this.skip(4)
        return
      case Layout.f64:
        this.skip(8)
        return
      case Layout.v128:
      case Layout.shuffle:
        this.skip(16)
        return
      case Layout.fence:
        if (this.u8() !== 0) this.fail("atomic.fence: expected a zero byte", this.at - 1)
        return
      default:
        // Every layout is above; a new one without a reader must not pass for one without immediates.
        this.fail(`no reader for layout ${layout}`, this.start)
    }
  }

  private blockType(): void {
    const at = this.at
    const code = this.s33()
    if (code === REF || code === REF_NULL) this.b = this.heapType()
    else if (code < 0 && code !== EMPTY && valueTypeOf(code) === undefined)
      this.fail("unknown block type", at)
    this.a = code
  }

  private heapType(): number {
    const at = this.at
    const code = this.s33()
    if (heapTypeOf(code) === undefined) this.fail("unknown heap type", at)
    return code
  }

  /** Leaves the code of a value type in `itemTag`, and the heap type after it, if any, in `itemLabel`. */
  private valueType(): void {
    const at = this.at
    const code = this.s33()
    this.itemTag = code
    if (code === REF || code === REF_NULL) this.itemLabel = this.heapType()
    else if (valueTypeOf(code) === undefined) this.fail("unknown value type", at)
  }

  private brTable(): void {
    const count = this.count(this.u32())
    this.labelCount = count
    this.openList()
    for (let i = 0; i < count; i++) this.u32()
    this.a = this.u32()
  }

  private catchClause(): void {
    const at = this.at
    const kind = this.u8()
    if (kind > 3) this.fail(`catch clause: expected 0..3, got ${kind}`, at)
    this.itemTag = kind < 2 ? this.u32() : -1
    this.itemLabel = this.u32()
  }

  /** A count of things that need at least a byte each. */
  private count(count: number): number {
    if (count > this.end - this.at) this.fail(`count ${count} exceeds the ${this.end - this.at} bytes left`)
    return count
  }

  /** The i-th label of a `br_table`. *Cost*: constant when asked in order. */
  label(i: number): number {
    const after = this.seek(i, LABEL)
    const label = this.u32()
    this.leave(i, after)
    return label
  }

  /** 0 `catch`, 1 `catch_ref`, 2 `catch_all`, 3 `catch_all_ref`. *Cost*: as {@link label}, also below. */
  catchKind(i: number): number {
    const after = this.seek(i, CATCH)
    const kind = this.bytes[this.at] ?? 0
    this.at = after
    return kind
  }

  /** The i-th clause's tag, -1 where it catches all. */
  catchTag(i: number): number {
    this.at = this.seek(i, CATCH, true)
    return this.itemTag
  }

  catchLabel(i: number): number {
    this.at = this.seek(i, CATCH, true)
    return this.itemLabel
  }

  /** The code of the i-th type of a `select t`; `REF` or `REF_NULL` where {@link typeHeap} says the rest. */
  typeCode(i: number): number {
    this.at = this.seek(i, TYPE, true)
    return this.itemTag
  }

  typeHeap(i: number): number {
    this.at = this.seek(i, TYPE, true)
    return this.itemLabel
  }

  /** The constant of an `i64.const`. */
  i64(): bigint {
    return this.s64At(this.immediate)
  }

  /** The offset of a memory access, exact. */
  offset64(): bigint {
    return this.u64At(this.offsetAt)
  }

  private openList(): void {
    this.listAt = this.at
    this.cursor = 0
    this.cursorAt = this.at
  }

  /** Goes to the i-th item, and over it if asked. *Returns* where the reader was. */
  private seek(i: number, item: number, over = false): number {
    const after = this.at
    if (i < this.cursor) {
      this.cursor = 0
      this.cursorAt = this.listAt
    }
    this.at = this.cursorAt
    for (; this.cursor < i; this.cursor++) this.pass(item)
    this.cursorAt = this.at
    if (over) this.pass(item)
    return after
  }

  private pass(item: number): void {
    if (item === LABEL) this.u32()
    else if (item === CATCH) this.catchClause()
    else this.valueType()
  }

  private leave(i: number, after: number): void {
    this.cursor = i + 1
    this.cursorAt = this.at
    this.at = after
  }
}

const LABEL = 0
const CATCH = 1
const TYPE = 2
