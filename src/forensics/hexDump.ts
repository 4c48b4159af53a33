import * as Result from "effect/Result"
import type { BadArguments } from "../outcome/RefusedReason.ts"
import { checkedView } from "./ByteRange.ts"

/** The most bytes in one hex dump: 65,536 lines, about 5 MB of text. */
export const HEX_BYTES_MAX = 1 << 20

/**
 * A stretch of memory as people read it, sixteen bytes a line, in the layout of `hexdump -C`.
 *
 *     00000400  72 65 71 75 65 73 74 20  34 32 20 6f 66 20 74 65  |request 42 of te|
 *
 * Returns the lines. Fails when the stretch is not inside the memory or longer than {@link HEX_BYTES_MAX}.
 */
export const hexDump = (
  memory: Uint8Array,
  offset: number,
  byteLength: number
): Result.Result<ReadonlyArray<string>, BadArguments> =>
  Result.map(checkedView(memory, offset, byteLength, HEX_BYTES_MAX), (bytes) => {
    const digits = Math.max(8, (offset + byteLength).toString(16).length)
    const lines: Array<string> = []
    for (let at = 0; at < bytes.byteLength; at += 16) {
      lines.push(hexLine(bytes.subarray(at, at + 16), (offset + at).toString(16).padStart(digits, "0")))
    }
    return lines
  })

const hexLine = (bytes: Uint8Array, address: string): string => {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
  const left = pairs.slice(0, 8).join(" ").padEnd(23)
  const right = pairs.slice(8).join(" ").padEnd(23)
  const ascii = Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."
  ).join("")
  return `${address}  ${left}  ${right}  |${ascii}|`
}
