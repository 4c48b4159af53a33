import type { Job } from "../Job.ts"

interface Tiktoken {
  readonly get_encoding: (name: string) => {
    encode(text: string): Uint32Array
    decode(tokens: Uint32Array): Uint8Array
    free(): void
  }
}

/** Rust: two hash tables of 200,000 tokens are built first, with a seed that is asked of the host. */
export const tiktoken: Job = {
  name: "tiktoken",
  task: "encodes 90 kB of source and other scripts into tokens and decodes them again",
  sign: "the same text again",
  run: async (load) => {
    const { default: lib } = await load.module<{ default: Tiktoken }>("tiktoken/tiktoken.cjs")
    const encoding = lib.get_encoding("o200k_base")
    const source = new TextDecoder().decode(load.bytes("esbuild-wasm/lib/browser.js"))
    const text = `${source.slice(0, 90_000)} naïve café, здравствуй мир, 東京特許許可局 🧮`
    const tokens = encoding.encode(text)
    const same = new TextDecoder().decode(encoding.decode(tokens)) === text
    encoding.free()
    return `${tokens.length} tokens, ${same ? "the same text again" : "another text"}: ${tokens.join(" ")}`
  }
}
