/**
 * Packages that ship WebAssembly somebody else built: what the laws are held against besides what we made up.
 *
 * They are fetched by name and exact version when asked for, are no dependencies and are not committed. Chosen
 * for their toolchains and proposals: Go, Rust, Emscripten with threads, SIMD, exceptions old and new, stack
 * switching, side modules, whole language runtimes. None uses garbage collection; for that, hand the script a
 * folder of other modules.
 */
export const PACKAGES: ReadonlyArray<readonly [name: string, version: string]> = [
  ["@automerge/automerge-wasm", "0.17.0"],
  ["@babylonjs/havok", "1.3.14"],
  ["@biomejs/wasm-nodejs", "2.5.14"],
  ["@bokuweb/zstd-wasm", "0.0.27"],
  ["@bytecodealliance/jco", "1.35.0"],
  ["@dimforge/rapier3d", "0.21.0"],
  ["@duckdb/duckdb-wasm", "1.32.0"],
  ["@electric-sql/pglite", "0.5.16"],
  ["@ffmpeg/core", "0.12.10"],
  ["@jitl/quickjs-ng-wasmfile-release-sync", "0.32.0"],
  ["@jitl/quickjs-wasmfile-release-sync", "0.32.0"],
  ["@jsquash/avif", "2.1.1"],
  ["@jsquash/jxl", "1.3.0"],
  ["@lottiefiles/dotlottie-web", "0.80.0"],
  ["@myriaddreamin/typst-ts-web-compiler", "0.7.0"],
  ["@php-wasm/web-8-3", "3.1.54"],
  ["@resvg/resvg-wasm", "2.6.2"],
  ["@rollup/wasm-node", "4.68.4"],
  ["@ruby/3.4-wasm-wasi", "2.10.1"],
  ["@silvia-odwyer/photon-node", "0.3.4"],
  ["@sqlite.org/sqlite-wasm", "3.41.2"],
  ["@swc/wasm", "1.16.18"],
  ["@tensorflow/tfjs-backend-wasm", "4.22.0"],
  ["@wasm-fmt/clang-format", "23.1.0"],
  ["@wasm-fmt/gofmt", "0.7.3"],
  ["argon2id", "1.0.1"],
  ["canvaskit-wasm", "0.42.0"],
  ["esbuild-wasm", "0.28.2"],
  ["lightningcss-wasm", "1.33.0"],
  ["loro-crdt", "1.17.1"],
  ["manifold-3d", "3.5.4"],
  ["mupdf", "1.28.1"],
  ["occt-import-js", "0.0.23"],
  ["onnxruntime-web", "1.30.0"],
  ["pyodide", "314.0.7"],
  ["source-map", "0.8.0"],
  ["sql.js", "1.16.0"],
  ["tiktoken", "1.0.22"],
  ["tree-sitter-javascript", "0.25.0"],
  ["vscode-oniguruma", "2.0.1"],
  ["wasm-vips", "0.0.19"],
  ["web-ifc", "0.0.78"],
  ["web-tree-sitter", "0.27.1"],
  ["z3-solver", "5.2.0"],
  ["zxing-wasm", "3.1.4"]
]
