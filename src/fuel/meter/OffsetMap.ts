/**
 * Which byte of a metered function came from which byte of the guest's: as the pieces that were copied.
 *
 * It is not kept for running modules. Rewriting the one function that is asked about, again and with a map,
 * gives the same bytes, and only a failure asks.
 */
export class OffsetMap {
  readonly #metered: Array<number> = []
  readonly #original: Array<number> = []
  readonly #ends: Array<number> = []

  /** Notes that the original's bytes from `start` to `end` went to `at`. */
  copied(at: number, start: number, end: number): void {
    this.#metered.push(at)
    this.#original.push(start)
    this.#ends.push(end)
  }

  /**
   * The original offset of a metered one.
   *
   * *Returns* for a byte that the meter added the offset of what it was put before or in place of.
   */
  toOriginal(metered: number): number | undefined {
    let low = 0
    let high = this.#metered.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#metered[middle] ?? 0) <= metered) low = middle + 1
      else high = middle
    }
    const start = this.#original[low - 1]
    if (start === undefined) return this.#original[0]
    const end = this.#ends[low - 1] ?? start
    return Math.min(start + metered - (this.#metered[low - 1] ?? 0), end)
  }

  /** The metered offset at which an original byte now stands, `undefined` for one that was left out. */
  toMetered(original: number): number | undefined {
    let low = 0
    let high = this.#original.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#original[middle] ?? 0) <= original) low = middle + 1
      else high = middle
    }
    const start = this.#original[low - 1]
    const end = this.#ends[low - 1] ?? 0
    // What was replaced stands where its replacement does; what cannot be reached was left out.
    if (start === undefined || (original >= end && original > start)) return undefined
    return (this.#metered[low - 1] ?? 0) + original - start
  }
}
