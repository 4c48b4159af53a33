/**
 * Which modules a thread or a process has, so that each is sent once; the least recently fired one is forgotten first.
 *
 * A firing names its module by a number: an instance that stays would else keep a copy of its own, and a small
 * firing's message would be mostly that. The other side has no say in it, so that what it keeps is bounded here, and
 * this side keeps none of them alive.
 */
export class SentModules<Module extends object> {
  readonly #numbers = new WeakMap<Module, number>()
  /** By number, the least recently fired first: how many bytes. */
  readonly #kept = new Map<number, number>()
  #numbered = 0
  #bytes = 0

  /** *Returns* the number under which the other side has the module, once it has done as told. */
  send(module: Module, bytes: number): Sent {
    const known = this.#numbers.get(module)
    if (known !== undefined && this.#kept.delete(known)) {
      this.#kept.set(known, bytes)
      return { number: known, isNew: false, forget: [] }
    }
    const number = ++this.#numbered
    this.#numbers.set(module, number)
    this.#kept.set(number, bytes)
    this.#bytes += bytes
    const forget: Array<number> = []
    for (const [oldest, size] of this.#kept) {
      if ((this.#kept.size <= MODULES_MAX && this.#bytes <= BYTES_MAX) || oldest === number) break
      this.#kept.delete(oldest)
      this.#bytes -= size
      forget.push(oldest)
    }
    return { number, isNew: true, forget }
  }
}

export interface Sent {
  readonly number: number
  /** Whether the module itself has to go with it. */
  readonly isNew: boolean
  /** Numbers that will not be named again. */
  readonly forget: ReadonlyArray<number>
}

/** As many as the cache of all of them has; the largest one is always kept while it is the last. */
export const MODULES_MAX = 256
export const BYTES_MAX = 2 ** 27
