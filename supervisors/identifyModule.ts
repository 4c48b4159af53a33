import * as Effect from "effect/Effect"
import { moduleHash, moduleHashOffThread } from "../src/forensics/digests.ts"

/**
 * A module's hash, and its bytes as they were hashed.
 *
 * A small module is hashed at once and copied only by who keeps it; a large one is copied first and hashed off
 * the thread, because a hash of 64 MiB would hold the event loop for 50 ms and a copy holds it for 10. Either
 * way what is compiled and cached under the hash is what was hashed, whatever the caller does to the buffer.
 */
export interface IdentifiedModule {
  readonly hash: string
  /** A copy that the caller cannot change, in shared memory: it goes to every thread that fires it. */
  readonly bytes: () => Uint8Array
}

/** Bytes above which a module is hashed off the thread: about half a millisecond's worth. */
export const HASH_INLINE_BYTES_MAX = 2 ** 20

export const identifyModule = (wasm: Uint8Array): Effect.Effect<IdentifiedModule> =>
  Effect.suspend(() => {
    if (wasm.length <= HASH_INLINE_BYTES_MAX)
      return Effect.succeed({ hash: moduleHash(wasm), bytes: () => shared(wasm) })
    const copy = new Uint8Array(wasm)
    return Effect.map(
      Effect.promise(() => moduleHashOffThread(copy)),
      (hash) => ({ hash, bytes: () => shared(copy) })
    )
  })

const shared = (bytes: Uint8Array): Uint8Array => {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}
