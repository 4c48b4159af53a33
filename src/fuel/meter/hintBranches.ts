import {
  BRANCH_HINTS,
  decodeCodeMetadata,
  encodeCodeMetadata,
  type FuncMetadata
} from "../../wasm/CodeMetadata.ts"
import { Malformed } from "../../wasm/Malformed.ts"
import type { Module } from "../../wasm/Module.ts"

/**
 * Says of the meter's own branches that they are almost never taken, so that the compiler keeps what they need
 * out of the way: of a loop that looks at a global counter, 2.07 of plain becomes 1.57.
 *
 * Hints that the guest has of its own, already moved, stay. An engine that knows no hints skips the section.
 * *Source*: WebAssembly 3.0, "Branch Hints".
 */
export interface Hints {
  readonly funcIndex: number
  /** Ascending, from the start of the metered body. */
  readonly offsets: ReadonlyArray<number>
}

export const hintBranches = (module: Module, hints: ReadonlyArray<Hints>): Module => {
  if (hints.length === 0) return module
  const old = module.sections.find((section) => section.kind === "custom" && section.name === BRANCH_HINTS)
  const guests = old?.kind === "custom" ? decodeCodeMetadata(old) : []
  const merged = encodeCodeMetadata(BRANCH_HINTS, merge(guests instanceof Malformed ? [] : guests, hints))
  if (old !== undefined)
    return { ...module, sections: module.sections.map((section) => (section === old ? merged : section)) }
  // The format wants it before the code.
  const code = module.sections.findIndex(
    (section) => section.kind === "code" || (section.kind === "serialized" && section.of === "code")
  )
  return { ...module, sections: module.sections.toSpliced(code, 0, merged) }
}

const merge = (
  guests: ReadonlyArray<FuncMetadata>,
  hints: ReadonlyArray<Hints>
): ReadonlyArray<FuncMetadata> => {
  const byFunc = new Map(guests.map((func) => [func.funcIndex, func.entries]))
  for (const { funcIndex, offsets } of hints) {
    const ours = offsets.map((offset) => ({ offset, payload: UNLIKELY }))
    const theirs = byFunc.get(funcIndex) ?? []
    byFunc.set(
      funcIndex,
      theirs.length === 0 ? ours : [...theirs, ...ours].sort((a, b) => a.offset - b.offset)
    )
  }
  return [...byFunc].sort(([a], [b]) => a - b).map(([funcIndex, entries]) => ({ funcIndex, entries }))
}

const UNLIKELY = Uint8Array.of(0)
