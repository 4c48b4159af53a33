import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { BOMBS } from "./bombs.ts"
import type { Header } from "./Header.ts"
import { readHeader } from "./readHeader.ts"
import { parseWat } from "./wat.ts"

/**
 * Every guest there is, in the order of their paths: the `.wat` files of `test-wasm/`, the three samplers, and
 * the bombs that are too large to keep. Bytes are made when asked for.
 */
export interface Guest {
  readonly header: Header
  readonly wasm: () => Uint8Array<ArrayBuffer>
}

export const readGuests = (): ReadonlyArray<Guest> => [...readWats(), ...readSamplers(), ...BOMBS]

export const testWasm = join(import.meta.dirname, "../../test-wasm")

/** Relative to `test-wasm/`. */
export const watPaths = (): ReadonlyArray<string> => globSync("**/*.wat", { cwd: testWasm }).toSorted()

const readWats = (): ReadonlyArray<Guest> =>
  watPaths().map((path) => {
    const text = readFileSync(join(testWasm, path), "utf8")
    const beside = join(testWasm, path.replace(/\.wat$/, ".wasm"))
    return {
      header: readHeader(path, text),
      wasm: () => (existsSync(beside) ? readWasm(beside) : parseWat(path, text))
    }
  })

/** The same guest in three languages: what all three do, and what each does its own way. */
const readSamplers = (): ReadonlyArray<Guest> =>
  ["rust/sampler.rs", "c/sampler.c", "assemblyscript/sampler.ts"].flatMap((source) => {
    const wasm = () => readWasm(join(testWasm, source.replace(/\.\w+$/, ".wasm")))
    return [
      { path: source, text: "sampler.firings" },
      { path: source, text: source }
    ].map(({ path, text }) => ({
      header: readHeader(path, readFileSync(join(testWasm, text), "utf8")),
      wasm
    }))
  })

const readWasm = (path: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(path))
