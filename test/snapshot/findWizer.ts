import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const WIZER_VERSION = "11.0.3"

/** The reference, or why there is none; `remove` takes away what was installed for it. */
export interface FoundWizer {
  readonly wizer: string
  readonly missing: string | undefined
  readonly remove: () => void
}

/**
 * The Wizer that `MUNITION_WIZER` names, else one out of npm, in a temporary folder.
 *
 * A Wizer that was named and does not run is an error, and so is that there is none where `CI` is set, so that a
 * machine that is meant to compare cannot skip it.
 */
export const findWizer = (): FoundWizer => {
  const named = process.env["MUNITION_WIZER"]
  if (named !== undefined && named !== "") {
    if (!runs(named)) throw new Error(`MUNITION_WIZER: ${named} is no Wizer that runs`)
    return { wizer: named, missing: undefined, remove: () => {} }
  }
  const folder = mkdtempSync(join(tmpdir(), "munition-wizer-"))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const spec = `@bytecodealliance/wizer@${WIZER_VERSION}`
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"]
  const installed = spawnSync("npm", ["install", "--prefix", folder, ...flags, spec], {
    cwd: folder,
    encoding: "utf8",
    timeout: 30_000
  })
  // The program itself: the package's own starts it out of a Node of its own.
  const wizer = join(folder, `node_modules/@bytecodealliance/wizer-${process.platform}-${process.arch}/wizer`)
  if (existsSync(wizer) && runs(wizer)) return { wizer, missing: undefined, remove }
  const missing = `${spec} cannot be had: npm ended with ${installed.status ?? installed.error?.message}`
  remove()
  if (process.env["CI"]) throw new Error(missing)
  return { wizer: "", missing, remove }
}

const runs = (wizer: string): boolean => {
  const { status, stdout } = spawnSync(wizer, ["--help"], { encoding: "utf8", timeout: 10_000 })
  return status === 0 && stdout.includes("pre-initializer")
}
