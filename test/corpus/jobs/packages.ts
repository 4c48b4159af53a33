import { existsSync, readFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/** The packages whose work the jobs are, at the versions that the jobs were written for. */
export const PACKAGES: ReadonlyArray<readonly [name: string, version: string]> = [
  ["@electric-sql/pglite", "0.5.16"],
  ["@jitl/quickjs-wasmfile-release-sync", "0.32.0"],
  ["@resvg/resvg-wasm", "2.6.2"],
  ["@swc/wasm", "1.16.18"],
  ["esbuild-wasm", "0.28.2"],
  ["hash-wasm", "4.13.0"],
  ["lightningcss-wasm", "1.33.0"],
  ["mupdf", "1.28.1"],
  ["pyodide", "314.0.7"],
  ["quickjs-emscripten-core", "0.32.0"],
  ["source-map", "0.8.0"],
  ["sql.js", "1.16.0"],
  ["tiktoken", "1.0.22"],
  ["tree-sitter-javascript", "0.25.0"],
  ["web-tree-sitter", "0.27.1"]
]

/** Where the packages are if nobody says otherwise: a folder that is not committed. */
export const DEFAULT_DIRECTORY = resolve(
  dirname(fileURLToPath(import.meta.url)),
  "../../../.cache/corpus-jobs"
)

/** The packages that are not in `directory` at their version, as `name@version`. */
export const missingPackages = (directory: string): ReadonlyArray<string> =>
  PACKAGES.filter(([name, version]) => {
    const file = join(directory, "node_modules", name, "package.json")
    return !existsSync(file) || JSON.parse(readFileSync(file, "utf8")).version !== version
  }).map(([name, version]) => `${name}@${version}`)
