import { describe, expect, it } from "vitest"
import { RINGS } from "./rings.ts"
import { codeLines, readSources, type Source, tracked } from "./sources.ts"

const folders = ["src", "actors", "supervisors"].filter((folder) =>
  tracked().some((path) => path.startsWith(`${folder}/`))
)
const sources = readSources(folders)

const ringOf = (path: string) => RINGS.find((r) => path === r.folder || path.startsWith(`${r.folder}/`))

describe("the house", () => {
  it("gives every source file a ring", () => {
    expect(sources.filter((s) => ringOf(s.path) === undefined).map((s) => s.path)).toEqual([])
  })

  it("lets an import go down a ring or stay in its folder, never up or across", () => {
    expect(sources.flatMap(upwardImports)).toEqual([])
  })

  it("sees an import that goes up", () => {
    const bad: Source = {
      path: "src/wasm/bad.ts",
      text: "",
      imports: [{ target: "src/runtime/Engine.ts", relative: true, typeOnly: true }]
    }
    expect(upwardImports(bad)).toEqual(["src/wasm/bad.ts -> src/runtime/Engine.ts"])
  })

  it("imports only the packages that its ring names, and those by deep path", () => {
    expect(
      sources.flatMap((source) =>
        source.imports
          .filter((i) => !i.relative)
          .filter(
            (i) =>
              !ringOf(source.path)?.packages.some(
                (p) => i.target === p || i.target.startsWith(p.endsWith(":") ? p : `${p}/`)
              )
          )
          .map((i) => `${source.path} -> ${i.target}`)
      )
    ).toEqual([])
    const barrels = ["effect", "@effect/platform-node"]
    expect(
      sources.flatMap((s) =>
        s.imports.filter((i) => barrels.includes(i.target)).map((i) => `${s.path} -> ${i.target}`)
      )
    ).toEqual([])
  })

  it("writes relative imports with their extension", () => {
    expect(
      sources.flatMap((s) =>
        s.imports
          .filter((i) => i.relative && !i.target.endsWith(".ts"))
          .map((i) => `${s.path} -> ${i.target}`)
      )
    ).toEqual([])
  })

  it("throws, tries and awaits only behind the doors that may", () => {
    const doors = ["src/wasm/", "src/runtime/worker/", "src/promise.ts", "src/cli/munition.ts"]
    expect(
      sources
        .filter((s) => !doors.some((door) => s.path.startsWith(door)))
        .flatMap((s) =>
          codeLines(s.text).flatMap((line, i) =>
            /(?<!\.)\b(throw|try|await|async)\b(?!["'`:])/.test(line)
              ? [`${s.path}:${i + 1} ${line.trim()}`]
              : []
          )
        )
    ).toEqual([])
  })

  it("holds files that a person can hold: 300 lines, tables apart", () => {
    const tables = ["src/wasm/Opcodes.ts"]
    expect(
      sources
        .filter((s) => !tables.includes(s.path))
        .map((s) => [s.path, s.text.split("\n").length] as const)
        .filter(([, lines]) => lines > 300)
    ).toEqual([])
  })

  it("has the top level that the design fixes, and nothing else", () => {
    const allowed =
      /^(package(-lock)?\.json|README\.md|SECURITY\.md|LICENSE|src|supervisors|actors|specs|test|test-wasm|tsconfig.*\.json|biome\.json|\..+|.+\.config\.ts)$/
    expect(
      [...new Set(tracked().map((path) => path.split("/")[0] ?? ""))].filter((name) => !allowed.test(name))
    ).toEqual([])
  })
})

function upwardImports(source: Source): ReadonlyArray<string> {
  const from = ringOf(source.path)
  return source.imports
    .filter((i) => i.relative)
    .filter((i) => {
      const to = ringOf(i.target)
      if (from === undefined || to === undefined) return true
      return to.folder !== from.folder && to.ring >= from.ring
    })
    .map((i) => `${source.path} -> ${i.target}`)
}
