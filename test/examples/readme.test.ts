import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { RINGS } from "../tidy/rings.ts"
import { root } from "../tidy/sources.ts"
import { isShown, readCommands, readPrograms, withOutputs } from "./readmeBlocks.ts"
import { MARKS, readmeTables, withTables } from "./readmeTables.ts"

/**
 * README.md says what is true: its programs print what stands below them, its commands too, and its tables are
 * those of the code. `npm run bless` rewrites outputs and tables.
 */
const file = join(root, "README.md")
const page = readFileSync(file, "utf8")
const programs = readPrograms(page)
const commands = readCommands(page)

const entry = join(root, "src/cli/munition.ts")

const place = mkdtempSync(join(tmpdir(), "munition-readme-"))
afterAll(() => rmSync(place, { recursive: true, force: true }))
symlinkSync(join(root, "node_modules"), join(place, "node_modules"))

/** Runs a program on the sources; the published package is tried in `test/package`. */
const run = (code: string, name: string): string => {
  const path = join(place, name)
  const sources = code
    .replaceAll('"munition/promise"', JSON.stringify(pathToFileURL(join(root, "src/promise.ts")).href))
    .replaceAll('"munition"', JSON.stringify(pathToFileURL(join(root, "src/index.ts")).href))
  writeFileSync(path, sources)
  return execFileSync(process.execPath, [path], { cwd: root, encoding: "utf8", env: { NO_COLOR: "1" } })
}

if (process.env["BLESS"] === "1") {
  const outputs = programs.map(({ code }, i) => run(code, `bless-${i}.mts`))
  writeFileSync(file, withTables(withOutputs(page, outputs), readmeTables()))
}

describe("README.md", () => {
  it.each(programs.map((program, i) => ({ ...program, i })))(
    "shows what program $i prints",
    ({ code, output, i }) => {
      expect(run(code, `program-${i}.mts`)).toBe(output)
    }
  )

  it("has a program for Effect and one for promises", () => {
    expect(programs.filter(({ code }) => code.includes('"munition/promise"')).length).toBeGreaterThan(0)
    expect(programs.filter(({ code }) => code.includes('"effect/Effect"')).length).toBeGreaterThan(0)
    expect(page.match(/```ts\n/g)?.length).toBe(programs.length)
  })

  it("has the tables of the code", () => {
    const tables = readmeTables()
    const marked = [...page.matchAll(MARKS)].map(([, name]) => name ?? "")
    expect([...tables.keys()].filter((name) => !marked.includes(name))).toEqual([])
    expect(marked.filter((name) => !tables.has(name))).toEqual([])
    expect(page).toBe(withTables(page, tables))
  })

  it("maps every folder that has sources, and no other", () => {
    const map = page.slice(page.indexOf("## The map"))
    const mapped = [...map.matchAll(/^\| ([0-9.]+) +\| (.*?) \|/gm)].flatMap(([, ring, folders = ""]) =>
      [...folders.matchAll(/`([^`]+)`/g)].map(([, folder]) => `${folder} ${ring}`)
    )
    const there = RINGS.filter(({ folder }) => existsSync(join(root, folder)) || folder === "src/cli")
    expect(mapped.sort()).toEqual(there.map(({ folder, ring }) => `${folder} ${Math.floor(ring)}`).sort())
  })

  it("links to files and headings that exist", () => {
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-")
    )
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target)
    expect(
      links.filter((target) =>
        target.startsWith("#") ? !headings.includes(target.slice(1)) : !existsSync(join(root, target))
      )
    ).toEqual([])
  })

  it("names scripts that npm knows", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    const named = [...page.matchAll(/`npm (?:run )?(ok|test|build|format|guests|bless|bench)`/g)].map(
      ([, name]) => name
    )
    expect(named.filter((name) => !Object.hasOwn(scripts, name ?? ""))).toEqual([])
    expect(named.length).toBeGreaterThan(4)
  })
})

describe("the command in README.md", () => {
  it.each(commands)("answers `$command` as it is shown", ({ command, output }) => {
    const [npx, munition, ...args] = command.split(" ")
    expect([npx, munition]).toEqual(["npx", "munition"])
    // What the page's own commands write, and read again: files without a folder.
    const paths = args.map((arg) => (/^[\w-]+\.(mntn|wasm)$/.test(arg) ? join(place, arg) : arg))
    const { stdout } = spawnSync(process.execPath, [entry, ...paths], { cwd: root, encoding: "utf8" })
    const lines = stdout.trimEnd().split("\n")
    expect(lines.length).toBe(output.length)
    for (const [i, shown] of output.entries())
      expect(isShown(shown, lines[i] ?? ""), `${shown}\n${lines[i]}`).toBe(true)
  })

  it("has the subcommands and options that the page lists", () => {
    const rows = page.matchAll(/^\| `munition (\w+)[^|]*\| ([^|]*)\|$/gm)
    for (const [, subcommand = "", does = ""] of rows) {
      const { stdout } = spawnSync(process.execPath, [entry, "help", subcommand], { encoding: "utf8" })
      expect(stdout).toContain(`munition ${subcommand}`)
      for (const [option] of does.matchAll(/--[\w-]+/g)) expect(stdout).toContain(`${option} `)
    }
  })

  it("is not taken for shown when it differs", () => {
    expect(isShown('{"a":1,…', '{"a":1,"b":2}')).toBe(true)
    expect(isShown('{"a":1,…', '{"a":2,"b":2}')).toBe(false)
  })
})
