/** Chance out of a seed: the same numbers in 0..1 for the same seed, on every machine. */
export const chanceOf = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    // An xorshift whose result is mixed by a multiplication; zero is the one state that it cannot leave.
    state = state === 0 ? 0x9e3779b9 : state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (Math.imul(state, 0x2545f491) >>> 0) / 2 ** 32
  }
}

/** The items in another order. */
export const shuffled = <A>(items: ReadonlyArray<A>, chance: () => number): ReadonlyArray<A> => {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(chance() * (i + 1))
    // The casts: both indices are within.
    ;[order[i], order[j]] = [order[j] as A, order[i] as A]
  }
  return order
}
