import type { CodeBuffer } from "./CodeBuffer.ts"
import type { OffsetMap } from "./OffsetMap.ts"

/** Takes a body over piece by piece: what was copied, what something else stands for, what was left out. */
export class BodyCopier {
  readonly #out: CodeBuffer
  readonly #source: Uint8Array
  #from = 0
  #start = 0
  #map: OffsetMap | undefined

  constructor(out: CodeBuffer, source: Uint8Array) {
    this.#out = out
    this.#source = source
  }

  /** Begins at an offset of the source a body that begins at `start`, and notes in `map` which byte came from where. */
  begin(from: number, start: number, map: OffsetMap | undefined): void {
    this.#from = from
    this.#start = start
    this.#map = map
  }

  /** Copies up to an offset. */
  upTo(offset: number): void {
    if (offset <= this.#from) return
    this.#map?.copied(this.#out.at - this.#start, this.#from, offset)
    this.#out.copy(this.#source, this.#from, offset)
    this.#from = offset
  }

  /** Copies up to `at`; what is written next stands for what the source has up to `after`. */
  replace(at: number, after: number): void {
    this.upTo(at)
    this.#map?.copied(this.#out.at - this.#start, this.#from, this.#from)
    this.#from = after
  }

  /** Copies up to `after` and leaves out the rest up to `next`. */
  dropTo(after: number, next: number): void {
    this.upTo(after)
    this.#from = next
  }
}
