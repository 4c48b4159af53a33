import { execFileSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { resolve } from "node:path"
import { DEFAULT_DIRECTORY, missingPackages, PACKAGES } from "./packages.ts"

/**
 * `node test/corpus/jobs/install.ts [DIR]`: puts the packages into DIR, 170 MB; nothing happens if they are there.
 *
 * With their scripts off and without what is optional: nothing of them runs before a job does.
 */
const directory = resolve(process.argv[2] ?? DEFAULT_DIRECTORY)
if (missingPackages(directory).length > 0) {
  mkdirSync(directory, { recursive: true })
  const flags = ["--no-save", "--ignore-scripts", "--legacy-peer-deps", "--omit=optional", "--no-audit"]
  const specs = PACKAGES.map(([name, version]) => `${name}@${version}`)
  execFileSync("npm", ["install", "--prefix", directory, ...flags, ...specs], { stdio: "inherit" })
}
const missing = missingPackages(directory)
process.stdout.write(
  missing.length === 0 ? `all there: ${directory}\n` : `not there: ${missing.join(", ")}\n`
)
if (missing.length > 0) process.exitCode = 1
