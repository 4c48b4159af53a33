import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { InstructionReader } from "../../src/wasm/InstructionReader.ts"
import { OPCODES } from "../../src/wasm/Opcodes.ts"
import { bodiesOf } from "../../src/wasm/sectionOf.ts"
import { engineHas, FEATURES } from "../guests/features.ts"
import { parseWat } from "../guests/wat.ts"
import { decoded } from "../wasm/modules.ts"
import { holdForeignLaw } from "./foreign.ts"
import { generateModule } from "./generateModule.ts"
import { corpusOf, mutantJob } from "./jobs.ts"
import { Broken, LAWS, NAN_LAWS, Subject } from "./laws.ts"
import { MUTANTS } from "./mutants.ts"
import { holdLaws, seedling, subjectOf } from "./subjects.ts"

/**
 * Laws on random modules, each run without the meter, with it, and with the meter that a child would write.
 *
 * A few hundred modules here; `npm run fuzz` goes on for hours, and shrinks what it finds. The seed of a failure
 * is in its message: `npm run fuzz -- --seed N` begins with it.
 */
const RUNS = 100
const SEED = Date.now() % 0x7fffffff

const MUTATIONS = 80
const corpus = corpusOf(["test-wasm"])

/** A mutant of a module that the tests fire, by its seed as `npm run fuzz` counts them. */
const mutantOf = (seed: number) => mutantJob(seed, corpus).bytesOf(mutantJob(seed, corpus).numbers)

describe("a random module", () => {
  it(`keeps every law of the meter, seed ${SEED}`, () => {
    const outcomes = { returned: 0, trapped: 0 }
    fc.assert(
      fc.property(seedling(), (seed) => {
        const { plain } = holdLaws(seed)
        for (const { returned } of plain.rounds) outcomes[returned ? "returned" : "trapped"]++
      }),
      { numRuns: RUNS, endOnFailure: true, seed: SEED }
    )
    // Laws over nothing hold: most runs return, and a good part traps.
    expect(outcomes.returned).toBeGreaterThan(RUNS)
    expect(outcomes.trapped).toBeGreaterThan(RUNS / 20)
  })
})

describe("a mutant of a real module", () => {
  it(`is accepted metered where it is accepted, and does the same, seed ${SEED}`, () => {
    const ends = { refused: 0, metered: 0, run: 0 }
    for (let seed = SEED; seed < SEED + MUTATIONS; seed++) ends[holdForeignLaw(mutantOf(seed))]++
    expect(ends.run).toBeGreaterThan(MUTATIONS / 20)
    expect(ends.refused).toBeGreaterThan(MUTATIONS / 20)
  })

  it("and a meter that loses an addition is found out", () => {
    const spoil = MUTANTS.find(({ title }) => title === "subtracts where the guest adds")?.tampering
    expect(spoil).toBeDefined()
    expect(() => {
      for (let seed = 0; seed < MUTATIONS; seed++) holdForeignLaw(mutantOf(seed), spoil)
    }).toThrow(Broken)
  })
})

describe("the generator", () => {
  it("uses every instruction that the policy allows and the engine has", () => {
    const seen = new Set<number>()
    for (const { numbers, showsNan } of fc.sample(seedling(), { numRuns: 1000, seed: 1 })) {
      const bytes = generateModule(numbers, { showsNan })
      const reader = new InstructionReader(bytes)
      for (const { code } of bodiesOf(decoded(bytes))) {
        reader.reset(code.start, code.end)
        while (reader.next()) seen.add(reader.op)
      }
    }
    const absent = new Set<string>([...FEATURES.keys()].filter((feature) => !engineHas(feature)))
    const left = OPCODES.filter(({ op, feature }) => !seen.has(op) && !absent.has(feature))
      .filter(({ feature }) => feature !== "threads" && feature !== "relaxed-simd")
      .map(({ mnemonic }) => mnemonic)
    expect(left).toEqual([])
  })
})

describe("a meter that is wrong in one thing", () => {
  for (const { title, law, tampering, wat } of MUTANTS) {
    it(`is found out: one that ${title}`, () => {
      const holds = { ...LAWS, ...NAN_LAWS }[law]
      if (wat !== undefined) {
        const subject = new Subject(parseWat(title, wat), [0])
        holds(subject)
        expect(() => holds(subject, tampering)).toThrow(Broken)
        return
      }
      const found = fc.check(
        fc.property(seedling(400), ({ numbers }) => {
          const subject = subjectOf({ numbers, showsNan: law in NAN_LAWS })
          holds(subject)
          holds(subject, tampering)
        }),
        // Always the same modules: that the law finds it out must not be luck.
        { numRuns: 200, endOnFailure: true, seed: 1 }
      )
      expect(found.failed).toBe(true)
      expect(found.errorInstance).toBeInstanceOf(Broken)
    })
  }
})
