import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { root } from "../tidy/sources.ts"

const text = readFileSync(join(root, "specs/README.md"), "utf8")
// The first two lines of a table are its head and the rule below it.
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .slice(2)
  .map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim())
  )

describe("the table of promises", () => {
  it("has a row for each promise, with all its columns", () => {
    expect(rows.map(([promise, ...columns]) => [promise, columns.length])).toEqual([
      ["Bounded execution", 4],
      ["Deterministic", 4],
      ["Memory isolation", 4],
      ["Capability restriction", 4],
      ["Forensic capture", 4],
      ["Supervised cleanup", 4],
      ["Memory bounded beforehand", 4]
    ])
  })

  it("names only files and folders that are there", () => {
    const paths = [...text.matchAll(/`([^`]+)`/g)].map(([, path]) => path ?? "")
    expect(paths.length).toBeGreaterThan(0)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it("names a test wherever it names code", () => {
    const untested = rows.filter(([, , , code, test]) => code !== "—" && test === "—")
    expect(untested).toEqual([])
  })
})
