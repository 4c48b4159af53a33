import type { SubjectResult, Times } from "./measure.ts"
import { geometricMean } from "./statistics.ts"
import { CANONICAL, FLOOR, METERED, PLAIN } from "./variants.ts"

/**
 * What the times say: ratios per subject, their geometric means by class, and what each rule is worth.
 *
 * Ratios are of minima unless another reading is asked for. A number that could not be had (a run too long for the floor)
 * is absent, and the means are of those that there are.
 */
export type Reading = keyof Times

export interface Ratios {
  readonly floor: number | undefined
  readonly metered: number | undefined
  /** Metered against the floor: what being able to preempt costs. */
  readonly overFloor: number | undefined
  readonly canonical: number | undefined
  readonly first: number | undefined
  readonly size: number | undefined
}

export const RATIOS = ["floor", "metered", "overFloor", "canonical", "first", "size"] as const

export const ratiosOf = (result: SubjectResult, reading: Reading = "minMs"): Ratios => {
  const of = (name: string) => result.variants.find(({ variant }) => variant === name)
  const [plain, floor, metered, canonical] = [of(PLAIN), of(FLOOR), of(METERED), of(CANONICAL)]
  return {
    floor: divide(floor?.steady[reading], plain?.steady[reading]),
    metered: divide(metered?.steady[reading], plain?.steady[reading]),
    overFloor: divide(metered?.steady[reading], floor?.steady[reading]),
    canonical: divide(canonical?.steady[reading], plain?.steady[reading]),
    first: divide(metered?.first[reading], plain?.first[reading]),
    size: divide(metered?.bytes, plain?.bytes)
  }
}

export const meansOf = (results: ReadonlyArray<SubjectResult>, reading: Reading = "minMs"): Ratios => {
  const rows = results.map((result) => ratiosOf(result, reading))
  const mean = (key: keyof Ratios) => meanOf(rows.map((row) => row[key]))
  return {
    floor: mean("floor"),
    metered: mean("metered"),
    overFloor: mean("overFloor"),
    canonical: mean("canonical"),
    first: mean("first"),
    size: mean("size")
  }
}

/** The time without a rule, divided by the time with all of them: above 1 it is worth having. */
export interface RuleWorth {
  readonly rule: string
  readonly steady: number | undefined
  readonly first: number | undefined
  readonly size: number | undefined
  /** The subject to which it is worth most, and the one to which it is worth least. */
  readonly most: Extreme | undefined
  readonly least: Extreme | undefined
}

export interface Extreme {
  readonly name: string
  readonly ratio: number
}

export const worthOfRules = (
  results: ReadonlyArray<SubjectResult>,
  reading: Reading = "minMs"
): ReadonlyArray<RuleWorth> => {
  const rules = new Set(
    results.flatMap(({ variants }) =>
      variants.flatMap(({ without }) => (without === undefined ? [] : [without]))
    )
  )
  return [...rules].map((rule) => {
    const pairs = results.flatMap(({ name, variants }) => {
      const on = variants.find(({ variant }) => variant === METERED)
      const off = variants.find(({ without }) => without === rule)
      return on === undefined || off === undefined ? [] : [{ name, on, off }]
    })
    const extremes = pairs
      .map(({ name, on, off }) => ({ name, ratio: off.steady[reading] / on.steady[reading] }))
      .toSorted((a, b) => a.ratio - b.ratio)
    return {
      rule,
      steady: meanOf(extremes.map(({ ratio }) => ratio)),
      first: meanOf(pairs.map(({ on, off }) => off.first[reading] / on.first[reading])),
      size: meanOf(pairs.map(({ on, off }) => off.bytes / on.bytes)),
      most: extremes.at(-1),
      least: extremes[0]
    }
  })
}

const divide = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a / b

export const meanOf = (ratios: ReadonlyArray<number | undefined>): number | undefined => {
  const there = ratios.filter((ratio) => ratio !== undefined)
  return there.length === 0 ? undefined : geometricMean(there)
}
