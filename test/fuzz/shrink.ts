/**
 * Makes a failing list of numbers smaller while it fails: shorter first, then with more zeros in it.
 *
 * Why not fast-check's own shrinking? It tries every number's every half, thousands of modules of 10 ms each;
 * here a `Tape` that ends is all zeros, so cutting and zeroing whole stretches goes most of the way.
 */
const TRIES_MAX = 1500

export const shrink = (
  numbers: ReadonlyArray<number>,
  fails: (numbers: ReadonlyArray<number>) => boolean
): ReadonlyArray<number> => {
  let best = numbers
  let tries = 0
  const attempt = (candidate: ReadonlyArray<number>): boolean => {
    if (tries >= TRIES_MAX || String(candidate) === String(best)) return false
    tries++
    if (!fails(candidate)) return false
    best = candidate
    return true
  }
  for (let before = -1; before !== tries && tries < TRIES_MAX; ) {
    const size = String(best)
    for (let length = best.length; length >= 1; length = Math.floor(length / 2)) {
      for (let at = 0; at < best.length; at += length) {
        const rest = best.slice(at + length)
        if (!attempt([...best.slice(0, at), ...rest]))
          attempt([...best.slice(0, at), ...best.slice(at, at + length).map(() => 0), ...rest])
      }
    }
    before = String(best) === size ? tries : -1
  }
  for (let i = 0; i < best.length; i++) {
    // The choices are remainders: a small number that does the same says more.
    for (const smaller of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])
      if (smaller < (best[i] ?? 0) && attempt(best.with(i, smaller))) break
  }
  return best
}
