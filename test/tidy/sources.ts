import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..")

/** One source file: its path from the top, its text, and what it imports. */
export interface Source {
  readonly path: string
  readonly text: string
  readonly imports: ReadonlyArray<Import>
}

export interface Import {
  /** The specifier as written, or for a relative one the path from the top. */
  readonly target: string
  readonly relative: boolean
  /** Whether only types come in: such an import is gone when the file runs. */
  readonly typeOnly: boolean
}

const IMPORT = /^(?:import|export)(?:\s+(type)\b)?(?:[^"'`;=()]*?\bfrom)?\s+["']([^"'\n]+)["']/gm
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']\s*\)/g

/** Every TypeScript file under the given folders, in the order of their paths. */
export const readSources = (folders: ReadonlyArray<string>): ReadonlyArray<Source> =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .sort()
      .map(readSource)
  )

const readSource = (path: string): Source => {
  const text = readFileSync(join(root, path), "utf8")
  const resolveTarget = (specifier: string, typeOnly: boolean): Import =>
    specifier.startsWith(".")
      ? { target: relative(root, resolve(root, dirname(path), specifier)), relative: true, typeOnly }
      : { target: specifier, relative: false, typeOnly }
  return {
    path,
    text,
    imports: [
      ...[...text.matchAll(IMPORT)].map((m) => resolveTarget(m[2] ?? "", m[1] !== undefined)),
      ...[...text.matchAll(DYNAMIC)].map((m) => resolveTarget(m[1] ?? "", false))
    ]
  }
}

/** Every file that is in the repository or would be added to it, by its path from the top. */
export const tracked = (): ReadonlyArray<string> =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"], {
    cwd: root,
    encoding: "utf8"
  })
    .split("\n")
    .filter((line) => line !== "" && existsSync(join(root, line)))

/** The lines with comments and string contents blanked, so that a word in prose is not taken for code. */
export const codeLines = (text: string): ReadonlyArray<string> =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, (string) => string.replace(/[^\n]/g, " "))
    .replace(/\/\/.*$/gm, "")
    .split("\n")
