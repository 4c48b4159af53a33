import type { JournalEvidence } from "../outcome/Evidence.ts"
import { showValue } from "../outcome/Value.ts"
import type { HostValue } from "./HostDeclaration.ts"
import type { MemoryWrite } from "./HostMemory.ts"

/**
 * What the host answered, in order: with it a firing can be run again without a host.
 *
 * It is always kept and always bounded. When it is full it is closed, and later answers are only counted: a replay
 * needs the beginning, and a journal with a hole in it would lead it astray. Values stay as they are until somebody
 * asks for the evidence, because most firings return and nobody does.
 */
export class Journal {
  readonly #entriesMax: number
  readonly #bytesMax: number
  readonly #entries: Array<Answer> = []
  #bytes = 0
  #dropped = 0

  constructor(bound: JournalBound = JOURNAL_BOUND) {
    this.#entriesMax = bound.entriesMax
    this.#bytesMax = bound.bytesMax
  }

  /** Keeps one answer; `results` and `writes` belong to the journal from here on. */
  record(
    module: string,
    name: string,
    results: ReadonlyArray<HostValue>,
    readBytes: number,
    writes: ReadonlyArray<MemoryWrite>
  ): void {
    const bytes = writes.reduce((sum, write) => sum + WRITE_BYTES + write.bytes.byteLength, 0)
    if (
      this.#dropped > 0 ||
      this.#entries.length >= this.#entriesMax ||
      this.#bytes + bytes > this.#bytesMax
    ) {
      this.#dropped += 1
      return
    }
    this.#bytes += bytes
    this.#entries.push({ module, name, results, readBytes, writes })
  }

  /** Whether nothing was ever recorded. */
  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#dropped === 0
  }

  /** How many answers no longer fitted. */
  get dropped(): number {
    return this.#dropped
  }

  /** The journal as a dump holds it. */
  evidence(): JournalEvidence {
    return {
      entries: this.#entries.map((entry) => ({ ...entry, results: entry.results.map(showValue) })),
      dropped: this.#dropped
    }
  }
}

export interface JournalBound {
  readonly entriesMax: number
  /** Of memory writes: their bytes, and `WRITE_BYTES` for each. */
  readonly bytesMax: number
}

/**
 * All that the fuel level `heavy` can buy at the default prices: 1e7 units are 40,000 calls at 250, or 10 million
 * bytes at 1. A firing with more fuel keeps its beginning. An entry takes 100 to 270 bytes, so a full journal at
 * most 11 MB and the writes.
 */
export const JOURNAL_BOUND: JournalBound = { entriesMax: 40_000, bytesMax: 10_000_000 }

/** What an empty write still takes: its offset and its array. */
const WRITE_BYTES = 64

interface Answer {
  readonly module: string
  readonly name: string
  readonly results: ReadonlyArray<HostValue>
  readonly readBytes: number
  readonly writes: ReadonlyArray<MemoryWrite>
}
