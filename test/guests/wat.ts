import loadWabt from "wabt"

/**
 * The text format to bytes, by the wabt that is a development dependency.
 *
 * It reads all of WebAssembly 3.0 but the syntax of garbage collection and of typed function references; what
 * is written in those has its bytes beside it (see `test-wasm/README.md`).
 */
export const parseWat = (path: string, text: string): Uint8Array<ArrayBuffer> => {
  const module = wabt.parseWat(path, text, EVERYTHING)
  try {
    // A copy: wabt hands out a view of its own memory.
    return new Uint8Array(module.toBinary({ write_debug_names: true }).buffer)
  } finally {
    module.destroy()
  }
}

const wabt = await loadWabt()

const EVERYTHING = {
  exceptions: true,
  threads: true,
  function_references: true,
  tail_call: true,
  gc: true,
  memory64: true,
  multi_memory: true,
  extended_const: true,
  relaxed_simd: true
}
