import type { JournalEntry, JournalEvidence } from "../outcome/Evidence.ts"
import { visible } from "../outcome/visible.ts"
import type { HostValue, HostValueType } from "./HostDeclaration.ts"
import type { MemoryWrite } from "./HostMemory.ts"

/** The run asked for something else than was recorded, so it is not the same run. */
export class Diverged {
  readonly _tag = "Diverged"
  /** Index of the answer in the journal. */
  readonly entryIndex: number
  readonly what: string
  constructor(entryIndex: number, what: string) {
    this.entryIndex = entryIndex
    this.what = what
  }
}

export interface JournalAnswer {
  readonly results: ReadonlyArray<HostValue>
  readonly readBytes: number
  readonly writes: ReadonlyArray<MemoryWrite>
}

/**
 * Answers a run from a journal, in order, without a host.
 *
 * The journal may come from a dump that anybody wrote: nothing in it is trusted beyond its TypeScript type. After
 * the first divergence every further question gets the same one, for what follows would be an accident.
 */
export class JournalReader {
  readonly #journal: JournalEvidence
  #entryIndex = 0
  #diverged: Diverged | undefined

  constructor(journal: JournalEvidence) {
    this.#journal = journal
  }

  /** The next answer, for the import and the result types that the run asks with. */
  answer(module: string, name: string, types: ReadonlyArray<HostValueType>): JournalAnswer | Diverged {
    if (this.#diverged !== undefined) return this.#diverged
    const entry = this.#journal.entries[this.#entryIndex]
    if (entry === undefined) return this.#diverge(this.#ended(module, name))
    if (entry.module !== module || entry.name !== name)
      return this.#diverge(`asked ${label(module, name)}, recorded ${label(entry.module, entry.name)}`)
    const results = readResults(entry, types)
    if (results === undefined)
      return this.#diverge(
        `${label(module, name)} has results (${types.join(", ")}), recorded (${visible(entry.results.join(", "), 80)})`
      )
    this.#entryIndex += 1
    return { results, readBytes: entry.readBytes, writes: entry.writes }
  }

  /** Answers that nobody has asked for yet; a run that ended with some left was a shorter one. */
  get unasked(): number {
    return this.#journal.entries.length - this.#entryIndex
  }

  #ended(module: string, name: string): string {
    const { entries, dropped } = this.#journal
    return dropped > 0
      ? `asked ${label(module, name)}, but of ${entries.length + dropped} answers only ${entries.length} were kept`
      : `asked ${label(module, name)}, but there were only ${entries.length} answers`
  }

  #diverge(what: string): Diverged {
    this.#diverged = new Diverged(this.#entryIndex, what)
    return this.#diverged
  }
}

const label = (module: string, name: string): string => `${visible(module, 64)}.${visible(name, 64)}`

const readResults = (
  entry: JournalEntry,
  types: ReadonlyArray<HostValueType>
): ReadonlyArray<HostValue> | undefined => {
  if (entry.results.length !== types.length) return undefined
  const results: Array<HostValue> = []
  for (const [i, type] of types.entries()) {
    const value = readResult(type, entry.results[i] ?? "")
    if (value === undefined) return undefined
    results.push(value)
  }
  return results
}

const INTEGER = /^-?\d{1,20}$/
const FLOAT = /^-?\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,3})?$/

/** The value that `showValue` wrote, or `undefined` for what it cannot have written of that type. */
const readResult = (type: HostValueType, text: string): HostValue | undefined => {
  if (type === "i32") {
    const value = INTEGER.test(text) ? Number(text) : Number.NaN
    return value === (value | 0) ? value | 0 : undefined
  }
  if (type === "i64") {
    const value = INTEGER.test(text) ? BigInt(text) : undefined
    return value === undefined || value === BigInt.asIntN(64, value) ? value : undefined
  }
  const special = SPECIAL.get(text)
  if (special !== undefined) return special
  const value = FLOAT.test(text) ? Number(text) : undefined
  return type === "f32" && value !== undefined && Math.fround(value) !== value ? undefined : value
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY]
])
