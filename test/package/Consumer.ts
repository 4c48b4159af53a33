import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root, tracked } from "../tidy/sources.ts"

/**
 * An empty project that installs what `npm pack` makes: Munition as its users get it.
 *
 * Nothing of the repository is in reach of it but the guest that it fires. npm gets the repository's packages as
 * versions, from its cache where they are there.
 */
export class Consumer {
  readonly place = mkdtempSync(join(tmpdir(), "munition-consumer-"))

  /** Packs, and installs; *returns* the files of the package, or why npm could not reach a registry. */
  install(): ReadonlyArray<string> | Unreachable {
    const packed = npm(["pack", "--json", "--pack-destination", this.place], this.#copySources())
    if (packed.status !== 0) throw new Error(`npm pack: ${packed.stderr}`)
    // The build's own output may come first.
    const report: unknown = JSON.parse(packed.stdout.slice(packed.stdout.search(/^[[{]/m)))
    const { filename, files } = firstPackage(report)
    writeFileSync(
      join(this.place, "package.json"),
      '{ "name": "consumer", "private": true, "type": "module" }\n'
    )
    const installed = npm(
      ["install", `./${filename}`, "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"],
      this.place
    )
    if (installed.status !== 0) {
      const code = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b/.exec(
        installed.stderr
      )?.[1]
      if (code === undefined) throw new Error(`npm install: ${installed.stderr}`)
      return new Unreachable(code)
    }
    cpSync(join(root, "test-wasm/rust/sampler.wasm"), join(this.place, "test-wasm/rust/sampler.wasm"))
    return files
  }

  /** What a clone has of the package, without anything that an earlier build left behind. */
  #copySources(): string {
    const copy = join(this.place, "sources")
    for (const path of tracked().filter((path) => !/^(test|test-wasm|specs)\//.test(path)))
      cpSync(join(root, path), join(copy, path))
    symlinkSync(realpathSync(join(root, "node_modules")), join(copy, "node_modules"))
    return copy
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.place, name), text)
  }

  /** Runs this process's own Node in the project. */
  node(...args: ReadonlyArray<string>): Ran {
    return run(process.execPath, args, this.place)
  }

  /** Runs one of the package's commands as `npx` finds it, on this process's Node. */
  npx(...args: ReadonlyArray<string>): Ran {
    return npm(["exec", "--no", "--offline", "--", ...args], this.place)
  }

  remove(): void {
    rmSync(this.place, { recursive: true, force: true })
  }
}

/** npm could not reach its registry, and its cache did not have everything. */
export class Unreachable {
  readonly code: string
  constructor(code: string) {
    this.code = code
  }
}

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

const run = (command: string, args: ReadonlyArray<string>, cwd: string): Ran => {
  // What npm told the script that started the tests would be taken for settings of the consumer's.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle)_|^npm_config_local_prefix$/.test(name)
  )
  return spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1" }
  })
}

const npm = (args: ReadonlyArray<string>, cwd: string): Ran => run("npm", args, cwd)

/** npm 11 and earlier report a list of packages, later ones an object by name. */
const firstPackage = (
  report: unknown
): { readonly filename: string; readonly files: ReadonlyArray<string> } => {
  // npm's own format.
  const [first] = Object.values(report as Record<string, PackReport>)
  if (first === undefined) throw new Error("npm pack reported no package")
  return { filename: first.filename, files: first.files.map(({ path }) => path) }
}

interface PackReport {
  readonly filename: string
  readonly files: ReadonlyArray<{ readonly path: string }>
}
