import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { changeSection } from "../../src/fuel/meter/sections.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { withOneMemory } from "../fuel/meter/writes.ts"
import { generateModule } from "../fuzz/generateModule.ts"
import { seedling } from "../fuzz/subjects.ts"
import { engineHas } from "../guests/features.ts"
import type { Header } from "../guests/Header.ts"
import { readGuests } from "../guests/readGuests.ts"
import { decoded } from "../wasm/modules.ts"
import { tamed } from "../wasm/tamed.ts"
import { FreshLab, type FreshOptions } from "./FreshLab.ts"
import { compareModule } from "./freshModule.ts"
import { forgetting, type Piece } from "./freshPieces.ts"

/** A firing on a reused instance is that on a new one: outcome, fuel, evidence, log, and all state afterwards. */

/** With so large a first memory that a pool has its writes noted. */
const tracked = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const one = withOneMemory(bytes) ?? bytes
  const large = changeSection(decoded(one), "memory", (old) => ({
    kind: "memory",
    memories: (old?.memories ?? []).map((limits) => ({ ...limits, min: 64n, max: 66n }))
  }))
  return encodeModule(large)
}

interface Kind {
  readonly make: (numbers: ReadonlyArray<number>) => Uint8Array<ArrayBuffer>
  readonly way: string
  readonly pieces: ReadonlyArray<Piece>
  readonly runs: number
}

const BOTH: ReadonlyArray<Piece> = ["the first memory", "the second memory", "globals", "tables"]
const KINDS: Readonly<Record<string, Kind>> = {
  "followed by another over its memories": {
    make: (numbers) => generateModule(numbers),
    way: "reinstantiate",
    pieces: BOTH,
    runs: 30
  },
  "restored in place": {
    make: (numbers) => tamed(generateModule(numbers)),
    way: "restore",
    pieces: [...BOTH, "the allowance for objects"],
    runs: 50
  },
  "restored in place by what its writes marked": {
    make: (numbers) => tracked(tamed(generateModule(numbers))),
    way: "restore",
    pieces: ["the first memory", "globals"],
    runs: 15
  }
}

for (const [title, { make, way, pieces, runs }] of Object.entries(KINDS))
  describe(`a random module that is ${title}`, () => {
    const seeds = fc.record({ seedling: seedling(500), seed: fc.nat(2 ** 31) })
    const compared = (
      { seedling: { numbers }, seed }: { seedling: { numbers: readonly number[] }; seed: number },
      piece?: Piece
    ) =>
      compareModule(make(numbers), {
        calls: 8,
        seed,
        ...(piece === undefined ? {} : { restorable: (compiled) => forgetting(piece, compiled) })
      })

    it("fires as a new instance does, each time", () => {
      let reused = 0
      fc.assert(
        fc.property(seeds, (seed) => {
          const { differences, ...found } = compared(seed)
          expect(differences).toEqual([])
          expect(found.way).toBe(way)
          reused += found.reused
        }),
        { numRuns: runs }
      )
      expect(reused).toBeGreaterThan(runs / 3)
    })

    it.each(pieces)("is found out where %s is forgotten", (piece) => {
      const { failed } = fc.check(
        fc.property(seeds, (seed) => compared(seed, piece).differences.length === 0),
        { numRuns: 400, endOnFailure: true, seed: 3 }
      )
      expect(failed).toBe(true)
    })
  })

/** Some of the bombs take seconds to compile. */
const guests = readGuests().filter(
  ({ header: { path, needs } }) => needs.every(engineHas) && !/^(bombs|kernels)\//.test(path)
)

describe("every guest of the tests'", () => {
  it("is fired on a reused instance as on a new one, as on a thread or as by a caller on his own", () => {
    const told: Array<string> = []
    let reused = 0
    for (const [number, { header, wasm }] of guests.entries())
      for (const firing of header.firings) {
        const inTurns = number % 2 === 0
        const lab = FreshLab.of(new Uint8Array(wasm()), { ...optionsOf(firing), inTurns })
        if (typeof lab === "string" || isLarge(lab)) continue
        for (let i = 0; i < 2; i++) {
          const differs = lab.fire({ functionName: firing.functionName, args: firing.args })
          if (differs !== undefined) told.push(`${header.path}:${firing.line}, time ${i}: ${differs}`)
        }
        reused += lab.reused
      }
    expect(told).toEqual([])
    expect(reused).toBeGreaterThan(100)
  })
})

/** To compare its memory takes longer than to fire it. */
const isLarge = ({ compiled: { memories } }: FreshLab) => memories.some(({ minPages }) => minPages > 100)

const FUEL_MAX = 20_000

const optionsOf = ({ options }: Header["firings"][number]): FreshOptions => ({
  // No more, for some would run until their time is over, and that is not the same twice.
  fuel: Math.min(options.fuel ?? FUEL_MAX, FUEL_MAX),
  timeoutMs: 600_000,
  // The real ones are never the same twice.
  grants: options.grants.map((grant) => (/^(time|random)$/.test(grant) ? `${grant}:virtual` : grant)),
  policy: Object.fromEntries(options.limits)
})

describe("fuel", () => {
  it("ends on a reused instance where it ends on a new one, whatever there was of it", () => {
    const told: Array<string> = []
    let reused = 0
    for (const { header, wasm } of guests)
      for (const firing of header.firings) {
        if (firing.expected.ending.outcome !== "returned") continue
        const { min = 1_000 } = firing.expected.fuelUsed ?? {}
        if (min > 60) continue
        const lab = FreshLab.of(new Uint8Array(wasm()), optionsOf(firing))
        if (typeof lab === "string" || isLarge(lab)) continue
        const call = { functionName: firing.functionName, args: firing.args }
        for (let fuel = 0; fuel <= min + 1; fuel++)
          for (const differs of [lab.fire(call), lab.fire({ ...call, fuel })]) {
            if (differs !== undefined) told.push(`${header.path}:${firing.line} with ${fuel}: ${differs}`)
          }
        // One that grows is never used twice.
        reused += lab.reused
      }
    expect(told).toEqual([])
    expect(reused).toBeGreaterThan(300)
  })
})
