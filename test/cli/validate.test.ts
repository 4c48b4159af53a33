import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { parseWat } from "../guests/wat.ts"
import { root } from "../tidy/sources.ts"
import { inScratch, jsonOf, munition, sampler } from "./runMunition.ts"

const logging = inScratch("logging.wasm")
writeFileSync(logging, parseWat("log", readFileSync(join(root, "test-wasm/host/log.wat"), "utf8")))

describe("munition validate", () => {
  it("says what a valid module offers and wants", async () => {
    const ran = await munition(["validate", logging])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout).toMatch(/^valid\n/)
    expect(ran.stdout).toContain("\nfunctions\n  main () -> ()\n")
    expect(ran.stdout).toContain("\n  env.log_warn (i32, i32) -> ()  needs log\n")
    expect(jsonOf(await munition(["validate", logging, "--json"]))).toMatchObject({
      outcome: "valid",
      functions: [{ name: "main", params: [], results: [] }],
      imports: [{ module: "env", name: "log_debug", capability: "log" }, {}, {}, {}]
    })
  })

  it("refuses a module without a required export", async () => {
    const ran = await munition(["validate", sampler, "--require", "add", "--require", "subtract", "--json"])
    expect(ran.status).toBe(3)
    expect(jsonOf(ran)).toMatchObject({
      outcome: "refused",
      reason: { _tag: "UnknownFunction", name: "subtract" }
    })
  })

  it.each([
    [["--allow-import", "env.*"], 0],
    [["--allow-import", "env.log_debug"], 3],
    [["--no-imports"], 3],
    [["--no-imports", "--allow-import", "env.*"], 0]
  ])("holds a module's imports against %j: %i", async (options, status) => {
    expect(await munition(["validate", logging, ...options])).toMatchObject({ status })
  })

  it("prints nothing that acts on a terminal, be it from a guest's names or from the command line", async () => {
    const acts = "\u001b[31m\u009b31m\u202e"
    const quoted = Buffer.from(acts).reduce(
      (text, byte) => `${text}\\${byte.toString(16).padStart(2, "0")}`,
      ""
    )
    const named = inScratch("named.wasm")
    writeFileSync(named, parseWat("named", `(module (func (export "${quoted}")))`))
    const json = await munition(["validate", named, "--json"])
    const ran = [
      json,
      await munition(["validate", named]),
      await munition(["fire", named, acts, "--dump", `${acts}/${acts}`]),
      await munition(["fire", named, "main", "--fuel", acts]),
      await munition(["validate", named, `--${acts}`]),
      await munition([acts])
    ]
    for (const { stdout, stderr } of ran)
      expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
    expect(jsonOf(json)).toMatchObject({ functions: [{ name: acts }] })
  })

  it("refuses what is no module, at its offset", async () => {
    expect(jsonOf(await munition(["validate", "package.json", "--json"]))).toMatchObject({
      outcome: "refused",
      reason: { _tag: "Malformed", offset: 0 }
    })
  })

  it("holds a module against the bounds that it is given", async () => {
    const ran = await munition(["validate", sampler, "--memory-pages", "0", "--json"])
    expect(jsonOf(ran)).toMatchObject({
      reason: { _tag: "LimitExceeded", limit: "memoryPagesMax", bound: 0 }
    })
  })
})

describe("munition meter", () => {
  it("writes a module that V8 accepts, with the guest's names and the meter", async () => {
    const metered = inScratch("metered.wasm")
    expect(await munition(["meter", logging, "-o", metered])).toMatchObject({ status: 0, stdout: "" })
    const bytes = readFileSync(metered)
    const module = new WebAssembly.Module(bytes)
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toContain("main")
    expect(WebAssembly.Module.customSections(module, "name")).toHaveLength(1)
    expect(bytes.length).toBeGreaterThan(statSync(logging).size)
  })

  it("refuses what is no module, and a place that cannot be written", async () => {
    expect(await munition(["meter", "package.json", "-o", inScratch("no.wasm")])).toMatchObject({ status: 3 })
    const nowhere = await munition(["meter", sampler, "-o", inScratch("nowhere/m.wasm")])
    expect(nowhere).toMatchObject({ status: 3, stdout: "" })
    expect(nowhere.stderr).toMatch(/^refused: cannot write ".*nowhere\/m\.wasm": ENOENT/)
  })
})
