import { WriteMap } from "./WriteMap.ts"

/**
 * What one memory held when its instance was made, as the runs of it that are not zero, and how it is put back.
 *
 * ```
 *   zeros ………… run ……… zeros … run … zeros        zeros are filled in, which takes half as long as copying them
 * ```
 * A module has its data in a few places, so there are a few runs; ones that lie near each other are one.
 */
export interface MemoryImage {
  /** A memory that grew stays so, whatever is written into it. */
  readonly hasGrown: boolean
  readonly restore: () => void
  /** Fills all of it with zeros, for an instance that puts its data there itself. */
  readonly clear: () => void
  /** What a host function has written. */
  readonly noteWrite: (offset: number, length: number) => void
  /** The first byte that is another than it was. */
  readonly differsAt: () => number | undefined
}

/** @param writes where the guest's writes are noted, if they are */
export const makeImage = (memory: WebAssembly.Memory, writes?: WebAssembly.Memory): MemoryImage =>
  new Runs(memory, writes === undefined ? undefined : new WriteMap(writes, memory.buffer.byteLength))

/** Zeros between two runs that are copied rather than filled: one call takes as long as copying so many. */
const GAP_BYTES = 4_096

class Runs implements MemoryImage {
  readonly #memory: WebAssembly.Memory
  readonly #buffer: ArrayBufferLike
  readonly #bytes: Uint8Array
  readonly #runs: ReadonlyArray<Run>
  readonly #writes: WriteMap | undefined

  constructor(memory: WebAssembly.Memory, writes: WriteMap | undefined) {
    this.#writes = writes
    // What was noted until now is part of the image.
    writes?.take(() => undefined)
    this.#memory = memory
    this.#buffer = memory.buffer
    this.#bytes = new Uint8Array(memory.buffer)
    this.#runs = runsOf(this.#bytes)
  }

  get hasGrown(): boolean {
    return this.#memory.buffer !== this.#buffer
  }

  restore(): void {
    if (this.#writes === undefined) this.#put(0, this.#bytes.length)
    else this.#writes.take((start, end) => this.#put(start, Math.min(end, this.#bytes.length)))
  }

  clear(): void {
    this.#bytes.fill(0)
  }

  noteWrite(offset: number, length: number): void {
    this.#writes?.mark(offset, length)
  }

  /** Puts back what lay between the two. */
  #put(from: number, to: number): void {
    const bytes = this.#bytes
    let at = from
    for (let i = this.#firstAfter(from); i < this.#runs.length; i++) {
      const { start, content } = this.#runs[i] ?? NO_RUN
      if (start >= to) break
      if (start > at) bytes.fill(0, at, start)
      const end = Math.min(to, start + content.length)
      const first = Math.max(from, start)
      bytes.set(
        first === start && end === start + content.length
          ? content
          : content.subarray(first - start, end - start),
        first
      )
      at = end
    }
    if (at < to) bytes.fill(0, at, to)
  }

  /** The first run that ends after `offset`; there may be thousands. */
  #firstAfter(offset: number): number {
    let low = 0
    let high = this.#runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const { start, content } = this.#runs[middle] ?? NO_RUN
      if (start + content.length <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  differsAt(): number | undefined {
    const bytes = this.#bytes
    let at = 0
    for (const { start, content } of this.#runs) {
      const zeros = firstNonZero(bytes, at, start)
      if (zeros < start) return zeros
      const own = bytes.subarray(start, start + content.length)
      if (Buffer.compare(own, content) !== 0) return start + own.findIndex((byte, i) => byte !== content[i])
      at = start + content.length
    }
    const zeros = firstNonZero(bytes, at, bytes.length)
    return zeros < bytes.length ? zeros : undefined
  }
}

interface Run {
  readonly start: number
  readonly content: Uint8Array
}

const NO_RUN: Run = { start: 0, content: new Uint8Array(0) }

const runsOf = (bytes: Uint8Array): ReadonlyArray<Run> => {
  const runs: Array<Run> = []
  let at = firstNonZero(bytes, 0, bytes.length)
  while (at < bytes.length) {
    const start = at
    let end = start
    // As far as the next piece of data is near.
    while (at < bytes.length && at - end <= GAP_BYTES) {
      end = Math.min(bytes.length, at + BLOCK_BYTES)
      at = firstNonZero(bytes, end, bytes.length)
    }
    runs.push({ start, content: bytes.slice(start, end) })
  }
  return runs
}

const BLOCK_BYTES = 64
const ZEROS = new Uint8Array(65_536)

/** *Returns* `end` where there is none. */
const firstNonZero = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start
  while (at < end) {
    const length = Math.min(ZEROS.length, end - at)
    if (Buffer.compare(bytes.subarray(at, at + length), ZEROS.subarray(0, length)) !== 0) break
    at += length
  }
  while (at < end && bytes[at] === 0) at++
  return at
}
