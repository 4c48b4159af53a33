/**
 * What is made of many times of one thing.
 *
 * A shared machine only ever adds time, so the minimum is what the work takes; the median says what it took while
 * others worked too. Ratios are averaged by their geometric mean: 2 and 1/2 are 1 together.
 */

/** Infinity of none. */
export const minimum = (values: ReadonlyArray<number>): number => Math.min(...values)

/** Of an even number, the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const below = sorted[(sorted.length - 1) >> 1] ?? Number.NaN
  const above = sorted[sorted.length >> 1] ?? Number.NaN
  return (below + above) / 2
}

/** NaN of none. */
export const geometricMean = (ratios: ReadonlyArray<number>): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)
