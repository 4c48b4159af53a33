import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { gunzipSync } from "node:zlib"
import { PACKAGES } from "./packages.ts"

/**
 * `node test/corpus/fetch.ts DIR`: packs every package of the list and keeps its .wasm files in DIR, one folder
 * a package; what is there already is left alone.
 *
 * Looks into archives inside the package too; modules that are hidden in scripts as text are left out.
 */
const directory = process.argv[2]
if (directory === undefined) {
  process.stderr.write("usage: node test/corpus/fetch.ts DIR\n")
  process.exit(2)
}
mkdirSync(resolve(directory), { recursive: true })

for (const [name, version] of PACKAGES) {
  const folder = join(resolve(directory), `${name.replace("/", "+")}@${version}`)
  if (existsSync(folder)) continue
  const scratch = mkdtempSync(join(resolve(directory), ".fetch-"))
  try {
    const files = fetchModules(`${name}@${version}`, scratch)
    const made = join(scratch, "modules")
    mkdirSync(made)
    for (const [path, bytes] of files) writeFileSync(join(made, path.replaceAll("/", "__")), bytes)
    renameSync(made, folder)
    process.stdout.write(`${name}@${version}: ${files.length} modules\n`)
  } catch (cause) {
    process.stdout.write(`${name}@${version}: not fetched: ${String(cause).split("\n")[0]}\n`)
    process.exitCode = 1
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

function fetchModules(spec: string, scratch: string): ReadonlyArray<readonly [string, Uint8Array]> {
  const args = ["pack", spec, "--silent", "--ignore-scripts", "--pack-destination", scratch]
  const output = execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  const archive = basename(output.trim().split("\n").at(-1) ?? "")
  return modulesIn("", gunzipSync(readFileSync(join(scratch, archive))), 2)
}

/** The modules in a tar archive, and in archives in it down to some depth. */
function modulesIn(prefix: string, tar: Uint8Array, depth: number): Array<readonly [string, Uint8Array]> {
  return [...entriesOf(tar)].flatMap(([path, bytes]) => {
    const name = prefix + path.replace(/^package\//, "")
    if (path.endsWith(".wasm")) return [[name, bytes] as const]
    if (path.endsWith(".wasm.gz")) return [[name.slice(0, -3), gunzipSync(bytes)] as const]
    if (depth === 0) return []
    if (path.endsWith(".tar")) return modulesIn(`${name}/`, bytes, depth - 1)
    if (/\.(tgz|tar\.gz)$/.test(path)) return modulesIn(`${name}/`, gunzipSync(bytes), depth - 1)
    return []
  })
}

function* entriesOf(tar: Uint8Array): Generator<readonly [string, Uint8Array]> {
  const field = (at: number, length: number) =>
    new TextDecoder().decode(tar.subarray(at, at + length)).replace(/\0.*$/s, "")
  let longName = ""
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12), 8) || 0
    const kind = field(at + 156, 1)
    const prefix = field(at + 345, 155)
    const bytes = tar.subarray(at + 512, at + 512 + size)
    const path = longName || (prefix === "" ? "" : `${prefix}/`) + field(at, 100)
    longName = ""
    // Long names stand in an entry of their own before the file's: GNU's kind L, or pax's x with `path=`.
    if (kind === "L") longName = new TextDecoder().decode(bytes).replace(/\0.*$/s, "")
    else if (kind === "x") longName = /\d+ path=(.*)\n/.exec(new TextDecoder().decode(bytes))?.[1] ?? ""
    else if (kind === "0" || kind === "") yield [path, bytes]
    at += 512 + Math.ceil(size / 512) * 512
  }
}
