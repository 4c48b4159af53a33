import { METER_VERSION } from "../src/fuel/meter/MeteredModule.ts"
import type { Compiled } from "../src/runtime/Compiled.ts"
import { policyKey, type RunPolicy } from "../src/runtime/RunPolicy.ts"

/**
 * The modules that were compiled, by hash and policy, the least recently fired one leaving first.
 *
 * Plain and synchronous: the key decides everything, so two firings that compile the same module at once only
 * do the same work twice.
 */
export class ModuleCache {
  readonly #entries = new Map<string, CachedModule>()
  readonly #modulesMax: number
  readonly #bytesMax: number
  #bytes = 0

  constructor(bound: { readonly modulesMax: number; readonly bytesMax: number } = MODULE_CACHE_BOUND) {
    this.#modulesMax = bound.modulesMax
    this.#bytesMax = bound.bytesMax
  }

  get(key: string): CachedModule | undefined {
    const module = this.#entries.get(key)
    if (module === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, module)
    return module
  }

  set(key: string, module: CachedModule): void {
    this.#remove(key)
    if (weight(module) > this.#bytesMax) return
    this.#entries.set(key, module)
    this.#bytes += weight(module)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#modulesMax && this.#bytes <= this.#bytesMax) return
      this.#remove(oldest)
    }
  }

  get size(): number {
    return this.#entries.size
  }

  #remove(key: string): void {
    const module = this.#entries.get(key)
    if (module === undefined) return
    this.#bytes -= weight(module)
    this.#entries.delete(key)
  }
}

/**
 * What a module is cached under: itself, the version of the meter in its code, the bounds that it was held to, and
 * whether its instances can be used again.
 */
export const moduleKey = (hash: string, policy: RunPolicy, build: "one" | "pool" = "one"): string =>
  `${hash} ${METER_VERSION} ${build} ${policyKey(policy)}`

/** A compiled module with the bytes that it was made of: a caller's own buffer may have changed by the next crash. */
export interface CachedModule {
  readonly compiled: Compiled
  readonly bytes: Uint8Array
}

const weight = ({ compiled, bytes }: CachedModule): number => compiled.meteredBytes + bytes.length

/** Bytes are those of the files, before and after metering; V8's code for them is a few times as large. */
export const MODULE_CACHE_BOUND = { modulesMax: 256, bytesMax: 2 ** 28 }
