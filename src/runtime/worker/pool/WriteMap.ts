import { GRANULE_BITS, GRANULE_BYTES, WRITE_BEYOND_BYTES } from "../../../fuel/meter/writeMap.ts"

/**
 * What a guest has written, as the meter notes it: a byte for each granule of its memory; see `writeMap.ts` there.
 *
 * A store marks the granule in which it begins, so that what it wrote can lie some bytes beyond.
 */
export class WriteMap {
  readonly #marks: Uint8Array
  readonly #words: Uint32Array

  /** @param bytes of the memory that is looked after */
  constructor(map: WebAssembly.Memory, bytes: number) {
    const granules = Math.ceil(bytes / GRANULE_BYTES)
    this.#marks = new Uint8Array(map.buffer, 0, granules)
    // A page of memory has 16 granules, so that they come in words.
    this.#words = new Uint32Array(map.buffer, 0, granules / 4)
  }

  /** What the host has written. */
  mark(offset: number, length: number): void {
    if (length > 0) this.#marks.fill(1, offset >>> GRANULE_BITS, ((offset + length - 1) >>> GRANULE_BITS) + 1)
  }

  /** Forgets everything, and tells first where something may have been written. */
  take(each: (start: number, end: number) => void): void {
    const words = this.#words
    const marks = this.#marks
    for (let word = 0; word < words.length; word++) {
      if (words[word] === 0) continue
      for (let granule = word * 4; granule < word * 4 + 4; granule++)
        if (marks[granule] !== 0) {
          const start = granule << GRANULE_BITS
          each(start, start + GRANULE_BYTES + WRITE_BEYOND_BYTES)
        }
      words[word] = 0
    }
  }
}
