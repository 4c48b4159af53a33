/**
 * How messages lie on the channel between a process and its child: text, and the bytes that belong to it.
 *
 * ```
 *   u32 textBytes   u32 parts   f64 × parts: bytes of each   text, UTF-8   parts, one after the other
 * ```
 * Every length is checked against a bound before anything is allocated for it, so that whoever writes into the
 * channel cannot take more memory than the reader expected to give.
 */
export interface Frame {
  readonly text: string
  readonly parts: ReadonlyArray<Uint8Array<ArrayBuffer>>
}

export interface FrameBounds {
  /** Asked at each frame, as is the next one. */
  readonly textBytesMax: () => number
  readonly partsMax: number
  /** Bytes of all parts together. */
  readonly partBytesMax: () => number
  /** Marks of the text that begin a value; see {@link VALUES_MAX}. */
  readonly valuesMax: number
}

/** Texts are reports and requests; the longest are the names of a module's exports. */
export const TEXT_BYTES_MAX = 2 ** 25
/** A part is a memory, a table, or what one host function wrote. */
export const PARTS_MAX = 2 ** 17
/**
 * Commas and opening brackets of a text, those in its strings as well: a value of JSON takes one, an object two.
 * Two bytes of text make an object of sixty; measured: 32 MiB of them were 3.4 GB and 7.6 s, as many as these 0.4 and 1.
 */
export const VALUES_MAX = 2 ** 22

/** *Returns* why a frame is larger than its reader bears, whatever its characters take in UTF-8. */
export const tooLarge = ({ text, parts }: Frame): string | undefined => {
  if (parts.length > PARTS_MAX) return over("parts", PARTS_MAX, parts.length)
  const charactersMax = Math.floor(TEXT_BYTES_MAX / 3)
  if (text.length > charactersMax) return over("characters", charactersMax, text.length)
  if (text.length <= VALUES_MAX) return undefined
  let values = 0
  for (let i = 0; i < text.length; i++) if (beginsValue(text.charCodeAt(i))) values++
  return values > VALUES_MAX ? over("values", VALUES_MAX, values) : undefined
}

const beginsValue = (character: number | undefined): boolean =>
  character === 0x2c || character === 0x5b || character === 0x7b

/** *Returns* what is to be written, in order; the parts are not copied. */
export const encodeFrame = ({ text, parts }: Frame): ReadonlyArray<Uint8Array> => {
  const textBytes = encoder.encode(text)
  const head = new Uint8Array(HEAD_BYTES + LENGTH_BYTES * parts.length + textBytes.length)
  const view = new DataView(head.buffer)
  view.setUint32(0, textBytes.length, true)
  view.setUint32(4, parts.length, true)
  for (const [i, part] of parts.entries())
    view.setFloat64(HEAD_BYTES + LENGTH_BYTES * i, part.byteLength, true)
  head.set(textBytes, HEAD_BYTES + LENGTH_BYTES * parts.length)
  return [head, ...parts]
}

/** Makes frames of the chunks as they come. */
export class FrameReader {
  readonly #bounds: FrameBounds
  readonly #onFrame: (frame: Frame) => void
  /** What is being filled. */
  #target = new Uint8Array(HEAD_BYTES)
  #filled = 0
  #stage: "head" | "lengths" | "text" | "parts" = "head"
  #textBytes = 0
  #lengths: ReadonlyArray<number> = []
  #text = ""
  #parts: Array<Uint8Array<ArrayBuffer>> = []

  constructor(bounds: FrameBounds, onFrame: (frame: Frame) => void) {
    this.#bounds = bounds
    this.#onFrame = onFrame
  }

  /** *Returns* why the bytes are no frame; then nothing may be pushed any more. */
  push(chunk: Uint8Array): string | undefined {
    let at = 0
    while (at < chunk.length) {
      const size = Math.min(chunk.length - at, this.#target.length - this.#filled)
      this.#target.set(chunk.subarray(at, at + size), this.#filled)
      at += size
      this.#filled += size
      // A target may be empty: a frame without parts, a part without bytes.
      while (this.#filled === this.#target.length) {
        const wrong = this.#next()
        if (wrong !== undefined) return wrong
      }
    }
    return undefined
  }

  /** The target is full: takes it, and says what is to be filled next. */
  #next(): string | undefined {
    const full = this.#target
    const view = new DataView(full.buffer)
    switch (this.#stage) {
      case "head": {
        const { partsMax } = this.#bounds
        const textBytesMax = this.#bounds.textBytesMax()
        this.#textBytes = view.getUint32(0, true)
        const parts = view.getUint32(4, true)
        if (this.#textBytes > textBytesMax) return over("text", textBytesMax, this.#textBytes)
        if (parts > partsMax) return over("parts", partsMax, parts)
        return this.#fill("lengths", parts * LENGTH_BYTES)
      }
      case "lengths": {
        let sum = 0
        const lengths: Array<number> = []
        for (let at = 0; at < full.length; at += LENGTH_BYTES) {
          const length = view.getFloat64(at, true)
          if (!Number.isSafeInteger(length) || length < 0) return `a part of ${length} bytes`
          sum += length
          lengths.push(length)
        }
        const most = sum === 0 ? 0 : this.#bounds.partBytesMax()
        if (sum > most) return over("bytes of parts", most, sum)
        this.#lengths = lengths
        return this.#fill("text", this.#textBytes)
      }
      case "text": {
        const { valuesMax } = this.#bounds
        // No text has more values than bytes.
        const values = full.length > valuesMax ? valuesOf(full) : 0
        if (values > valuesMax) return over("values", valuesMax, values)
        this.#text = decoder.decode(full)
        break
      }
      case "parts":
        this.#parts.push(full)
    }
    const length = this.#lengths[this.#parts.length]
    if (length !== undefined) return this.#fill("parts", length)
    const frame = { text: this.#text, parts: this.#parts }
    this.#parts = []
    this.#fill("head", HEAD_BYTES)
    this.#onFrame(frame)
    return undefined
  }

  #fill(stage: "head" | "lengths" | "text" | "parts", bytes: number): string | undefined {
    this.#stage = stage
    this.#filled = 0
    try {
      this.#target = new Uint8Array(bytes)
      return undefined
    } catch {
      return `there is no memory for ${bytes} bytes`
    }
  }
}

const valuesOf = (text: Uint8Array): number => {
  let values = 0
  for (let i = 0; i < text.length; i++) if (beginsValue(text[i])) values++
  return values
}

const HEAD_BYTES = 8
const LENGTH_BYTES = 8

const over = (what: string, most: number, got: number): string =>
  `${what}: expected at most ${most}, got ${got}`

const encoder = new TextEncoder()
const decoder = new TextDecoder()
