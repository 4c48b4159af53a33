import { createHash } from "node:crypto"
import * as Result from "effect/Result"
import { deflateSync, inflateSync } from "fflate"
import type { ByteReader } from "./ByteReader.ts"
import type { Codec } from "./Codec.ts"

/**
 * A linear memory in a dump: what is not zero, in chunks of 64 KiB, each deflated by itself.
 *
 *     rawLength u64 │ chunk count u32 │ sha256 32 bytes │ chunk …       chunk = index u32 │ length u32 │ bytes
 *
 * Chunks of zeros are left out. `length` below the chunk's raw length means deflate, equal to it means as it
 * was. The checksum covers every chunk's index and raw bytes, and so says where they belong too.
 *
 * Measured (Node 26, one core): 64 MiB of zeros take 10 ms to pass over and 52 bytes, deflating them 380 ms and
 * 65 kB. 16 MiB of text, machine code, sparse words and zeros: level 1 129 ms and 2.18 MB, level 3 144 and 2.08,
 * level 6 178 and 2.05, level 9 215 and 2.05; chunks of 1 MiB save 3 % at the same times. Hence 64 KiB, level 3.
 * The worst is noise, which deflate cannot shrink: 1.5 ms a chunk.
 *
 * Bounds: `rawLength` is held against what the reader may still allocate, before anything is allocated. A chunk
 * must inflate to exactly its raw length, into a buffer of one byte more. Deflate expands 1,032-fold, so the one
 * chunk that lies costs at most 64 MiB of steps (0.34 s, once), and then reading ends.
 * The dearest input that does not lie is made of empty blocks with tables of 15 bits: 5 us a byte of the file (an
 * honest one 0.03), so what reads strangers' dumps should bound the file's size too.
 */
export const memoryImage: Codec<Uint8Array> = {
  bytesMin: 44,
  write: (to, memory) => {
    const chunks: Array<readonly [index: number, packed: Uint8Array]> = []
    const hash = createHash("sha256")
    for (let index = 0; index * CHUNK_BYTES < memory.byteLength; index++) {
      const raw = memory.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)
      if (isZero(raw)) continue
      hash.update(indexBytes(index)).update(raw)
      const deflated = deflateSync(raw, { level: 3 })
      chunks.push([index, deflated.byteLength < raw.byteLength ? deflated : raw])
    }
    to.u64(memory.byteLength)
    to.u32(chunks.length)
    to.bytes(hash.digest())
    for (const [index, packed] of chunks) {
      to.u32(index)
      to.u32(packed.byteLength)
      to.bytes(packed)
    }
  },
  read: (from, thing) => {
    const lengthAt = from.at
    const rawLength = from.u64(`${thing} length`)
    const chunkCount = from.count(9, `${thing} chunks`)
    const checksumAt = from.at
    const checksum = from.view(32, `${thing} checksum`)
    const memory = allocate(from, rawLength, lengthAt, thing)
    const hash = createHash("sha256")
    for (let i = 0, next = 0; i < chunkCount && from.failed === undefined; i++) {
      next = readChunk(from, memory, next, hash, `${thing} chunk ${i}`) + 1
    }
    if (from.failed === undefined && !hash.digest().equals(checksum)) {
      from.fail(`${thing}: the checksum does not fit the bytes`, checksumAt)
    }
    return memory
  }
}

const CHUNK_BYTES = 65_536
const { try: attempt } = Result

/** Reads a chunk whose index is at least `indexMin` into its place; its index, or what does not matter. */
const readChunk = (
  from: ByteReader,
  memory: Uint8Array,
  indexMin: number,
  hash: { update(bytes: Uint8Array): unknown },
  thing: string
): number => {
  const at = from.at
  const index = from.u32(`${thing} index`)
  const packedLength = from.u32(`${thing} length`)
  const indexMax = Math.ceil(memory.byteLength / CHUNK_BYTES) - 1
  if (from.failed === undefined && (index < indexMin || index > indexMax)) {
    from.fail(`${thing} index: expected ${indexMin}..${indexMax}, got ${index}`, at)
  }
  const rawLength = Math.min(CHUNK_BYTES, memory.byteLength - index * CHUNK_BYTES)
  if (from.failed === undefined && packedLength > rawLength) {
    from.fail(`${thing} length: expected at most ${rawLength}, got ${packedLength}`, at + 4)
  }
  const packed = from.view(packedLength, thing)
  if (from.failed !== undefined) return index
  const raw = packedLength === rawLength ? packed : inflate(packed, rawLength)
  if (typeof raw === "string") {
    from.fail(`${thing}: expected ${rawLength} deflated bytes, got ${raw}`, at + 8)
    return index
  }
  memory.set(raw, index * CHUNK_BYTES)
  hash.update(indexBytes(index))
  hash.update(raw)
  return index
}

// One byte more than the largest chunk: enough to see that something is longer, and never more.
const scratch = new Uint8Array(CHUNK_BYTES + 1)

const inflate = (packed: Uint8Array, rawLength: number): Uint8Array | string => {
  const inflated = attempt(() => inflateSync(packed, { out: scratch.subarray(0, rawLength + 1) }))
  if (Result.isFailure(inflated)) return "bytes that are not deflate"
  const { byteLength } = inflated.success
  if (byteLength === rawLength) return inflated.success
  return byteLength > rawLength ? "more" : `${byteLength}`
}

const allocate = (from: ByteReader, rawLength: number, lengthAt: number, thing: string): Uint8Array => {
  if (from.failed !== undefined) return new Uint8Array(0)
  if (rawLength > from.memoryBytesLeft) {
    from.fail(`${thing} length: expected at most ${from.memoryBytesLeft}, got ${rawLength}`, lengthAt)
    return new Uint8Array(0)
  }
  const memory = attempt(() => new Uint8Array(rawLength))
  if (Result.isFailure(memory)) {
    from.fail(`${thing} length: this process cannot allocate ${rawLength} bytes`, lengthAt)
    return new Uint8Array(0)
  }
  from.memoryBytesLeft -= rawLength
  return memory.success
}

const indexBytes = (index: number): Uint8Array =>
  Uint8Array.of(index & 255, (index >> 8) & 255, (index >> 16) & 255, index >>> 24)

/** Whether there is nothing but zeros. By words of 32 bits where the bytes are aligned, as a copy's are. */
export const isZero = (bytes: Uint8Array): boolean => {
  if (bytes.byteOffset % 4 !== 0 || bytes.byteLength % 4 !== 0) return bytes.every((byte) => byte === 0)
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false
  return true
}
