/**
 * Keeps the depth that metered instances count true across the border to JavaScript.
 *
 * A metered function sets the depth global before a call and nobody sets it back after one, so when an outermost
 * call has returned, the global holds what the last caller down there wrote: an entry that began from that would
 * find less and less stack. The rule here: **a call from JavaScript leaves the globals as it found them.** Before
 * the first entry that is all of the allowance, inside an import it is what its caller had left; so an entry from
 * outside starts from the top and one that re-enters goes on from where it is, and nobody has to tell them apart.
 *
 * Every function that crosses to JavaScript is wrapped for that, once, and unwrapped where it goes back into a
 * table, so what is the same function stays the same function. A reference that crosses as an argument or in a
 * global is not seen; none of the packages does that.
 *
 * Two instances that share a table call each other with no JavaScript between, and there nothing restores the
 * depth of the one that was called: each such call uses up its frame. Those get an allowance of 2^30, and all of it
 * again whenever any of them refills: the one whose loop makes the calls does so once in 2^20 units at most, and a
 * frame that is running keeps its own depth in a local. There V8's own stack is the limit, as without a meter.
 */
export class DepthKeeper {
  readonly #counters: Array<DepthCounter> = []
  readonly #countersOfTable = new WeakMap<WebAssembly.Table, Array<DepthCounter>>()
  readonly #wrapperOf = new WeakMap<Callable, Callable>()
  readonly #rawOf = new WeakMap<Callable, Callable>()

  /** Takes in an instance that counts depth, before any of its code runs. */
  add(global: WebAssembly.Global<"i32">, tables: Iterable<WebAssembly.Table>): void {
    const counter = { global, drifts: false }
    this.#counters.push(counter)
    for (const table of tables) {
      const sharing = this.#countersOfTable.get(table) ?? []
      sharing.push(counter)
      this.#countersOfTable.set(table, sharing)
      if (sharing.length > 1) for (const one of sharing) one.drifts = true
    }
    this.renew()
  }

  /** At a refill: gives those that drift all of their allowance again. */
  renew(): void {
    for (const { drifts, global } of this.#counters) if (drifts) global.value = DRIFTING_SLOTS
  }

  /** What JavaScript gets to see of a function of an instance; the same for the same function. */
  wrap(raw: Callable): Callable {
    if (this.#rawOf.has(raw)) return raw
    const known = this.#wrapperOf.get(raw)
    if (known !== undefined) return known
    const counters = this.#counters
    const wrapper = (...args: ReadonlyArray<unknown>): unknown => {
      const before = counters.map(({ global }) => global.value)
      try {
        return raw(...args)
      } finally {
        for (const [i, value] of before.entries()) restore(counters[i], value)
      }
    }
    Object.defineProperties(wrapper, { name: { value: raw.name }, length: { value: raw.length } })
    this.#wrapperOf.set(raw, wrapper)
    this.#rawOf.set(wrapper, raw)
    return wrapper
  }

  /** The function that a table takes. */
  unwrap<A>(value: A): A {
    // The cast: what is looked up under a function is that function's original, of the same type to its user.
    return typeof value === "function" ? ((this.#rawOf.get(value as Callable) ?? value) as A) : value
  }
}

interface DepthCounter {
  readonly global: WebAssembly.Global<"i32">
  /** Whether other instances share a table with this one, so that its depth drifts. */
  drifts: boolean
}

const DRIFTING_SLOTS = 2 ** 30

export type Callable = (...args: ReadonlyArray<unknown>) => unknown

const restore = (counter: DepthCounter | undefined, before: number): void => {
  // It may have begun to drift inside the call.
  if (counter !== undefined) counter.global.value = counter.drifts ? DRIFTING_SLOTS : before
}
