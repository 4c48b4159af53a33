import type { InstructionReader } from "../../wasm/InstructionReader.ts"
import { OP, OPCODES, PUSHES, VARIABLE } from "../../wasm/Opcodes.ts"
import type { ControlFlow } from "./ControlFlow.ts"
import { widened } from "./widened.ts"

/**
 * Where the guest writes its memory, and for each write the place at which its address alone has just come onto
 * the operands.
 *
 * ```
 *   local.get 0 │ local.get 1  i32.load  call 7  i32.store offset=8
 *               ^ the address is on top: here it can be looked at, and no local holds the value meanwhile
 * ```
 * That what lies there is marked as written before it is, or although the value traps, does no harm. The place is
 * found by keeping for every operand where it was made; an operand that was never on top, one of several results,
 * has none, and is dug out in front of the write itself.
 *
 * These are no events: what is charged where does not depend on them.
 */
export interface SitesOfFunction {
  /** Its sites are those from the first to before the end. */
  readonly first: number
  readonly end: number
  /** Locals that marking them needs, as bits by their number in {@link MARK_LOCALS}. */
  readonly locals: number
}

export const NO_SITES: SitesOfFunction = { first: 0, end: 0, locals: 0 }

export class WriteSites {
  length = 0
  /** Offset at which the address is on top of the operands. */
  at: Int32Array<ArrayBuffer> = new Int32Array(256)
  /** How the address was made: an `ADDRESS_…`. */
  how: Uint8Array<ArrayBuffer> = new Uint8Array(256)
  /** The local, the constant, or the row of the instruction that writes. */
  argument: Int32Array<ArrayBuffer> = new Int32Array(256)
  /** The static offset, as 32 bits. */
  offset: Int32Array<ArrayBuffer> = new Int32Array(256)
  #locals = 0
  #first = 0
  #ascending = true
  #madeAt: Int32Array<ArrayBuffer> = new Int32Array(64)
  #madeBy: Uint8Array<ArrayBuffer> = new Uint8Array(64)
  #operand: Int32Array<ArrayBuffer> = new Int32Array(64)

  /** Begins a function. */
  begin(): void {
    this.#first = this.length
    this.#ascending = true
    this.#locals = 0
  }

  /** Notes the instruction that was just read, in code that can run. */
  note(reader: InstructionReader, flow: ControlFlow): void {
    const { op } = reader
    const { height } = flow
    const pushes = PUSHES[op] ?? 0
    if (WRITES[op] === 1) this.#write(reader, height - pushes)
    if (pushes === 0) return
    if (height > this.#madeAt.length) this.#grow(height)
    const top = height - 1
    const lowest = pushes === VARIABLE ? flow.lowest : height - pushes
    for (let slot = lowest; slot < top; slot++) this.#madeBy[slot] = NEVER_ON_TOP
    if (top < lowest) return
    this.#madeAt[top] = reader.at
    const how = MADE_BY[op] ?? ADDRESS_ON_TOP
    this.#madeBy[top] = how
    if (how !== ADDRESS_ON_TOP) this.#operand[top] = reader.a
  }

  /** Ends a function, and puts its sites in the order of their places. */
  end(): SitesOfFunction {
    if (!this.#ascending) this.#sort()
    return { first: this.#first, end: this.length, locals: this.#locals }
  }

  #write(reader: InstructionReader, slot: number): void {
    const how = this.#madeBy[slot] ?? NEVER_ON_TOP
    // Past 2^32 no store of a 32-bit memory ends in anything but a trap.
    if (how === NEVER_ON_TOP) {
      this.#locals |= (1 << LOCAL_ADDRESS) | (VALUES[reader.op] ?? 0)
      this.#push(reader.start, ADDRESS_UNDER, reader.op, reader.c)
      return
    }
    if (how === ADDRESS_ON_TOP) this.#locals |= 1 << LOCAL_ADDRESS
    this.#push(this.#madeAt[slot] ?? 0, how, this.#operand[slot] ?? 0, reader.c)
  }

  #push(at: number, how: number, argument: number, offset: number): void {
    if (this.length === this.how.length) {
      const size = this.length * 2
      this.at = widened(this.at, size)
      this.how = widened(this.how, size)
      this.argument = widened(this.argument, size)
      this.offset = widened(this.offset, size)
    }
    const index = this.length++
    if (index > this.#first && at < (this.at[index - 1] ?? 0)) this.#ascending = false
    this.at[index] = at
    this.how[index] = how
    this.argument[index] = argument
    this.offset[index] = offset
  }

  /** A write inside of another's value comes before it. */
  #sort(): void {
    const { at, how, argument, offset } = this
    const first = this.#first
    const order = Array.from({ length: this.length - first }, (_, i) => first + i)
    order.sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0))
    const [ats, hows, args, offsets] = [at.slice(), how.slice(), argument.slice(), offset.slice()]
    order.forEach((from, i) => {
      at[first + i] = ats[from] ?? 0
      how[first + i] = hows[from] ?? 0
      argument[first + i] = args[from] ?? 0
      offset[first + i] = offsets[from] ?? 0
    })
  }

  #grow(height: number): void {
    const size = Math.max(height, this.#madeAt.length * 2)
    this.#madeAt = widened(this.#madeAt, size)
    this.#madeBy = widened(this.#madeBy, size)
    this.#operand = widened(this.#operand, size)
  }
}

/** Some instruction left it on top: a local takes it, and gives it back. */
export const ADDRESS_ON_TOP = 0
/** It is a local's value, and the local still has it. */
export const ADDRESS_LOCAL = 1
export const ADDRESS_CONSTANT = 2
/** It lies under the values that are to be written. */
export const ADDRESS_UNDER = 3
const NEVER_ON_TOP = ADDRESS_UNDER

const MADE_BY = new Uint8Array(OPCODES.length)
MADE_BY[OP["local.get"]] = ADDRESS_LOCAL
MADE_BY[OP["local.tee"]] = ADDRESS_LOCAL
MADE_BY[OP["i32.const"]] = ADDRESS_CONSTANT

/** 1 for the instructions that write a memory at an address: stores, and atomic changes. */
export const WRITES = Uint8Array.from(OPCODES, ({ mnemonic }) =>
  /\.store|\.atomic\.(store|rmw)/.test(mnemonic) ? 1 : 0
)

/** The marks' locals, in the order in which they are appended: bits of {@link WriteSites.locals} by number. */
export const LOCAL_ADDRESS = 0
export const MARK_LOCALS = ["i32", "i32", "i64", "f32", "f64", "v128", "i32", "i64"] as const

/** By row: the numbers of the locals that hold, above an address, the values of a write: the last is on top. */
export const VALUE_LOCALS: ReadonlyArray<ReadonlyArray<number>> = OPCODES.map(({ op, signature }) => {
  if (WRITES[op] !== 1) return []
  const values = (signature.split("->")[0] ?? "").split(" ").filter((word) => word !== "" && word !== "at")
  return values.map((type, i) =>
    MARK_LOCALS.findIndex((t, n) => n > (i === 0 ? LOCAL_ADDRESS : 5) && t === type)
  )
})

const VALUES = VALUE_LOCALS.map((locals) => locals.reduce((bits, local) => bits | (1 << local), 0))
