import { BRANCH_HINTS, decodeCodeMetadata } from "../../wasm/CodeMetadata.ts"
import { Malformed } from "../../wasm/Malformed.ts"
import type { Module, Section } from "../../wasm/Module.ts"
import { CodeBuffer } from "./CodeBuffer.ts"

/**
 * Says of the meter's own branches that they are almost never taken, so that the compiler keeps what they need
 * out of the way: of a loop that looks at a global counter, 2.07 of plain becomes 1.57.
 *
 * Hints that the guest has of its own, already moved, stay. An engine that knows no hints skips the section.
 * *Source*: WebAssembly 3.0, "Branch Hints".
 */
export class BranchHints {
  /** By function: offsets from the start of the metered body, ascending. */
  readonly #offsets = new Map<number, Int32Array>()

  /** Notes the hints of a function. */
  add(funcIndex: number, offsets: ReadonlyArray<number>): void {
    if (offsets.length > 0) this.#offsets.set(funcIndex, Int32Array.from(offsets))
  }

  /** The module with these hints beside its own. */
  into(module: Module): Module {
    if (this.#offsets.size === 0) return module
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

  #encode(guests: ReadonlyMap<number, ReadonlyArray<Hint>>): Uint8Array<ArrayBuffer> {
    const functions = [...new Set([...this.#offsets.keys(), ...guests.keys()])].sort((a, b) => a - b)
    const out = new CodeBuffer(functions.length * 16 + 64).u32(functions.length)
    for (const func of functions) {
      const ours = this.#offsets.get(func) ?? NO_OFFSETS
      const theirs = guests.get(func) ?? []
      out.u32(func).u32(ours.length + theirs.length)
      let next = 0
      const write = (offset: number, likely: number) => out.u32(offset).u8(1).u8(likely)
      for (const offset of ours) {
        for (let hint = theirs[next]; hint !== undefined && hint.offset < offset; hint = theirs[++next])
          write(hint.offset, hint.likely)
        write(offset, UNLIKELY)
      }
      for (const { offset, likely } of theirs.slice(next)) write(offset, likely)
    }
    return out.take()
  }
}

/** What the guest says of a branch. */
interface Hint {
  readonly offset: number
  readonly likely: number
}

const isHints = (section: Section): boolean => section.kind === "custom" && section.name === BRANCH_HINTS

const guestsHints = (section: Section | undefined): ReadonlyMap<number, ReadonlyArray<Hint>> => {
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

const NO_OFFSETS = new Int32Array(0)
const UNLIKELY = 0
