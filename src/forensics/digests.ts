import { createHash } from "node:crypto"
import type { TypedValue } from "../outcome/Value.ts"

/**
 * What identifies a firing in its dump without repeating it: hashes of the module and of the arguments.
 *
 * Always SHA-256 in lower-case hex. Arguments are hashed as UTF-8 lines `type value`, so a shell can check
 * them: `printf 'i32 20\n' | sha256sum`. Spaces, line ends and backslashes inside a type or a value are written
 * `\s`, `\n` and `\\`, so that no two lists look alike. No arguments hash as the empty string.
 */
export const argumentsDigest = (values: ReadonlyArray<TypedValue>): string => {
  const hash = createHash("sha256")
  for (const { type, value } of values) hash.update(`${escapeLine(type)} ${escapeLine(value)}\n`)
  return hash.digest("hex")
}

/** The module as it was handed in. */
export const moduleHash = (wasm: Uint8Array): string => sha256Hex(wasm)

/**
 * The same off the calling thread, for a module whose hash would hold the event loop. The bytes must not change
 * until it is there.
 */
export const moduleHashOffThread = (wasm: Uint8Array<ArrayBuffer>): Promise<string> =>
  crypto.subtle.digest("SHA-256", wasm).then((digest) => Buffer.from(digest).toString("hex"))

/** In pieces: Node hashes no more than 2^31 - 1 bytes at once, and a memory of a dump can have 2^32. */
export const sha256Hex = (bytes: Uint8Array): string => {
  const hash = createHash("sha256")
  for (let at = 0; at < bytes.length || at === 0; at += HASHED_AT_ONCE)
    hash.update(bytes.subarray(at, at + HASHED_AT_ONCE))
  return hash.digest("hex")
}
const HASHED_AT_ONCE = 2 ** 30

// Values are text of any kind for references: none may look like two arguments.
const escapeLine = (text: string): string =>
  text.replace(/[\\\n ]/g, (char) => (char === "\\" ? "\\\\" : char === "\n" ? "\\n" : "\\s"))
