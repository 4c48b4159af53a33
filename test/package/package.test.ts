import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readPrograms } from "../examples/readmeBlocks.ts"
import { root } from "../tidy/sources.ts"
import { Consumer, Unreachable } from "./Consumer.ts"

/**
 * The package as it is published: packed, installed in an empty project, typed, imported and run there.
 */
const consumer = new Consumer()
const programs = readPrograms(readFileSync(join(root, "README.md"), "utf8"))
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
let files: ReadonlyArray<string> | Unreachable = []

beforeAll(() => {
  files = consumer.install()
}, 120_000)
afterAll(() => consumer.remove())

describe("the published package", () => {
  it("holds what was built, its declarations and the papers, and nothing else", (context) => {
    if (files instanceof Unreachable) return context.skip(`npm cannot reach its registry: ${files.code}`)
    const wanted =
      /^(package\.json|README\.md|SECURITY\.md|LICENSE|dist\/(src|supervisors|actors)\/[\w/]+(\.d\.ts|\.js)|dist\/command\/[\w./-]+\.js|dist\/command\/LICENCES\.txt)$/
    expect(files.filter((path) => !wanted.test(path))).toEqual([])
    for (const paper of ["README.md", "SECURITY.md", "LICENSE"]) expect(files).toContain(paper)
    // The command is the same code again, bundled, with the licences of what is bundled with it.
    expect(files).toContain("dist/command/LICENCES.txt")
    const scripts = files.filter((path) => path.endsWith(".js") && !path.startsWith("dist/command/"))
    expect(
      scripts.filter((path) => !(files as ReadonlyArray<string>).includes(path.replace(/\.js$/, ".d.ts")))
    ).toEqual([])
    expect(
      scripts.filter((path) => !existsSync(join(root, path.replace("dist/", "").replace(/\.js$/, ".ts"))))
    ).toEqual([])
  })

  it("has what its entry points and commands name", (context) => {
    if (files instanceof Unreachable) return context.skip(`npm cannot reach its registry: ${files.code}`)
    const named = [manifest.exports, manifest.bin].flatMap(leaves)
    expect(
      named.filter((path) => !(files as ReadonlyArray<string>).includes(path.replace("./", "")))
    ).toEqual([])
  })

  it("types every entry point for a strict consumer that checks declarations", (context) => {
    if (files instanceof Unreachable) return context.skip(`npm cannot reach its registry: ${files.code}`)
    for (const [i, { code }] of programs.entries()) consumer.write(`program-${i}.mts`, code)
    consumer.write("wrong.mts", WRONG)
    consumer.write(
      "tsconfig.json",
      JSON.stringify({
        compilerOptions: STRICT,
        files: ["wrong.mts", ...programs.map((_, i) => `program-${i}.mts`)]
      })
    )
    const { stdout, status } = consumer.node(
      join(root, "node_modules/typescript/bin/tsc"),
      ...["-p", ".", "--typeRoots", join(root, "node_modules/@types")]
    )
    expect(stdout).toBe("")
    expect(status).toBe(0)
  }, 60_000)

  it("runs the README's programs", (context) => {
    if (files instanceof Unreachable) return context.skip(`npm cannot reach its registry: ${files.code}`)
    for (const [i, { code, output }] of programs.entries()) {
      consumer.write(`program-${i}.mts`, code)
      const { stdout, stderr } = consumer.node(`program-${i}.mts`)
      expect(stdout, stderr).toBe(output)
    }
  }, 60_000)

  it("fires from the command line", (context) => {
    if (files instanceof Unreachable) return context.skip(`npm cannot reach its registry: ${files.code}`)
    const ran = consumer.npx("munition", "fire", "test-wasm/rust/sampler.wasm", "factorial", "20", "--json")
    expect(ran.stdout, ran.stderr).toContain('"value":"2432902008176640000"')
    expect(ran.status).toBe(0)
  })
})

const STRICT = {
  target: "es2024",
  lib: ["es2024", "esnext.disposable", "dom"],
  module: "nodenext",
  types: ["node"],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true
}

/** A mistake for each entry point: it is seen, so the entry point has types. */
const WRONG = `
import { Munition } from "munition"
import { fire } from "munition/promise"
// @ts-expect-error: bytes are no text
Munition.fire("wasm", "add", [1, 2])
// @ts-expect-error: fuel is no list
void fire(new Uint8Array(), "add", [1, 2], { fuel: [] })
`

/** Every text in a nested object. */
function leaves(value: unknown): ReadonlyArray<string> {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : []
}
