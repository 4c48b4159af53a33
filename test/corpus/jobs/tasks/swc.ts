import type { Job } from "../Job.ts"

interface Swc {
  readonly transformSync: (source: string, options: object) => { code: string; map: string }
}

/** The largest of the Rust modules, 20 MB: a compiler's passes over a tree, recursion all the way. */
export const swc: Job = {
  name: "swc",
  task: "compiles a bundle down to ES5, minified, with a source map",
  sign: "Object.defineProperty",
  run: async (load) => {
    const { default: lib } = await load.module<{ default: Swc }>("@swc/wasm/wasm.js")
    const source = new TextDecoder().decode(load.bytes("source-map/lib/source-map-consumer.js"))
    const { code, map } = lib.transformSync(source, {
      filename: "consumer.js",
      jsc: { parser: { syntax: "ecmascript" }, target: "es5", minify: { compress: true, mangle: true } },
      minify: true,
      sourceMaps: true
    })
    return code + map
  }
}
