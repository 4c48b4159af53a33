import { describe, expect, it } from "vitest"
import { makeVirtualClock } from "../../../src/host/builtin/clock.ts"
import { makeRealRandom, makeVirtualRandom } from "../../../src/host/builtin/random.ts"
import { type Grants, resolveGrants } from "../../../src/host/Grant.ts"
import { makeSources } from "../../../src/host/makeSources.ts"

const take = (count: number, draw: () => bigint) => Array.from({ length: count }, draw)
const granted = (...asked: ReadonlyArray<string>): Grants => {
  const grants = resolveGrants(asked)
  if ("_tag" in grants) throw new Error(grants._tag)
  return grants
}

describe("virtual time", () => {
  it("begins in 2000 and goes on by a millisecond a reading", () => {
    const { nowMs } = makeVirtualClock()
    expect(new Date(Number(nowMs())).toISOString()).toBe("2000-01-01T00:00:00.000Z")
    expect(take(3, nowMs)).toEqual([946_684_800_001n, 946_684_800_002n, 946_684_800_003n])
  })
})

describe("virtual chance", () => {
  it("is SplitMix64 as others publish it for the seed 1234567", () => {
    expect(take(5, makeVirtualRandom(1_234_567n).nextU64)).toEqual([
      6_457_827_717_110_365_317n,
      3_203_168_211_198_807_973n,
      9_817_491_932_198_370_423n,
      4_593_380_528_125_082_431n,
      16_408_922_859_458_223_821n
    ])
  })

  it("has a sequence of its own for each seed", () => {
    expect(take(3, makeVirtualRandom(0n).nextU64)).not.toEqual(take(3, makeVirtualRandom(1n).nextU64))
    expect(take(3, makeVirtualRandom(2n ** 64n).nextU64)).toEqual(take(3, makeVirtualRandom(0n).nextU64))
  })
})

describe("real chance", () => {
  it("does not repeat itself within some pools", () => {
    expect(new Set(take(2_000, makeRealRandom().nextU64)).size).toBe(2_000)
  })
})

describe("the sources of a firing", () => {
  it("begin anew each time and are the same for the same grants", () => {
    const grants = granted("time:virtual", "random:virtual=7")
    const first = makeSources(grants)
    const second = makeSources(grants)
    expect(take(3, first.clock.nowMs)).toEqual(take(3, second.clock.nowMs))
    expect(take(3, first.random.nextU64)).toEqual(take(3, second.random.nextU64))
    expect(take(1, makeSources(granted("random:virtual=8")).random.nextU64)).not.toEqual(
      take(1, makeSources(grants).random.nextU64)
    )
  })

  it("are virtual where nothing was granted, and real only where it was asked for", () => {
    expect(makeSources(granted()).clock.nowMs()).toBe(946_684_800_000n)
    expect(makeSources(granted()).random.nextU64()).toBe(makeVirtualRandom(0n).nextU64())
    expect(makeSources(granted("time")).clock.nowMs()).toBeGreaterThan(1_700_000_000_000n)
    expect(makeSources(granted("random")).random.nextU64()).not.toBe(makeVirtualRandom(0n).nextU64())
  })
})
