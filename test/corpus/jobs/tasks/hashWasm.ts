import type { Job } from "../Job.ts"

type Hash = (bytes: Uint8Array) => Promise<string>

interface Hashes {
  readonly [name: string]: Hash
}

interface Passwords {
  readonly argon2id: (options: object) => Promise<string>
  readonly bcrypt: (options: object) => Promise<string>
  readonly scrypt: (options: object) => Promise<string>
}

const PLAIN = [
  "adler32",
  "blake2b",
  "blake3",
  "crc32",
  "md5",
  "sha1",
  "sha256",
  "sha512",
  "sha3",
  "whirlpool"
]
const FAST = ["xxhash32", "xxhash64", "xxhash3", "xxhash128", "ripemd160", "sm3"]

/** Fifteen small modules written in C that come as text in a script, each with a memory of its own. */
export const hashWasm: Job = {
  name: "hash-wasm",
  task: "hashes 1 MB in sixteen ways and a password in three",
  sign: "$argon2id$",
  run: async (load) => {
    const lib = await load.module<Hashes & Passwords>("hash-wasm/dist/index.esm.js")
    const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * i) >> 7)
    const lines: Array<string> = []
    for (const name of [...PLAIN, ...FAST]) lines.push(`${name} ${await lib[name]?.(bytes)}`)
    const password = { password: "correct horse", salt: crypto.getRandomValues(new Uint8Array(16)) }
    const sizes = { parallelism: 1, iterations: 3, memorySize: 1024, hashLength: 32 }
    lines.push(await lib.argon2id({ ...password, ...sizes, outputType: "encoded" }))
    lines.push(await lib.bcrypt({ ...password, costFactor: 6, outputType: "encoded" }))
    const costs = { costFactor: 1024, blockSize: 8, parallelism: 1, hashLength: 32 }
    lines.push(await lib.scrypt({ ...password, ...costs, outputType: "hex" }))
    return lines.join("\n")
  }
}
