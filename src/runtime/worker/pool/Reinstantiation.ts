import type { Restorable } from "../Engine.ts"
import { type MemoryImage, makeImage } from "./MemoryImage.ts"

/**
 * An instance followed by a new one over its memories, which the module imports: globals, tables and segments come back
 * with it, and the memories need only be cleared.
 */
export class Reinstantiation implements Restorable {
  readonly #images: ReadonlyArray<MemoryImage>
  readonly #makeAgain: () => void

  /** @param makeAgain makes the next instance over the same memories */
  constructor(memories: ReadonlyArray<WebAssembly.Memory>, makeAgain: () => void) {
    this.#images = memories.map((memory) => makeImage(memory))
    this.#makeAgain = makeAgain
  }

  restore(): boolean {
    if (this.#images.some(({ hasGrown }) => hasGrown)) return false
    for (const image of this.#images) image.clear()
    try {
      this.#makeAgain()
      return true
    } catch {
      // The engine has no room for one now, which is nothing that the firing has to do with.
      return false
    }
  }

  difference(): string | undefined {
    for (const [index, image] of this.#images.entries()) {
      const at = image.differsAt()
      if (at !== undefined) return `memory ${index} differs at ${at}`
    }
    return undefined
  }
}
