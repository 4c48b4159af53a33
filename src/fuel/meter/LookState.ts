import { widened } from "./widened.ts"

/**
 * What is known at one place of how far control has gone without a look at the counter, on any way to there, and
 * what comes to each label that is open.
 */

/** The most that may be charged in one function between two looks at the counter. */
export const UNCHECKED_MAX = 4096

/** The most that can have been charged, since a look, when a loop that need not look is entered again. */
export const CARRIED_MAX = 1024

export class LookState {
  /** The most charged since a look. */
  unchecked = 0
  /** The most charged since the entry without any look, -1 where there was one on every way. */
  early = -1
  /** How many of the open loops have looked since their header, on every way. */
  looked = 0
  /** How many loops are open. */
  loops = 0
  live = true
  depth = 0
  #rows = new Int32Array(64 * ROW)
  readonly #mustLook: (loop: number) => void
  readonly #leaves: () => void

  /** `mustLook` is told of a loop with a way round on which nothing looks, `leaves` of a way out of the function. */
  constructor(mustLook: (loop: number) => void, leaves: () => void) {
    this.#mustLook = mustLook
    this.#leaves = leaves
  }

  /** Begins a function; `early` where its entry does not look. */
  begin(early: boolean): void {
    this.unchecked = 0
    this.early = early ? 0 : -1
    this.looked = 0
    this.loops = 0
    this.live = true
    this.depth = 0
    this.open(-1)
  }

  look(): void {
    this.unchecked = 0
    this.early = -1
    this.looked = this.loops
  }

  /** What was charged before an exception came is anybody's guess, so look soon. */
  unknown(): void {
    this.unchecked = UNCHECKED_MAX
    this.looked = 0
    this.live = true
  }

  closeLoop(): void {
    this.loops--
    this.looked = Math.min(this.looked, this.loops)
    this.depth--
  }

  /** Goes on behind a label, with what came to it; `targeted` where something may that was not seen coming. */
  close(targeted: boolean): void {
    const row = --this.depth * ROW
    this.live = this.#rows[row + REACHED] === 1 || targeted
    this.unchecked = this.#rows[row + UNCHECKED] ?? 0
    this.early = this.#rows[row + EARLY] ?? -1
    this.looked = Math.min(this.#rows[row + LOOKED] ?? 0, this.loops)
  }

  open(loop: number): void {
    const row = this.depth++ * ROW
    if (row === this.#rows.length) this.#rows = widened(this.#rows, this.#rows.length * 2)
    this.#rows[row + REACHED] = 0
    this.#rows[row + UNCHECKED] = 0
    this.#rows[row + EARLY] = -1
    this.#rows[row + LOOKED] = 0x7fffffff
    this.#rows[row + LOOP_EVENT] = loop
    this.#rows[row + LOOP_NUMBER] = this.loops + 1
    this.#rows[row + TABLE_TO] = NO_TABLE
    this.#rows[row + TABLE_UNCHECKED] = 0
    this.#rows[row + TABLE_EARLY] = -1
    this.#rows[row + TABLE_LOOKED] = NO_TABLE
  }

  /** Notes what comes to a label. A loop that it comes back to must have looked since its header. */
  join(label: number): void {
    if (!this.live || label >= this.depth) return
    const row = (this.depth - 1 - label) * ROW
    const rows = this.#rows
    const loop = rows[row + LOOP_EVENT] ?? -1
    if (loop >= 0) {
      if (this.looked < (rows[row + LOOP_NUMBER] ?? 0) || this.unchecked > CARRIED_MAX) this.#mustLook(loop)
      return
    }
    rows[row + REACHED] = 1
    rows[row + UNCHECKED] = Math.max(rows[row + UNCHECKED] ?? 0, this.unchecked)
    rows[row + EARLY] = Math.max(rows[row + EARLY] ?? -1, this.early)
    rows[row + LOOKED] = Math.min(rows[row + LOOKED] ?? 0, this.looked)
    if (row === 0) this.#leaves()
  }

  /** Notes a branch to some of the labels from `outermost` inwards: which ones, is asked when each is closed. */
  table(outermost: number): void {
    const rows = this.#rows
    const row = (this.depth - 1) * ROW
    rows[row + TABLE_TO] = Math.min(rows[row + TABLE_TO] ?? 0, outermost)
    rows[row + TABLE_UNCHECKED] = Math.max(rows[row + TABLE_UNCHECKED] ?? 0, this.unchecked)
    rows[row + TABLE_EARLY] = Math.max(rows[row + TABLE_EARLY] ?? -1, this.early)
    rows[row + TABLE_LOOKED] = Math.min(rows[row + TABLE_LOOKED] ?? 0, this.looked)
  }

  /** Brings what the tables inside the label brought to it, and takes it on to the label around. */
  joinTables(): void {
    const rows = this.#rows
    const at = this.depth - 1
    const row = at * ROW
    const to = rows[row + TABLE_TO] ?? NO_TABLE
    if (to === NO_TABLE) return
    const { unchecked, early, looked, live } = this
    this.unchecked = rows[row + TABLE_UNCHECKED] ?? 0
    this.early = rows[row + TABLE_EARLY] ?? -1
    this.looked = rows[row + TABLE_LOOKED] ?? 0
    this.live = true
    this.join(0)
    if (to < at) {
      this.depth--
      this.table(to)
      this.depth++
    }
    this.unchecked = unchecked
    this.early = early
    this.looked = looked
    this.live = live
  }

  save(): void {
    const row = (this.depth - 1) * ROW
    this.#rows[row + IF_UNCHECKED] = this.unchecked
    this.#rows[row + IF_EARLY] = this.early
    this.#rows[row + IF_LOOKED] = this.looked
  }

  restore(): void {
    const row = (this.depth - 1) * ROW
    this.unchecked = this.#rows[row + IF_UNCHECKED] ?? 0
    this.early = this.#rows[row + IF_EARLY] ?? -1
    this.looked = this.#rows[row + IF_LOOKED] ?? 0
    this.live = true
  }
}

// A row of the label stack.
const REACHED = 0
const UNCHECKED = 1
const EARLY = 2
const LOOKED = 3
const LOOP_EVENT = 4
const LOOP_NUMBER = 5
const IF_UNCHECKED = 6
const IF_EARLY = 7
const IF_LOOKED = 8
// What tables brought, and the outermost label that they name.
const TABLE_TO = 9
const TABLE_UNCHECKED = 10
const TABLE_EARLY = 11
const TABLE_LOOKED = 12
const ROW = 13
const NO_TABLE = 0x7fffffff
