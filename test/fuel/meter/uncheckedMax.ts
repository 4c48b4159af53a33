import type { Instruction } from "../../../src/wasm/Instruction.ts"
import { type Mnemonic, OP, OPCODES } from "../../../src/wasm/Opcodes.ts"

/**
 * The most that one function, as it was metered, can charge on any path between two looks at the counter.
 *
 * It reads the finished code and knows nothing of how the meter decided: a charge and a look are patterns of
 * instructions. What an exception skips is taken for everything that its block could have charged.
 */
export const uncheckedMax = (code: ReadonlyArray<Instruction>, fuelGlobal: number): number =>
  new Path(code, fuelGlobal).walk()

interface Frame {
  kind: Mnemonic
  /** The most over the branches to the label. */
  joined: number
  readonly entered: number
  /** The most anywhere inside. */
  inside: number
  readonly clauses: ReadonlyArray<number>
}

/** The unchecked charge where control cannot be. */
const NEVER = Number.NEGATIVE_INFINITY

class Path {
  readonly #code: ReadonlyArray<Instruction>
  readonly #fuelGlobal: number
  #frames: Array<Frame> = [{ kind: "block", joined: NEVER, entered: 0, inside: 0, clauses: [] }]
  #unchecked = 0
  #worst = 0

  constructor(code: ReadonlyArray<Instruction>, fuelGlobal: number) {
    this.#code = code
    this.#fuelGlobal = fuelGlobal
  }

  walk(): number {
    for (let at = 0; at < this.#code.length; ) at = this.#step(at)
    return this.#worst
  }

  /** *Returns* where to go on. */
  #step(at: number): number {
    if (this.#is(at, CHARGE)) {
      this.#unchecked += this.#code[at + 1]?.a ?? 0
      if (this.#is(at + CHARGE.length, LOOK)) {
        this.#unchecked = Math.min(this.#unchecked, 0)
        return at + CHARGE.length + LOOK.length
      }
      this.#worst = Math.max(this.#worst, this.#unchecked)
      for (const frame of this.#frames) frame.inside = Math.max(frame.inside, this.#unchecked)
      return at + CHARGE.length
    }
    if (this.#is(at, LOOK)) {
      this.#unchecked = Math.min(this.#unchecked, 0)
      return at + LOOK.length
    }
    const instruction = this.#code[at]
    if (instruction !== undefined) this.#control(at, instruction)
    return at + 1
  }

  #control(at: number, { op, a, labels, catches }: Instruction): void {
    const mnemonic = OPCODES[op]?.mnemonic ?? "nop"
    switch (mnemonic) {
      case "loop":
        if (this.#unchecked > NEVER && !this.#is(at + 1, LOOK) && !this.#is(at + 1 + CHARGE.length, LOOK))
          this.#worst = Number.POSITIVE_INFINITY
        return this.#push(mnemonic, [])
      case "block":
      case "if":
      case "try":
        return this.#push(mnemonic, [])
      case "try_table":
        return this.#push(
          mnemonic,
          (catches ?? []).map(({ label }) => label)
        )
      case "else":
      case "catch":
      case "catch_all":
        return this.#arm(mnemonic)
      case "end":
      case "delegate":
        return this.#pop()
      case "br_if":
      case "br_on_null":
      case "br_on_non_null":
      case "br_on_cast":
      case "br_on_cast_fail":
        return this.#branch(a)
      case "br_table":
        for (const label of labels ?? []) this.#branch(label)
        this.#branch(a)
        this.#unchecked = NEVER
        return
      case "br":
        this.#branch(a)
        this.#unchecked = NEVER
        return
      default:
        if (LEAVES.has(mnemonic)) this.#unchecked = NEVER
    }
  }

  #push(kind: Mnemonic, clauses: ReadonlyArray<number>): void {
    this.#frames.push({
      kind,
      joined: NEVER,
      entered: this.#unchecked,
      inside: this.#unchecked,
      clauses
    })
  }

  #arm(kind: Mnemonic): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    frame.joined = Math.max(frame.joined, this.#unchecked)
    this.#unchecked = kind === "else" ? frame.entered : frame.inside
    frame.kind = kind
  }

  #pop(): void {
    const frame = this.#frames.pop()
    if (frame === undefined) return
    for (const label of frame.clauses) this.#target(label, frame.inside)
    if (frame.kind !== "loop") this.#unchecked = Math.max(this.#unchecked, frame.joined)
    if (frame.kind === "if") this.#unchecked = Math.max(this.#unchecked, frame.entered)
  }

  #branch(label: number): void {
    this.#target(label, this.#unchecked)
  }

  #target(label: number, unchecked: number): void {
    const frame = this.#frames.at(-1 - label)
    if (frame !== undefined) frame.joined = Math.max(frame.joined, unchecked)
  }

  #is(at: number, pattern: ReadonlyArray<Mnemonic>): boolean {
    return (
      pattern.every((mnemonic, i) => this.#code[at + i]?.op === OP[mnemonic]) &&
      this.#code[at]?.a === this.#fuelGlobal
    )
  }
}

const CHARGE: ReadonlyArray<Mnemonic> = ["global.get", "i32.const", "i32.sub", "global.set"]
const LOOK: ReadonlyArray<Mnemonic> = ["global.get", "i32.const", "i32.lt_s", "if", "call", "end"]
const LEAVES: ReadonlySet<Mnemonic> = new Set<Mnemonic>([
  "return",
  "unreachable",
  "throw",
  "throw_ref",
  "rethrow",
  "return_call",
  "return_call_indirect",
  "return_call_ref"
])
