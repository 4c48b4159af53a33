import type { RandomSource } from "../HostContext.ts"

/**
 * Chance from the machine's cryptographic source, and chance that is a function of a seed.
 *
 * The virtual source is SplitMix64: one 64-bit word of state, every seed a good one, integer arithmetic only, so the
 * same on every machine. It is not for secrets, and a guest that was granted it was not promised any.
 */
export const makeRealRandom = (): RandomSource => {
  // 4 KiB at a time: asking for 8 bytes costs about as much as asking for all of these.
  const pool = new BigUint64Array(512)
  let next = pool.length
  return {
    nextU64: () => {
      if (next === pool.length) {
        globalThis.crypto.getRandomValues(pool)
        next = 0
      }
      const word = pool[next] ?? 0n
      pool[next] = 0n
      next += 1
      return word
    }
  }
}

/**
 * SplitMix64 from a seed of 64 bits.
 *
 * *Source*: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014), with the mixing
 * constants of Stafford's variant 13.
 */
export const makeVirtualRandom = (seed: bigint): RandomSource => {
  let state = BigInt.asUintN(64, seed)
  return {
    nextU64: () => {
      state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
      const first = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n)
      const second = BigInt.asUintN(64, (first ^ (first >> 27n)) * 0x94d049bb133111ebn)
      return second ^ (second >> 31n)
    }
  }
}
