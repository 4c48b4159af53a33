import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { pathToFileURL } from "node:url"
import { folder, type Recipe, readRecipes, type Tool } from "./recipes.ts"

/**
 * Rebuilds the guests that are checked in as `.wasm`, with the pinned tools that are there, and says which it
 * skipped for want of one. With `--check` it writes nothing and compares instead; exit status 1 when bytes differ.
 *
 * `built.json` keeps the hash of each source and of what became of it, so that a source that was edited without
 * a rebuild is seen on machines that have none of the tools.
 */
export interface Built {
  readonly source: string
  readonly sourceSha256: string
  readonly wasmSha256: string
}

export const readBuilt = (): ReadonlyMap<string, Built> =>
  new Map(existsSync(builtPath) ? Object.entries(JSON.parse(readFileSync(builtPath, "utf8"))) : [])

/** Hashes of a recipe's files as they are now. */
export const hashRecipe = (recipe: Recipe): Built => ({
  source: recipe.source,
  sourceSha256: sha256(readProgram(join(folder, recipe.source))),
  wasmSha256: sha256(readFileSync(join(folder, recipe.output)))
})

/** Whether the pinned version is on this machine. */
export const isPresent = (tool: Tool): boolean => {
  const [command = "", ...args] = tool.versionCommand
  try {
    const printed = execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    return printed.includes(tool.version)
  } catch {
    return false
  }
}

/** Builds into a folder of its own; *returns* the bytes. */
export const build = (recipe: Recipe): Uint8Array => {
  const scratch = mkdtempSync(join(tmpdir(), "munition-guest-"))
  try {
    const output = join(scratch, basename(recipe.output))
    const [command = "", ...args] = recipe.tool.build(recipe.source, output)
    execFileSync(command, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
    return readFileSync(output)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** Whether what the tool makes of the source is what is checked in. */
export const isReproduced = (recipe: Recipe): boolean =>
  existsSync(join(folder, recipe.output)) &&
  Buffer.compare(build(recipe), readFileSync(join(folder, recipe.output))) === 0

const builtPath = join(folder, "built.json")

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")

/** Without the lines that are comments: an expectation may change without a rebuild. */
const readProgram = (path: string): string => readFileSync(path, "utf8").replace(/^\s*(;;|\/\/).*\n/gm, "")

const say = (line: string) => process.stdout.write(`${line}\n`)

const main = (check: boolean): number => {
  const built = new Map(readBuilt())
  const recipes = readRecipes()
  const tools = new Map([...new Set(recipes.map((r) => r.tool))].map((tool) => [tool, isPresent(tool)]))
  for (const [tool, present] of tools) if (!present) say(`no ${tool.version}; ${tool.from}`)
  let differing = 0
  for (const recipe of recipes) {
    if (tools.get(recipe.tool) !== true) {
      say(`skipped  ${recipe.output}`)
    } else if (check) {
      const same = isReproduced(recipe)
      if (!same) differing++
      say(`${same ? "same    " : "DIFFERS "} ${recipe.output}`)
    } else {
      writeFileSync(join(folder, recipe.output), build(recipe))
      built.set(recipe.output, hashRecipe(recipe))
      say(`built    ${recipe.output}`)
    }
  }
  if (!check) {
    const outputs = new Set(recipes.map((r) => r.output))
    const rows = [...built].filter(([output]) => outputs.has(output)).toSorted(([a], [b]) => (a < b ? -1 : 1))
    writeFileSync(builtPath, `${JSON.stringify(Object.fromEntries(rows), undefined, 2)}\n`)
  }
  return differing === 0 ? 0 : 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.exitCode = main(process.argv.includes("--check"))
}
