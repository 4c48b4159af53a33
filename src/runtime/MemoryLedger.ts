/**
 * The WebAssembly memories that a process has, in all its threads: how many, and how many pages of them are committed.
 *
 * ```
 *   int32 0   memories that there may be        int32 2 + 2r   memories of row r
 *   int32 1   pages that there may be           int32 3 + 2r   pages of row r
 * ```
 * V8 bounds neither where it could be asked: it reserves 8 GiB of addresses for each memory, whatever its size, and at
 * some 16,000 of them an instance fails for want of memory. A memory counts until the collector has let it go. Each
 * thread has a row of its own, which is emptied when the thread is no more.
 */
export class MemoryLedger {
  readonly buffer: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #row: number

  /** A ledger of its own, or the row of a thread in another's. */
  constructor(buffer?: SharedArrayBuffer, row = 0) {
    this.buffer = buffer ?? new SharedArrayBuffer(4 * (HEADER + 2 * ROWS_MAX))
    this.#words = new Int32Array(this.buffer)
    this.#row = row
    if (buffer === undefined) this.bound(MEMORIES_DEFAULT_MAX, PAGES_DEFAULT_MAX)
  }

  /** Says how much there may be from now on. */
  bound(memories: number, pages: number): void {
    Atomics.store(this.#words, MEMORIES_BOUND, memories)
    Atomics.store(this.#words, PAGES_BOUND, Math.min(pages, 2 ** 31 - 1))
  }

  /** *Returns* which bound so many more would be over, `undefined` when there is room. */
  over(memories: number, pages: number): OverMemory | undefined {
    const held = this.held
    const memoriesMax = Atomics.load(this.#words, MEMORIES_BOUND)
    const pagesMax = Atomics.load(this.#words, PAGES_BOUND)
    if (memories > 0 && held.memories + memories > memoriesMax)
      return { limit: "memoriesMax", bound: memoriesMax, value: held.memories + memories }
    if (held.pages + pages > pagesMax)
      return { limit: "memoryMbMax", bound: mb(pagesMax), value: mb(held.pages + pages) }
    return undefined
  }

  /** Adds to this row; less than nothing takes away. */
  add(memories: number, pages: number): void {
    Atomics.add(this.#words, HEADER + 2 * this.#row, memories)
    Atomics.add(this.#words, HEADER + 2 * this.#row + 1, pages)
  }

  /** Of all rows. */
  get held(): { readonly memories: number; readonly pages: number } {
    let memories = 0
    let pages = 0
    for (let at = HEADER; at < HEADER + 2 * ROWS_MAX; at += 2) {
      memories += this.#words[at] ?? 0
      pages += this.#words[at + 1] ?? 0
    }
    return { memories, pages }
  }

  /** Of this row. */
  get own(): number {
    return Atomics.load(this.#words, HEADER + 2 * this.#row)
  }

  /** The thread of that row is no more, and its memories with it. */
  empty(row: number): void {
    Atomics.store(this.#words, HEADER + 2 * row, 0)
    Atomics.store(this.#words, HEADER + 2 * row + 1, 0)
  }
}

export interface OverMemory {
  readonly limit: "memoriesMax" | "memoryMbMax"
  readonly bound: number
  readonly value: number
}

const MEMORIES_BOUND = 0
const PAGES_BOUND = 1
const HEADER = 2
/** Threads that guests have, and the one that made them. */
export const ROWS_MAX = 1_025
const mb = (pages: number): number => Math.ceil(pages / 16)

/** V8 has room for 16,347 in a process (measured); the rest is for those that are not guests'. */
export const MEMORIES_DEFAULT_MAX = 15_000
/** As many as can be counted: 128 TiB. */
const PAGES_DEFAULT_MAX = 2 ** 31 - 1
