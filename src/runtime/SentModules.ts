import type { Compiled } from "./Compiled.ts"

/**
 * What was sent to a thread of compiled modules, so that each crosses once: an instance that stays would else keep a
 * copy of its own, and a small firing's message would be mostly that.
 *
 * The thread keeps what it is sent until it is told to forget it; both count the same, in the order of sending.
 */
export class SentModules {
  readonly #numbers = new Map<Compiled, number>()
  #next = 0

  /** What to put into a message for a firing of the module. */
  message(compiled: Compiled): ModuleMessage {
    const known = this.#numbers.get(compiled)
    if (known !== undefined) return { number: known, compiled: undefined, forget: undefined }
    const number = this.#next++
    this.#numbers.set(compiled, number)
    if (this.#numbers.size <= MODULES_KEPT_MAX) return { number, compiled, forget: undefined }
    for (const [oldest, forget] of this.#numbers) {
      this.#numbers.delete(oldest)
      return { number, compiled, forget }
    }
    return { number, compiled, forget: undefined }
  }
}

export interface ModuleMessage {
  readonly number: number
  /** Present the first time. */
  readonly compiled: Compiled | undefined
  /** The number of one that will not be named again. */
  readonly forget: number | undefined
}

/** Modules that a thread keeps; the cache of all of them has as many. */
const MODULES_KEPT_MAX = 256
