import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join, resolve } from "node:path"

/**
 * The Node versions that are supported, the oldest of each line, and where their binaries are.
 *
 * npm has a package of each version for each platform, with nothing in it but Node; `--ignore-scripts`, because it
 * needs none. A version that is fetched already, or that runs this, is taken as it is.
 */
export interface NodeVersion {
  readonly version: string
  /** Options of V8 without which it lacks what later versions have. */
  readonly v8Options: ReadonlyArray<string>
}

export const NODE_VERSIONS: ReadonlyArray<NodeVersion> = [
  { version: "22.19.0", v8Options: [] },
  // JSPI is behind an option in V8 13.6.
  { version: "24.12.0", v8Options: ["--experimental-wasm-jspi"] },
  { version: "26.10.0", v8Options: [] }
]

/** Beside what else is fetched, and no part of the repository. */
export const CACHE_DEFAULT = resolve(import.meta.dirname, "../../.cache/nodes")

/** The path of a version's executable, fetched if it is not there. */
export const obtainNode = (version: string, cache: string): string => {
  if (process.versions.node === version) return process.execPath
  const platform = process.platform === "win32" ? "win" : process.platform
  const name = `node-${platform}-${process.arch}`
  const prefix = join(resolve(cache), `${name}-${version}`)
  const executable = join(
    prefix,
    "node_modules",
    name,
    "bin",
    process.platform === "win32" ? "node.exe" : "node"
  )
  if (!existsSync(executable)) {
    const quiet = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    execFileSync("npm", ["install", "--prefix", prefix, ...quiet, `${name}@${version}`], {
      stdio: ["ignore", "ignore", "inherit"]
    })
  }
  return executable
}

/** `process.versions.node` and the version of V8, as the binary itself says them. */
export const versionsOf = (executable: string): { readonly node: string; readonly v8: string } => {
  const printed = execFileSync(executable, ["-p", "JSON.stringify(process.versions)"], { encoding: "utf8" })
  // The cast: what Node prints of itself.
  return JSON.parse(printed) as { node: string; v8: string }
}
