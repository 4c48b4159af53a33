import { COUNTER_IN_LOCAL } from "../../../src/fuel/meter/Layout.ts"
import type { Instruction } from "../../../src/wasm/Instruction.ts"
import { type Mnemonic, OP, OPCODES } from "../../../src/wasm/Opcodes.ts"
import { LEAVES } from "./leaves.ts"

/**
 * The most that one function, as it was metered, can charge on any path between two looks at the counter; infinite
 * where a loop can go round without a look.
 *
 * It reads the finished code and knows nothing of how the meter decided: a charge and a look are patterns of
 * instructions, on the global counter or on the local that it was taken into. What an exception skips is taken for
 * everything that its block could have charged. A loop is walked until what comes back to it is no more than what
 * entered it, and is endless if that keeps growing.
 */
export const uncheckedMax = (code: ReadonlyArray<Instruction>, fuelGlobal: number): number =>
  new Path(code, fuelGlobal).walk()

interface Frame {
  kind: Mnemonic
  /** The most over the branches to the label. */
  joined: number
  /** What came in; of a loop, the most that it was walked with. */
  entered: number
  /** The most anywhere inside. */
  inside: number
  readonly clauses: ReadonlyArray<number>
  readonly start: number
  rounds: number
}

/** The unchecked charge where control cannot be. */
const NEVER = Number.NEGATIVE_INFINITY

const ROUNDS_MAX = 3

class Path {
  readonly #code: ReadonlyArray<Instruction>
  readonly #fuelGlobal: number
  readonly #fuelLocal: number
  #frames: Array<Frame> = []
  #unchecked = 0
  #worst = 0

  constructor(code: ReadonlyArray<Instruction>, fuelGlobal: number) {
    this.#code = code
    this.#fuelGlobal = fuelGlobal
    const taken = code.findIndex(({ op, a }) => op === OP["i32.const"] && a === COUNTER_IN_LOCAL)
    this.#fuelLocal = taken < 0 ? -1 : (code[taken - 1]?.a ?? -1)
  }

  walk(): number {
    this.#push("block", [], 0)
    for (let at = 0; at < this.#code.length && this.#worst < Number.POSITIVE_INFINITY; ) at = this.#step(at)
    return this.#worst
  }

  /** *Returns* where to go on. */
  #step(at: number): number {
    for (const { pattern, looks, charges } of PATTERNS) {
      if (!this.#is(at, pattern)) continue
      if (charges >= 0) this.#unchecked += this.#code[at + charges]?.a ?? 0
      if (looks) this.#unchecked = Math.min(this.#unchecked, 0)
      else this.#note()
      return at + pattern.length
    }
    // Leaves for a refill if it cannot pay: who goes on has paid.
    if (this.#is(at, CANNOT_PAY)) {
      this.#branch(1)
      this.#unchecked = Math.min(this.#unchecked, 0)
      return (
        at + CANNOT_PAY.length + (this.#is(at + CANNOT_PAY.length, CHARGE_LOCAL) ? CHARGE_LOCAL.length : 0)
      )
    }
    const instruction = this.#code[at]
    return instruction === undefined ? at + 1 : this.#control(at, instruction)
  }

  #note(): void {
    this.#worst = Math.max(this.#worst, this.#unchecked)
    for (const frame of this.#frames) frame.inside = Math.max(frame.inside, this.#unchecked)
  }

  #control(at: number, { op, a, labels, catches }: Instruction): number {
    const mnemonic = OPCODES[op]?.mnemonic ?? "nop"
    switch (mnemonic) {
      case "loop":
      case "block":
      case "if":
      case "try":
        this.#push(mnemonic, [], at + 1)
        break
      case "try_table":
        this.#push(
          mnemonic,
          (catches ?? []).map(({ label }) => label),
          at + 1
        )
        break
      case "else":
      case "catch":
      case "catch_all":
        this.#arm(mnemonic)
        break
      case "end":
      case "delegate":
        return this.#pop(at)
      case "br_if":
      case "br_on_null":
      case "br_on_non_null":
      case "br_on_cast":
      case "br_on_cast_fail":
        this.#branch(a)
        break
      case "br_table":
        for (const label of labels ?? []) this.#branch(label)
        this.#branch(a)
        this.#unchecked = NEVER
        break
      case "br":
        this.#branch(a)
        this.#unchecked = NEVER
        break
      default:
        if (LEAVES.has(op)) this.#unchecked = NEVER
    }
    return at + 1
  }

