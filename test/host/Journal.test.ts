import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FUEL_LEVELS } from "../../src/fuel/FuelPolicy.ts"
import { checkAnswer } from "../../src/host/checkAnswer.ts"
import type { HostValue, HostValueType } from "../../src/host/HostDeclaration.ts"
import { LOCAL_PRICE } from "../../src/host/HostFunction.ts"
import { JOURNAL_BOUND, Journal } from "../../src/host/Journal.ts"
import { Diverged, JournalReader } from "../../src/host/JournalReader.ts"

const WIDE = { entriesMax: 1_000, bytesMax: 100_000 }
const name: fc.Arbitrary<string> = fc.constantFrom("get_time_ms", "read", "", "a.b", "naïve\u0000")
const value: fc.Arbitrary<readonly [HostValueType, HostValue]> = fc.oneof(
  fc.integer().map((v) => ["i32", v] as const),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((v) => ["i64", v] as const),
  fc.float().map((v) => ["f32", v] as const),
  fc.double().map((v) => ["f64", v] as const)
)
const answer = fc.record({
  module: name,
  name,
  typed: fc.array(value, { maxLength: 3 }),
  readBytes: fc.nat(),
  writes: fc.array(fc.record({ offset: fc.nat(), bytes: fc.uint8Array({ maxLength: 8 }) }), { maxLength: 2 })
})
const answers = fc.array(answer, { maxLength: 20 })
type Answers = ReadonlyArray<typeof answer extends fc.Arbitrary<infer A> ? A : never>

const record = (given: Answers, bound = WIDE) => {
  const journal = new Journal(bound)
  for (const one of given)
    journal.record(
      one.module,
      one.name,
      one.typed.map(([, v]) => v),
      one.readBytes,
      one.writes
    )
  return journal.evidence()
}

describe("a journal", () => {
  it("law: answers a replay with the same values and writes, bit for bit, and has nothing left", () => {
    fc.assert(
      fc.property(answers, (given) => {
        // Through a clone, as it comes back from the worker.
        const reader = new JournalReader(structuredClone(record(given)))
        for (const one of given) {
          const types = one.typed.map(([type]) => type)
          const again = reader.answer(one.module, one.name, types)
          const { readBytes, writes } = one
          expect(again).toEqual({ results: one.typed.map(([, v]) => v), readBytes, writes })
        }
        expect(reader.unasked).toBe(0)
      })
    )
  })

  it("law: with two answers of different imports swapped, a replay diverges at the first of them", () => {
    fc.assert(
      fc.property(answers, answer, answer, answers, (before, a, b, after) => {
        fc.pre(a.module !== b.module || a.name !== b.name)
        const reader = new JournalReader(record([...before, b, a, ...after]))
        const replayed = [...before, a, b, ...after].map((one) =>
          reader.answer(
            one.module,
            one.name,
            one.typed.map(([type]) => type)
          )
        )
        expect(replayed.findIndex((again) => again instanceof Diverged)).toBe(before.length)
      })
    )
  })

  it("keeps the beginning, closes at the bound and counts what no longer fitted", () => {
    const journal = new Journal({ entriesMax: 2, bytesMax: 1_000 })
    for (const i of [1, 2, 3, 4]) journal.record("env", "f", [i], 0, [])
    expect(journal.evidence().entries.map((entry) => entry.results)).toEqual([["1"], ["2"]])
    expect(journal.dropped).toBe(2)
  })

  it("holds by default all that heavy fuel buys at the default price", () => {
    expect(JOURNAL_BOUND.entriesMax * LOCAL_PRICE.base).toBe(FUEL_LEVELS.heavy)
    expect(JOURNAL_BOUND.bytesMax * LOCAL_PRICE.perByte).toBe(FUEL_LEVELS.heavy)
  })

  it("has no hole: after a write that did not fit, a small answer does not fit either", () => {
    const journal = new Journal({ entriesMax: 10, bytesMax: 164 })
    journal.record("env", "f", [], 0, [{ offset: 0, bytes: new Uint8Array(100) }])
    journal.record("env", "f", [], 0, [{ offset: 0, bytes: new Uint8Array(1) }])
    journal.record("env", "g", [1], 0, [])
    expect(journal.evidence()).toMatchObject({ entries: [{ name: "f" }], dropped: 2 })
  })
})

describe("a replay", () => {
  const evidence = record([
    { module: "env", name: "f", typed: [["i32", 1]], readBytes: 3, writes: [] },
    { module: "env", name: "g", typed: [["i64", 2n]], readBytes: 0, writes: [] }
  ])

  it("diverges where another import is asked for, and stays diverged", () => {
    const reader = new JournalReader(evidence)
    expect(reader.answer("env", "f", ["i32"])).toEqual({ results: [1], readBytes: 3, writes: [] })
    const diverged = reader.answer("env", "f", ["i32"])
    expect(diverged).toEqual(new Diverged(1, "asked env.f, recorded env.g"))
    expect(reader.answer("env", "g", ["i64"])).toBe(diverged)
    expect(reader.unasked).toBe(1)
  })

  it("diverges where more is asked than was answered, and says when answers were dropped", () => {
    const whole = new JournalReader({ entries: [], dropped: 0 })
    expect(whole.answer("env", "f", [])).toMatchObject({ what: "asked env.f, but there were only 0 answers" })
    const part = new JournalReader({ entries: [], dropped: 7 })
    expect(part.answer("env", "f", [])).toMatchObject({
      what: "asked env.f, but of 7 answers only 0 were kept"
    })
  })

  it.each<[HostValueType, string]>([
    ["i32", "2147483648"],
    ["i32", "1.5"],
    ["i32", ""],
    ["i64", "9223372036854775808"],
    ["i64", "0x1"],
    ["i64", "9".repeat(1_000_000)],
    ["f32", "0.1"],
    ["f64", "Infinity"],
    ["f64", "1e9999"],
    ["f64", "1".repeat(100_000)]
  ])("does not take for an %s what a forged journal says: %.12s", (type, text) => {
    const reader = new JournalReader({
      entries: [{ module: "env", name: "f", results: [text], readBytes: 0, writes: [] }],
      dropped: 0
    })
    expect(reader.answer("env", "f", [type])).toBeInstanceOf(Diverged)
  })

  it("law: takes from any text only values of the type", () => {
    const types = fc.constantFrom<HostValueType>("i32", "i64", "f32", "f64")
    const texts = fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String))
    fc.assert(
      fc.property(types, texts, (type, text) => {
        const entry = { module: "env", name: "f", results: [text], readBytes: 0, writes: [] }
        const again = new JournalReader({ entries: [entry], dropped: 0 }).answer("env", "f", [type])
        if (!(again instanceof Diverged)) expect(checkAnswer([type], again.results[0])).toEqual(again.results)
      })
    )
  })
})
