import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { root } from "./sources.ts"

/** What `package.json`, the lockfile and npm's settings may say. */
const read = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"))
// The parts of npm's own formats that are looked at here.
const manifest = read("package.json") as Record<string, Record<string, string>>
const lock = read("package-lock.json") as { readonly packages: Readonly<Record<string, LockEntry>> }

interface LockEntry {
  readonly version?: string
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/
const asked = { ...manifest["dependencies"], ...manifest["devDependencies"] }

describe("the packages", () => {
  it("are pinned to one version each", () => {
    expect(Object.entries(asked).filter(([, version]) => !exact.test(version))).toEqual([])
    expect(exact.test("^1.2.3")).toBe(false)
  })

  it("are locked at the version that is pinned", () => {
    expect(
      Object.entries(asked).filter(
        ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version
      )
    ).toEqual([])
  })

  it("are locked for every platform: `npm ci` refuses a lock that lacks an optional one", () => {
    expect(
      Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
        Object.entries(optionalDependencies).filter(
          ([name, version]) =>
            exact.test(version) && lock.packages[`node_modules/${name}`]?.version !== version
        )
      )
    ).toEqual([])
  })

  it("come from whatever registry npm is set to: no file names a host", () => {
    expect(Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    expect(readFileSync(join(root, ".npmrc"), "utf8")).not.toMatch(/registry\s*=|:\/\//)
  })
})
