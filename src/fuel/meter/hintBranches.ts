import { BRANCH_HINTS, decodeCodeMetadata } from "../../wasm/CodeMetadata.ts"
import { Malformed } from "../../wasm/Malformed.ts"
import type { Module, Section } from "../../wasm/Module.ts"
import { CodeBuffer } from "./CodeBuffer.ts"
import { Numbers } from "./Numbers.ts"

/**
 * Says of the meter's own branches that they are almost never taken, so that the compiler keeps what they need
 * out of the way: of a loop that looks at a global counter, 2.07 of plain becomes 1.57.
 *
 * Hints that the guest has of its own, already moved, stay. An engine that knows no hints skips the section.
 * *Source*: WebAssembly 3.0, "Branch Hints".
 */
export class BranchHints {
  /** Functions with hints, ascending, and for each where its first is in `offsets`. */
  readonly #functions = new Numbers()
  readonly #first = new Numbers()
  /** Of all functions: from the start of the metered body, ascending. */
  readonly #offsets = new Numbers(1 << 16)

  /** Notes the hints of a function, which comes after all that were noted before. */
  add(funcIndex: number, offsets: ReadonlyArray<number>): void {
    if (offsets.length === 0) return
    this.#functions.push(funcIndex)
    this.#first.push(this.#offsets.length)
    for (let i = 0; i < offsets.length; i++) this.#offsets.push(offsets[i] ?? 0)
  }

  /** The module with these hints beside its own. */
  into(module: Module): Module {
    if (this.#offsets.length === 0) return module
    const at = module.sections.findIndex(isHints)
    const payload = this.#encode(guestsHints(module.sections[at]))
    const section = { kind: "custom", name: BRANCH_HINTS, payload } as const
    if (at >= 0) return { ...module, sections: module.sections.with(at, section) }
    // The format wants it before the code.
    const code = module.sections.findIndex(
      (other) => other.kind === "code" || (other.kind === "serialized" && other.of === "code")
    )
    return { ...module, sections: module.sections.toSpliced(code, 0, section) }
  }

  #encode(guests: Hints): Uint8Array<ArrayBuffer> {
    const out = new CodeBuffer(this.#offsets.length * 6 + 64)
    let count = 0
    this.#eachFunction(guests, () => count++)
    out.u32(count)
    this.#eachFunction(guests, (func, first, end) => this.#write(out, func, first, end, guests))
    return out.bytes.subarray(0, out.at)
  }

  /** Visits all functions that have hints, ascending, each with where ours are. */
  #eachFunction(guests: Hints, visit: (func: number, first: number, end: number) => void): void {
    const theirs = [...guests.keys()].sort((a, b) => a - b)
    let next = 0
    for (let i = 0; i < this.#functions.length; i++) {
      const func = this.#functions.at(i)
      for (let their = theirs[next]; their !== undefined && their <= func; their = theirs[++next])
        if (their < func) visit(their, 0, 0)
      visit(
        func,
        this.#first.at(i),
        i + 1 < this.#first.length ? this.#first.at(i + 1) : this.#offsets.length
      )
    }
    for (const their of theirs.slice(next)) visit(their, 0, 0)
  }

  /** Writes the hints of a function: ours, from `first` to `end`, and the guest's between them. */
  #write(out: CodeBuffer, func: number, first: number, end: number, guests: Hints): void {
    const theirs = guests.get(func) ?? NO_HINTS
    out.u32(func).u32(end - first + theirs.length)
    let next = 0
    for (let i = first; i < end; i++) {
      const offset = this.#offsets.at(i)
      for (let hint = theirs[next]; hint !== undefined && hint.offset < offset; hint = theirs[++next])
        out.u32(hint.offset).u8(1).u8(hint.likely)
      out.u32(offset).u8(1).u8(UNLIKELY)
    }
    for (let hint = theirs[next]; hint !== undefined; hint = theirs[++next])
      out.u32(hint.offset).u8(1).u8(hint.likely)
  }
}

/** What the guest says of a branch. */
interface Hint {
  readonly offset: number
  readonly likely: number
}

/** By function, ascending. */
type Hints = ReadonlyMap<number, ReadonlyArray<Hint>>

const isHints = (section: Section): boolean => section.kind === "custom" && section.name === BRANCH_HINTS

const guestsHints = (section: Section | undefined): Hints => {
  const functions = section?.kind === "custom" ? decodeCodeMetadata(section) : []
  if (functions instanceof Malformed) return new Map()
  return new Map(
    functions.map(({ funcIndex, entries }) => [
      funcIndex,
      entries
        .map(({ offset, payload }) => ({ offset, likely: payload[0] ?? UNLIKELY }))
        .sort((a, b) => a.offset - b.offset)
    ])
  )
}

const NO_HINTS: ReadonlyArray<Hint> = []
const UNLIKELY = 0
