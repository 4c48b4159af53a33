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
  /** Functions one after another: their number, how many hints, and offsets from the start of the metered body. */
  readonly #numbers: Array<number> = []
  #functions = 0

  /** Notes the hints of a function; functions and offsets ascend. */
  add(funcIndex: number, offsets: ReadonlyArray<number>): void {
    if (offsets.length === 0) return
    this.#functions++
    this.#numbers.push(funcIndex, offsets.length)
    for (const offset of offsets) this.#numbers.push(offset)
  }

  /** The module with these hints beside its own. */
  into(module: Module): Module {
    if (this.#functions === 0) return module
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

  #encode(guests: GuestsHints): Uint8Array<ArrayBuffer> {
    const numbers = this.#numbers
    const out = new CodeBuffer(numbers.length * 4 + 64)
    const left = new Map(guests)
    const ours: Array<number> = []
    for (let i = 0; i < numbers.length; i += 2 + (numbers[i + 1] ?? 0)) ours.push(i)
    const known = new Set(ours.map((i) => numbers[i]))
    const only = [...left.keys()].filter((func) => !known.has(func))
    let next = 0
    out.u32(this.#functions + only.length)
    const before = (limit: number) => {
      for (; next < only.length && (only[next] ?? 0) < limit; next++) {
        const func = only[next] ?? 0
        writeHints(out, func, left.get(func) ?? [])
      }
    }
    for (const i of ours) {
      const func = numbers[i] ?? 0
      before(func)
      const theirs = left.get(func)
      const count = numbers[i + 1] ?? 0
      if (theirs === undefined) {
        out.u32(func).u32(count)
        for (let j = i + 2; j < i + 2 + count; j++)
          out
            .u32(numbers[j] ?? 0)
            .u8(1)
            .u8(UNLIKELY)
      } else {
        const mine = numbers.slice(i + 2, i + 2 + count).map((offset) => [offset, UNLIKELY] as const)
        writeHints(
          out,
          func,
          [...theirs, ...mine].sort(([a], [b]) => a - b)
        )
      }
    }
    before(Number.POSITIVE_INFINITY)
    return out.take()
  }
}

/** By function, ascending: offsets, and what the guest says of the branch there. */
type GuestsHints = ReadonlyMap<number, ReadonlyArray<readonly [offset: number, likely: number]>>

const isHints = (section: Section): boolean => section.kind === "custom" && section.name === BRANCH_HINTS

const guestsHints = (section: Section | undefined): GuestsHints => {
  const functions = section?.kind === "custom" ? decodeCodeMetadata(section) : []
  if (functions instanceof Malformed) return new Map()
  return new Map(
    functions.map(({ funcIndex, entries }) => [
      funcIndex,
      entries.map(({ offset, payload }) => [offset, payload[0] ?? UNLIKELY] as const)
    ])
  )
}

const writeHints = (
  out: CodeBuffer,
  func: number,
  hints: ReadonlyArray<readonly [offset: number, likely: number]>
): void => {
  out.u32(func).u32(hints.length)
  for (const [offset, likely] of hints) out.u32(offset).u8(1).u8(likely)
}

const UNLIKELY = 0
