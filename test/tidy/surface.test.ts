import { describe, expect, it } from "vitest"
import { readSources, type Source } from "./sources.ts"

/** What the public API shows, and what the worker that runs guests may carry with it. */
const sources = new Map(readSources(["src", "supervisors", "actors"]).map((source) => [source.path, source]))
const sourceAt = (path: string): Source => {
  const source = sources.get(path)
  if (source === undefined) throw new Error(`${path}: no such source`)
  return source
}

describe("the worker that runs guests", () => {
  const closure = reachable("src/runtime/worker/main.ts")

  it("imports no package, and of Node only what is built in", () => {
    const packages = [...closure].flatMap((path) =>
      sourceAt(path)
        .imports.filter(
          ({ relative, typeOnly, target }) => !relative && !typeOnly && !target.startsWith("node:")
        )
        .map(({ target }) => `${path} -> ${target}`)
    )
    expect(packages).toEqual([])
  })

  it("reaches the format, the meter and the host functions", () => {
    for (const path of [
      "src/wasm/decodeModule.ts",
      "src/fuel/meter/meterModule.ts",
      "src/host/builtin/table.ts"
    ])
      expect(closure).toContain(path)
    expect(reachable("supervisors/InstanceManager.ts").has("src/fuel/FuelMeter.ts")).toBe(true)
  })
})

describe("the innermost ring", () => {
  it("imports nothing from outside its own folder, not even a type", () => {
    const outside = ["src/wasm/", "src/outcome/"].flatMap((folder) =>
      [...sources.values()]
        .filter(({ path }) => path.startsWith(folder))
        .flatMap(({ path, imports }) =>
          imports
            .filter(({ target }) => !target.startsWith(folder))
            .map(({ target }) => `${path} -> ${target}`)
        )
    )
    expect(outside).toEqual([])
  })
})

describe("the public API", () => {
  it("says of each thing that it exports what it is", () => {
    expect(publicNames().flatMap(([path, names]) => undocumented(sourceAt(path), names))).toEqual([])
  })

  it("notices an export without a word", () => {
    const text = "/** A. */\nexport const a = 1\n\nexport const b = 2\n"
    expect(undocumented({ path: "x.ts", text, imports: [] }, ["a", "b"])).toEqual(["x.ts: b"])
  })
})

/** Every source that is loaded with this one, itself included. */
function reachable(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen
  seen.add(path)
  for (const { target, relative, typeOnly } of sourceAt(path).imports)
    if (relative && !typeOnly) reachable(target, seen)
  return seen
}

/** Each module behind the two faces, with the names that they show of it; `undefined` for all of them. */
function publicNames(): ReadonlyArray<readonly [path: string, names: ReadonlyArray<string> | undefined]> {
  return ["src/index.ts", "src/promise.ts"].flatMap((face) => [
    [face, undefined] as const,
    ...[...sourceAt(face).text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from "(\.[^"]+)"/gm)].map(
      ([, what = "", specifier = ""]) =>
        [
          specifier.startsWith("../") ? specifier.slice(3) : `src/${specifier.slice(2)}`,
          what === "*" ? undefined : [...what.matchAll(/(?:type )?(\w+)/g)].map((m) => m[1] ?? "")
        ] as const
    )
  ])
}

/** The exported declarations with no doc comment above them, out of those that are asked for. */
function undocumented(
  { path, text }: Source,
  names: ReadonlyArray<string> | undefined
): ReadonlyArray<string> {
  const lines = text.split("\n")
  return lines.flatMap((line, i) => {
    const name = /^export (?:const|class|interface|type|function) (\w+)/.exec(line)?.[1]
    if (name === undefined || (names !== undefined && !names.includes(name))) return []
    return lines[i - 1]?.trimEnd().endsWith("*/") ? [] : [`${path}: ${name}`]
  })
}
