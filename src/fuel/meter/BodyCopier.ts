import type { CodeBuffer } from "./CodeBuffer.ts"
import type { OffsetMap } from "./OffsetMap.ts"
import type { WriteMarker } from "./WriteMarker.ts"
import type { SitesOfFunction } from "./WriteSites.ts"

/**
 * Takes a body over piece by piece: what was copied, what something else stands for, what was left out; and, where
 * writes are tracked, puts their marks in between, behind whatever else stands at the same place.
 */
export class BodyCopier {
  readonly #out: CodeBuffer
  readonly #source: Uint8Array
  #from = 0
  #start = 0
  #map: OffsetMap | undefined
  readonly #marker: WriteMarker | undefined

  constructor(out: CodeBuffer, source: Uint8Array, marker?: WriteMarker) {
    this.#out = out
    this.#source = source
    this.#marker = marker
  }

  /** Begins at an offset of the source a body that begins at `start`, and notes in `map` which byte came from where. */
  begin(
    from: number,
    start: number,
    map: OffsetMap | undefined,
    sites: SitesOfFunction,
    markLocals: ReadonlyArray<number>
  ): void {
    this.#marker?.begin(sites, markLocals)
    this.#from = from
    this.#start = start
    this.#map = map
  }

  /** Copies up to an offset. */
  upTo(offset: number): void {
    if (this.#marker !== undefined) this.#markBefore(this.#marker, offset)
    this.#copy(offset)
  }

  #copy(offset: number): void {
    if (offset <= this.#from) return
    this.#map?.copied(this.#out.at - this.#start, this.#from, offset)
    this.#out.copy(this.#source, this.#from, offset)
    this.#from = offset
  }

  /** Copies up to `at`; what is written next stands for what the source has up to `after`. */
  replace(at: number, after: number): void {
    this.upTo(at)
    if (this.#marker !== undefined) this.#markBefore(this.#marker, after)
    this.#map?.copied(this.#out.at - this.#start, this.#from, this.#from)
    this.#from = after
  }

  #markBefore(marker: WriteMarker, offset: number): void {
    while (marker.at < offset) {
      this.#copy(marker.at)
      marker.mark()
    }
  }

  /** Copies up to `after` and leaves out the rest up to `next`. */
  dropTo(after: number, next: number): void {
    this.upTo(after)
    this.#from = next
  }
}
