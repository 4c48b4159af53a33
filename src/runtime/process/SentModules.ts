import type { ToChild } from "../worker/childMessages.ts"

/**
 * Which modules a child has, each sent once; the least recently fired one is forgotten first.
 *
 * Known by the buffer that holds them: whoever keeps a compiled module keeps its bytes with it. The child has no
 * say in it, so that what it keeps is bounded here.
 */
export class SentModules {
  readonly #send: (told: ToChild) => void
  readonly #numbers = new WeakMap<Uint8Array, number>()
  /** By number, the least recently fired first: how many bytes. */
  readonly #kept = new Map<number, number>()
  #numbered = 0
  #bytes = 0

  constructor(send: (told: ToChild) => void) {
    this.#send = send
  }

  /** *Returns* the number under which the child has the module from now on. */
  send(bytes: Uint8Array): number {
    const known = this.#numbers.get(bytes)
    if (known !== undefined && this.#kept.delete(known)) {
      this.#kept.set(known, bytes.length)
      return known
    }
    const module = ++this.#numbered
    this.#numbers.set(bytes, module)
    this.#kept.set(module, bytes.length)
    this.#bytes += bytes.length
    this.#send({ kind: "module", module, bytes })
    for (const [oldest, size] of this.#kept) {
      if ((this.#kept.size <= MODULES_MAX && this.#bytes <= BYTES_MAX) || oldest === module) break
      this.#kept.delete(oldest)
      this.#bytes -= size
      this.#send({ kind: "forget", module: oldest })
    }
    return module
  }
}

/** As many as are kept compiled in threads; the largest one is always kept while it is the last. */
const MODULES_MAX = 256
const BYTES_MAX = 2 ** 27
