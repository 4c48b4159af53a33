import * as Result from "effect/Result"
import type { BadArguments } from "../outcome/RefusedReason.ts"
import { type ByteRange, checkRange, checkWhole } from "./ByteRange.ts"

export type StringEncoding = "ascii" | "utf8" | "utf16le"

export interface ExtractOptions extends ByteRange {
  /** `utf8` unless given, which finds ASCII as well. */
  readonly encoding?: StringEncoding
  /** The fewest characters of a string, at least 1; 4 unless given. */
  readonly charsMin?: number
  /** The most characters shown of one string, at most 65,536; 256 unless given. Its length is told in full. */
  readonly charsMax?: number
  /** The most strings in one answer, 1..{@link STRINGS_MAX}; 10,000 unless given. */
  readonly stringsMax?: number
}

export interface ExtractedString {
  readonly offset: number
  readonly byteLength: number
  /** How many characters there were; `text` holds the first `charsMax` of them. */
  readonly chars: number
  readonly text: string
}

export interface Extracted {
  readonly strings: ReadonlyArray<ExtractedString>
  /** Whether the memory holds more than `stringsMax`. */
  readonly more: boolean
}

export const STRINGS_MAX = 100_000

/**
 * Runs of printable characters in a memory, as the `strings` command finds them.
 *
 * Printable is a tab and everything from U+0020 that is neither a control character, a surrogate nor a
 * noncharacter. In UTF-16 any two letters look like a Chinese character, so there it ends with U+024F, the
 * Latin blocks; there both alignments are searched, a pass each. Linear: no byte is read more than twice a pass.
 */
export const extractStrings = (
  memory: Uint8Array,
  options: ExtractOptions = {}
): Result.Result<Extracted, BadArguments> => {
  const { encoding = "utf8", charsMin = 4, charsMax = 256, stringsMax = 10_000 } = options
  const wrong =
    checkWhole("charsMin", charsMin, 1, 65_536) ??
    checkWhole("charsMax", charsMax, 1, 65_536) ??
    checkWhole("stringsMax", stringsMax, 1, STRINGS_MAX)
  return (
    wrong ??
    Result.map(checkRange(memory, options), ({ start, end }) => {
      const { alignments, ...search } = ENCODINGS[encoding]
      const passes = alignments.map((skew) =>
        collect(memory, start + skew, end, search, { charsMin, charsMax, stringsMax })
      )
      const strings = passes.flatMap((pass) => pass.strings).sort((a, b) => a.offset - b.offset)
      const more = strings.length > stringsMax || passes.some((pass) => pass.more)
      return { strings: strings.slice(0, stringsMax), more }
    })
  )
}

interface Search {
  /** The character at an offset, -1 when there is no printable one. */
  readonly charAt: (memory: Uint8Array, at: number, end: number) => number
  readonly charBytes: (char: number) => number
  /** How far to go past what is no character. */
  readonly step: number
}

const collect = (
  memory: Uint8Array,
  start: number,
  end: number,
  { charAt, charBytes, step }: Search,
  bounds: { readonly charsMin: number; readonly charsMax: number; readonly stringsMax: number }
): Extracted => {
  const strings: Array<ExtractedString> = []
  for (let offset = start; offset < end; ) {
    let at = offset
    let chars = 0
    for (let char = charAt(memory, at, end); char >= 0; char = charAt(memory, at, end)) {
      at += charBytes(char)
      chars++
    }
    if (chars >= bounds.charsMin) {
      if (strings.length === bounds.stringsMax) return { strings, more: true }
      const text: Array<string> = []
      for (let from = offset; from < at && text.length < bounds.charsMax; ) {
        const char = charAt(memory, from, end)
        text.push(String.fromCodePoint(char))
        from += charBytes(char)
      }
      strings.push({ offset, byteLength: at - offset, chars, text: text.join("") })
    }
    offset = at + step
  }
  return { strings, more: false }
}

const asciiAt = (memory: Uint8Array, at: number, end: number): number => {
  if (at >= end) return -1
  const byte = memory[at] ?? 0
  return (byte >= 0x20 && byte < 0x7f) || byte === 9 ? byte : -1
}

const utf8Bytes = (char: number): number => (char < 0x80 ? 1 : char < 0x800 ? 2 : char < 0x1_0000 ? 3 : 4)

const utf8At = (memory: Uint8Array, at: number, end: number): number => {
  if (at >= end) return -1
  const lead = memory[at] ?? 0
  if (lead < 0x80) return asciiAt(memory, at, end)
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  if (length === 0 || at + length > end) return -1
  let char = lead & (0xff >> (length + 1))
  for (let i = 1; i < length; i++) {
    const byte = memory[at + i] ?? 0
    if ((byte & 0xc0) !== 0x80) return -1
    char = (char << 6) | (byte & 0x3f)
  }
  return utf8Bytes(char) === length && isPrintable(char) ? char : -1
}

const isPrintable = (char: number): boolean =>
  char >= 0xa0 &&
  char <= 0x10_ffff &&
  !(char >= 0xd800 && char <= 0xdfff) &&
  !(char >= 0xfdd0 && char <= 0xfdef) &&
  (char & 0xfffe) !== 0xfffe

const utf16At = (memory: Uint8Array, at: number, end: number): number => {
  if (at + 2 > end) return -1
  const unit = (memory[at] ?? 0) | ((memory[at + 1] ?? 0) << 8)
  if (unit < 0x80) return (unit >= 0x20 && unit < 0x7f) || unit === 9 ? unit : -1
  return unit >= 0xa0 && unit <= 0x24f ? unit : -1
}

const ENCODINGS: Readonly<Record<StringEncoding, Search & { readonly alignments: ReadonlyArray<number> }>> = {
  ascii: { charAt: asciiAt, charBytes: () => 1, step: 1, alignments: [0] },
  utf8: { charAt: utf8At, charBytes: utf8Bytes, step: 1, alignments: [0] },
  utf16le: { charAt: utf16At, charBytes: () => 2, step: 2, alignments: [0, 1] }
}
