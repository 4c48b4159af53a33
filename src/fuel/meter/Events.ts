import { widened } from "./widened.ts"

/**
 * What the meter keeps of every function: the instructions that shape its control flow or are rewritten, in the
 * order of their offsets, and what the straight code after each of them costs.
 *
 * ```
 *   i32.const 1         ┐ cost of ENTRY
 *   block               │ BLOCK: nothing ends here, but it has a label …
 *     local.get 0       ┘ cost of BLOCK
 *     br_if 0             BRANCH_IF
 *     local.get 1       ┐ cost of BRANCH_IF
 *   end                 ┘ END
 * ```
 * Five numbers in columns for all functions together: a module of 14 million instructions has three million
 * events. Code that cannot be reached has none.
 */

/** The function begins. */
export const ENTRY = 0
/** Straight code is cut here: it has become too long, or every instruction is charged alone. */
export const STEP = 1
/** `block`, `try` and `try_table`; argument 1 where exceptions are caught. */
export const BLOCK = 2
export const LOOP = 3
export const IF = 4
export const ELSE = 5
/** `end` and `delegate`; the argument holds `LABEL_…` bits. */
export const END = 6
/** `catch` and `catch_all`. */
export const CATCH = 7
/** The argument is the label. */
export const BRANCH = 8
/** The argument is twice the label, and one more if the label takes values. */
export const BRANCH_IF = 9
/** A branch that tests a reference; the argument is twice the label, and one more if types stand before it. */
export const BRANCH_ON = 10
/** The argument is the outermost of the labels. */
export const BRANCH_TABLE = 11
export const RETURN = 12
export const UNREACHABLE = 13
/** The argument is the bytes of the exception, 0 where an existing one is thrown. */
export const THROW = 14
/** The argument is the function. */
export const CALL = 15
/** The argument is the type. */
export const CALL_INDIRECT = 16
export const TAIL_CALL = 17
export const TAIL_CALL_INDIRECT = 18
/** The instruction is replaced by a call of the helper whose number is the argument. */
export const HELPER = 19
/** An object of the argument's bytes is about to be made. */
export const ALLOCATE = 20
/** The argument is the kind of float that was made just before. */
export const CANONICAL_NAN = 21

/** Bits of an `END`: what its label is, and who goes there. */
export const LABEL_LOOP = 1
/** A branch goes here that cannot be charged on its way, so what follows is charged where it begins. */
export const LABEL_PAYS = 2
export const LABEL_TARGETED = 4
export const LABEL_IF = 8
export const LABEL_ELSE = 16
/** Nothing can reach what follows. */
export const LABEL_DEAD = 32

/** By kind of event: 1 for those after which nothing can be reached until a label's end or another arm. */
export const NEVER_GOES_ON = new Uint8Array(32)
for (const kind of [BRANCH, BRANCH_TABLE, RETURN, UNREACHABLE, THROW, TAIL_CALL, TAIL_CALL_INDIRECT])
  NEVER_GOES_ON[kind] = 1

export class Events {
  length = 0
  /** Offset of the instruction. */
  at: Int32Array<ArrayBuffer>
  /** Offset of the next one. */
  after: Int32Array<ArrayBuffer>
  kind: Uint8Array<ArrayBuffer>
  argument: Int32Array<ArrayBuffer>
  /** What the straight code from `after` to the next event costs, that event's instruction included. */
  cost: Int32Array<ArrayBuffer>

  constructor(capacity: number) {
    const size = Math.max(Math.ceil(capacity), 64)
    this.at = new Int32Array(size)
    this.after = new Int32Array(size)
    this.kind = new Uint8Array(size)
    this.argument = new Int32Array(size)
    this.cost = new Int32Array(size)
  }

  /** Adds an event. */
  push(at: number, after: number, kind: number, argument: number): void {
    if (this.length === this.kind.length) this.#grow()
    const index = this.length++
    this.at[index] = at
    this.after[index] = after
    this.kind[index] = kind
    this.argument[index] = argument
    this.cost[index] = 0
  }

  /** Gives the memory back at once, without a collector: what is written next is as large. */
  release(): void {
    this.length = 0
    for (const column of [this.at, this.after, this.kind, this.argument, this.cost]) column.buffer.transfer(0)
  }

  #grow(): void {
    const size = Math.ceil(this.kind.length * 1.5)
    this.at = widened(this.at, size)
    this.after = widened(this.after, size)
    this.kind = widened(this.kind, size)
    this.argument = widened(this.argument, size)
    this.cost = widened(this.cost, size)
  }
}

/** Whether nothing but `unreachable` follows an event: a call that does not come back. */
export const endsInTrap = (events: Events, event: number): boolean =>
  events.kind[event + 1] === UNREACHABLE && events.cost[event] === 0
