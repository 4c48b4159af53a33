import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { readSources, root } from "../tidy/sources.ts"
import { readExamples } from "./readExamples.ts"
import { runExample } from "./runExample.ts"

/**
 * Every example in a doc comment is run, with the exports of its own module, those of the public API, `Effect`,
 * `Layer`, `Result`, `Stream` and `wasm`, the sampler that was built from Rust, in scope.
 */
const sources = readSources(["src", "supervisors", "actors"])
const examples = sources.flatMap(({ path, text }) =>
  readExamples(path, text).map((example) => ({ path, ...example }))
)
const wasm = new Uint8Array(readFileSync(join(root, "test-wasm/rust/sampler.wasm")))
const api = await import("../../src/index.ts")

const PUBLIC = new Set<unknown>(Object.values({ ...api, ...(await import("../../src/promise.ts")) }))

describe("the examples in doc comments", () => {
  it.each(examples)("$where says what its code gives", async ({ path, steps }) => {
    const own: object = await import(join(root, path))
    const answers = await runExample(steps, { ...api, Effect, Layer, Result, Stream, wasm, ...own })
    expect(answers.length).toBe(steps.length)
    for (const { code, got, expected } of answers) expect(got, code).toEqual(expected)
  })

  it("stand in every module that exports something to run, or it is said why not", async () => {
    const withExample = new Set(examples.map(({ path }) => path))
    const without: Array<string> = []
    for (const path of publicModules().filter((path) => !withExample.has(path)))
      if (Object.values(await import(join(root, path))).some((one) => PUBLIC.has(one))) without.push(path)
    expect(without).toEqual(Object.keys(WITHOUT).sort())
  })
})

describe("a reader of examples", () => {
  const read = (...lines: ReadonlyArray<string>) =>
    readExamples("x.ts", ["/**", ...lines.map((line) => ` * ${line}`), " */"].join("\n"))
  const run = (...lines: ReadonlyArray<string>) => runExample(read(...lines)[0]?.steps ?? [], {})

  it("finds the line, and a value that goes on in comments", async () => {
    const lines = [
      "Words.",
      "",
      "    const a = {",
      "      b: 1",
      "    }",
      "    a // => {",
      "    //   b: 1",
      "    // }"
    ]
    expect(read(...lines)).toMatchObject([{ where: "x.ts:4" }])
    expect(await run(...lines)).toEqual([{ code: expect.any(String), got: { b: 1 }, expected: { b: 1 } }])
  })

  it("keeps names from one line to the next", async () => {
    expect(await run("    const n = 20", "    n + 1 // => 21", "    n * 2 // => 41")).toMatchObject([
      { got: 21, expected: 21 },
      { got: 40, expected: 41 }
    ])
  })

  it("fails for an example that cannot run", async () => {
    await expect(run("    nothing() // => 1")).rejects.toThrow(ReferenceError)
    await expect(run("    1 + // => 1")).rejects.toThrow()
    await expect(run("    1 // => { a, b: }")).rejects.toThrow()
  })

  it("takes code outside a doc comment for no example", () => {
    expect(readExamples("x.ts", "// f() // => 1\nconst s = 1 // => 1")).toEqual([])
  })
})

/** Modules of the public API in which an example would say nothing. */
const WITHOUT: Readonly<Record<string, string>> = {
  "src/audit/AuditLogBroken.ts": "a class that verifying a log fails with",
  "src/audit/AuditLogFailed.ts": "a class that opening a log fails with",
  "src/audit/AuditLogOptions.ts": "a table, which README.md shows",
  "src/forensics/BadDump.ts": "a class that reading a dump fails with",
  "src/forensics/describeDump.ts": "a page of text, which README.md shows",
  "src/forensics/dumpToJson.ts": "an object of a hundred lines",
  "src/forensics/encodeDump.ts": "the example of decodeDump begins with it",
  "src/outcome/Crash.ts": "a class that firing fails with",
  "src/outcome/Refused.ts": "a class that firing fails with",
  "src/outcome/Returned.ts": "a class that firing succeeds with",
  "src/runtime/RunPolicy.ts": "a table, which README.md shows",
  "supervisors/InstanceManager.ts": "a service, reached through the example in src/index.ts",
  "supervisors/ResidentEnded.ts": "a class that a call of a resident guest fails with",
  "supervisors/otp/SpecRefusal.ts": "classes that starting a supervisor fails with",
  "supervisors/otp/SupervisedChild.ts": "a name, which the audit shows",
  "supervisors/otp/SupervisorError.ts": "classes that the calls of a supervisor fail with"
}

/** The modules that the two faces export from, and the faces. */
function publicModules(): ReadonlyArray<string> {
  const faces = ["src/index.ts", "src/promise.ts"]
  const exported = sources
    .filter(({ path }) => faces.includes(path))
    .flatMap(({ text }) => [...text.matchAll(/^export [^;=]*? from "(\.[^"]+)"/gm)])
    .map(([, specifier = ""]) => join("src", specifier))
  return [...new Set([...faces, ...exported])].sort()
}