  #push(kind: Mnemonic, clauses: ReadonlyArray<number>, start: number): void {
    const entered = this.#unchecked
    this.#frames.push({ kind, joined: NEVER, entered, inside: entered, clauses, start, rounds: 0 })
  }

  #arm(kind: Mnemonic): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    frame.joined = Math.max(frame.joined, this.#unchecked)
    this.#unchecked = kind === "else" ? frame.entered : frame.inside
    frame.kind = kind
  }

  /** *Returns* where to go on: a loop to which more comes back than went in is walked again. */
  #pop(at: number): number {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return at + 1
    if (frame.kind === "loop" && frame.joined > frame.entered) {
      if (++frame.rounds > ROUNDS_MAX) this.#worst = Number.POSITIVE_INFINITY
      frame.entered = frame.joined
      frame.joined = NEVER
      this.#unchecked = frame.entered
      return frame.start
    }
    this.#frames.pop()
    for (const label of frame.clauses) this.#target(label, frame.inside)
    if (frame.kind !== "loop") this.#unchecked = Math.max(this.#unchecked, frame.joined)
    if (frame.kind === "if") this.#unchecked = Math.max(this.#unchecked, frame.entered)
    return at + 1
  }

  #branch(label: number): void {
    this.#target(label, this.#unchecked)
  }

  #target(label: number, unchecked: number): void {
    const frame = this.#frames.at(-1 - label)
    if (frame !== undefined) frame.joined = Math.max(frame.joined, unchecked)
  }

  #is(at: number, pattern: ReadonlyArray<Mnemonic>): boolean {
    const first = this.#code[at]
    const counter = first?.op === OP["global.get"] ? this.#fuelGlobal : this.#fuelLocal
    return first?.a === counter && pattern.every((mnemonic, i) => this.#code[at + i]?.op === OP[mnemonic])
  }
}

const CHARGE: ReadonlyArray<Mnemonic> = ["global.get", "i32.const", "i32.sub", "global.set"]
const CHARGE_LOCAL: ReadonlyArray<Mnemonic> = ["local.get", "i32.const", "i32.sub", "local.set"]
const LOOK: ReadonlyArray<Mnemonic> = ["global.get", "i32.const", "i32.lt_s", "if", "call", "end"]
const LOOK_LOCAL: ReadonlyArray<Mnemonic> = [
  "local.get",
  "i32.const",
  "i32.lt_s",
  "if",
  "local.get",
  "call",
  "local.set",
  "end"
]
const REFILL: ReadonlyArray<Mnemonic> = [
  "local.get",
  "i32.const",
  "i32.lt_s",
  "if",
  "local.get",
  "i32.const",
  "i32.sub",
  "call",
  "i32.const",
  "i32.add",
  "local.set",
  "end"
]
const CANNOT_PAY: ReadonlyArray<Mnemonic> = ["local.get", "i32.const", "i32.lt_s", "br_if"]

/** Depth is counted between a charge and its look. */
const GUARD: ReadonlyArray<Mnemonic> = [
  "global.get",
  "i32.const",
  "i32.sub",
  "local.tee",
  "i32.const",
  "i32.lt_s",
  "if",
  "call",
  "unreachable",
  "end"
]

/** The longer ones first: each with whether it looks, and where its units stand, -1 for none. */
const PATTERNS: ReadonlyArray<{
  readonly pattern: ReadonlyArray<Mnemonic>
  readonly looks: boolean
  readonly charges: number
}> = [
  { pattern: REFILL, looks: true, charges: -1 },
  { pattern: [...CHARGE, ...GUARD, ...LOOK], looks: true, charges: 1 },
  { pattern: [...CHARGE_LOCAL, ...GUARD, ...LOOK_LOCAL], looks: true, charges: 1 },
  { pattern: [...CHARGE, ...LOOK], looks: true, charges: 1 },
  { pattern: [...CHARGE_LOCAL, ...LOOK_LOCAL], looks: true, charges: 1 },
  { pattern: LOOK, looks: true, charges: -1 },
  { pattern: LOOK_LOCAL, looks: true, charges: -1 },
  { pattern: CHARGE, looks: false, charges: 1 },
  { pattern: CHARGE_LOCAL, looks: false, charges: 1 },
  { pattern: ["local.get", "i32.const", "i32.sub", "global.set"], looks: false, charges: 1 }
]
