import type { Compiled } from "../src/runtime/Compiled.ts"

/**
 * The modules that were compiled, by hash and policy, the least recently fired one leaving first.
 *
 * Plain and synchronous: the key decides everything, so two firings that compile the same module at once only
 * do the same work twice.
 */
export class ModuleCache {
  readonly #entries = new Map<string, Compiled>()
  readonly #modulesMax: number
  readonly #bytesMax: number
  #bytes = 0

  constructor(bound: { readonly modulesMax: number; readonly bytesMax: number } = MODULE_CACHE_BOUND) {
    this.#modulesMax = bound.modulesMax
    this.#bytesMax = bound.bytesMax
  }

  get(key: string): Compiled | undefined {
    const compiled = this.#entries.get(key)
    if (compiled === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, compiled)
    return compiled
  }

  set(key: string, compiled: Compiled): void {
    this.#remove(key)
    if (compiled.meteredBytes > this.#bytesMax) return
    this.#entries.set(key, compiled)
    this.#bytes += compiled.meteredBytes
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#modulesMax && this.#bytes <= this.#bytesMax) return
      this.#remove(oldest)
    }
  }

  get size(): number {
    return this.#entries.size
  }

  #remove(key: string): void {
    const compiled = this.#entries.get(key)
    if (compiled === undefined) return
    this.#bytes -= compiled.meteredBytes
    this.#entries.delete(key)
  }
}

/** Bytes are those of the metered files; V8's code for them is a few times as large. */
export const MODULE_CACHE_BOUND = { modulesMax: 256, bytesMax: 2 ** 28 }
