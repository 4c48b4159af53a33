import { readdirSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import fc from "fast-check"
import { holdForeignLaw } from "./foreign.ts"
import { generateModule } from "./generateModule.ts"
import { mutate } from "./mutate.ts"
import { holdLaws, type Seedling, seedling } from "./subjects.ts"
import { Tape } from "./Tape.ts"

/**
 * What fuzzing does, one numbered job after the other: job N is the same on every machine, with the same corpus.
 *
 * Two jobs in three hold a generated module against the laws, the third a mutant of a module of the corpus.
 */
export interface Job {
  readonly kind: "generated" | "mutant"
  readonly numbers: ReadonlyArray<number>
  /** The module that a list of numbers makes. */
  readonly bytesOf: (numbers: ReadonlyArray<number>) => Uint8Array<ArrayBuffer>
  /** Holds the law or laws; *fails* with `Broken`. */
  readonly hold: (numbers: ReadonlyArray<number>) => void
}

export type Corpus = ReadonlyArray<Uint8Array>

const ARBITRARY = seedling()

export const jobOf = (seed: number, corpus: Corpus): Job => {
  if (seed % 3 === 0 && corpus.length > 0) return mutantJob(seed, corpus)
  const { numbers, showsNan } = drawn(seed)
  return {
    kind: "generated",
    numbers,
    bytesOf: (these) => generateModule(these, { showsNan }),
    hold: (these) => void holdLaws({ numbers: these, showsNan })
  }
}

/** A job on a mutant of a module of the corpus, which has one at least. */
export const mutantJob = (seed: number, corpus: Corpus): Job => {
  const bytesOf = (these: ReadonlyArray<number>) => {
    const tape = new Tape(these)
    // Small ones three times of four: a large module takes seconds.
    const small = tape.below(4) > 0
    const some = small ? corpus.filter(({ length }) => length < SMALL_BYTES) : corpus
    const chosen = some[tape.below(some.length)] ?? corpus[0] ?? new Uint8Array(8)
    let bytes = mutate(tape, chosen)
    for (let i = tape.below(3); i > 0; i--) bytes = mutate(tape, bytes)
    return bytes
  }
  return {
    kind: "mutant",
    numbers: drawn(seed).numbers.slice(0, 60),
    bytesOf,
    hold: (these) => void holdForeignLaw(bytesOf(these))
  }
}

const drawn = (seed: number): Seedling =>
  fc.sample(ARBITRARY, { numRuns: 1, seed })[0] ?? { numbers: [], showsNan: false }

const SMALL_BYTES = 100_000
/** Past this a mutant takes so long that nothing else is tried. */
const LARGE_BYTES = 4_000_000

/** The modules under some directories, and those that tests fire. */
export const corpusOf = (directories: ReadonlyArray<string>): Corpus =>
  directories.flatMap((directory) =>
    readdirSync(resolve(directory), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".wasm"))
      .sort()
      .map((name) => new Uint8Array(readFileSync(join(resolve(directory), name))))
      .filter((bytes) => bytes.length > 8 && bytes.length < LARGE_BYTES && bytes[4] === 1)
  )
