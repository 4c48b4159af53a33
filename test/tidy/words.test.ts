import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { codeLines, readSources, root, tracked } from "./sources.ts"

/**
 * What must not be written down anywhere in the repository. Each rule is a function from a text to its offending
 * lines, and each is shown a text that it has to find.
 */
const BINARY = /\.(wasm|png|ico|mntn)$/
const files = tracked()
  .filter((path) => !BINARY.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
const typescript = readSources(["src", "supervisors", "actors", "test", "test-wasm"])

type Rule = (text: string) => ReadonlyArray<string>

const linesWith =
  (pattern: RegExp): Rule =>
  (text) =>
    text.split("\n").filter((line) => pattern.test(line))

const codeWith =
  (pattern: RegExp): Rule =>
  (text) =>
    codeLines(text).filter((line) => pattern.test(line))

const offenders = (
  rule: Rule,
  from: ReadonlyArray<{ readonly path: string; readonly text: string }>
): ReadonlyArray<string> =>
  from.flatMap(({ path, text }) => rule(text).map((line) => `${path}: ${line.trim().slice(0, 120)}`))

/** This file shows each rule what it has to find. */
const notThis = ({ path }: { readonly path: string }): boolean => path !== "test/tidy/words.test.ts"

// A path of the machine on which it was written: it is of no use on any other.
const machinePaths = linesWith(/(^|[\s"'`(=:])\/(work|tmp|root|home)\/[\w.-]/)
const plans = linesWith(/\b(TODO|FIXME|XXX)\b/)
const anys = codeWith(/(\bas any\b|[:<,|&]\s*any\b|\bany\[\])/)
const assertions = codeWith(/[\w)\]]!(\.|\[|\(|\)|,|;|\s*$)/)
const silentSkips: Rule = (text) => {
  const lines = text.split("\n")
  return lines.filter(
    (line, i) =>
      /\b(it|test|describe|suite)\.(skip|skipIf|todo|runIf)\b|\b(ctx|context|t)\.skip\(\s*\)/.test(line) &&
      !lines.slice(Math.max(0, i - 3), i).some((above) => /^\s*(\/\/|\*)/.test(above))
  )
}

describe("what is written", () => {
  it("names no path of the machine it was written on", () => {
    expect(offenders(machinePaths, files)).toEqual([])
    expect(machinePaths(`const file = "${["", "home", "me"].join("/")}"`)).toHaveLength(1)
    expect(machinePaths("test/fuel/root/x and https://example.org/home")).toEqual([])
  })

  it("holds no plan", () => {
    expect(offenders(plans, files.filter(notThis))).toEqual([])
    expect(plans("// TODO: later")).toHaveLength(1)
  })

  it("says what it takes: no any", () => {
    expect(offenders(anys, typescript)).toEqual([])
    for (const bad of ["x as any", "f(x: any)", "Array<any>", "any[]"]) expect(anys(bad)).toHaveLength(1)
    expect(anys('const s = "as any" // as any')).toEqual([])
  })

  it("proves what is there: no non-null assertion", () => {
    expect(offenders(assertions, typescript)).toEqual([])
    for (const bad of ["a!.b", "a[0]!", "f(x!)"]) expect(assertions(bad)).toHaveLength(1)
    expect(assertions("if (!a && a !== b) return !c")).toEqual([])
  })

  it("says why a test is skipped, in a comment above or to the runner", () => {
    expect(offenders(silentSkips, typescript.filter(notThis))).toEqual([])
    expect(silentSkips('it.skip("x", () => {})')).toHaveLength(1)
    expect(silentSkips("ctx.skip()")).toHaveLength(1)
    expect(silentSkips('// V8 of Node 22 has no exnref.\nit.skip("x", () => {})')).toEqual([])
    expect(silentSkips('ctx.skip("no registry")')).toEqual([])
  })
})
