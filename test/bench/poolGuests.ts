import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseWat } from "../guests/wat.ts"
import { root } from "../tidy/sources.ts"

/**
 * The guests that the bench of the pools fires.
 *
 * The Rust sampler is linked with a small stack, so that it fits one page. What rustc makes by default has a stack of
 * 1 MiB and therefore 17 pages; that is the sampler with 17 pages declared. The two checked-in guests that have 17
 * pages of their own fill all of them in each call, which is no small firing.
 */
export const sampler = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(join(root, "test-wasm/rust/sampler.wasm")))

/** The sampler with the memory that rustc gives by default. */
export const samplerOf17Pages = (): Uint8Array<ArrayBuffer> => withPages(sampler(), 17)

/** 16 MiB, of which a call writes `bytes`, in one piece or one of 4 KiB every MiB. */
export const writer = (): Uint8Array<ArrayBuffer> =>
  parseWat(
    "writer",
    `(module (memory (export "memory") 256) (data (i32.const 1024) "not all of it is zero")
      (func (export "write") (param $bytes i32)
        (memory.fill (i32.const 0) (i32.const 7) (local.get $bytes)))
      (func (export "scatter") (param $bytes i32) (local $at i32)
        (loop $next
          (memory.fill (local.get $at) (i32.const 7) (i32.const 4096))
          (local.set $at (i32.add (local.get $at) (i32.const 0x100000)))
          (br_if $next (i32.gt_s (local.tee $bytes (i32.sub (local.get $bytes) (i32.const 4096))) (i32.const 0))))))`
  )

/** An exported function; its parameters are the caller's business. */
export const functionOf = (
  instance: WebAssembly.Instance,
  name: string
): ((...args: ReadonlyArray<number>) => unknown) => {
  const found = instance.exports[name]
  if (typeof found !== "function") throw new Error(`no function ${name}`)
  return (...args) => found(...args)
}

export const memoryOf = (instance: WebAssembly.Instance): Uint8Array => {
  const { memory } = instance.exports
  if (!(memory instanceof WebAssembly.Memory)) throw new Error("no memory")
  return new Uint8Array(memory.buffer)
}

const MEMORY_SECTION = 5

/** Of a module whose sections are short, and whose one memory has neither a maximum nor 128 pages. */
export const withPages = (wasm: Uint8Array<ArrayBuffer>, pages: number): Uint8Array<ArrayBuffer> => {
  const changed = wasm.slice()
  let at = 8
  while (at < changed.length) {
    const id = changed[at++]
    let length = 0
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = changed[at++] ?? 0
      length |= (byte & 127) << shift
      more = byte > 127
    }
    if (id === MEMORY_SECTION) {
      if (length !== 3 || changed[at + 1] !== 0) throw new Error("expected one memory without a maximum")
      changed[at + 2] = pages
      return changed
    }
    at += length
  }
  throw new Error("no memory section")
}
