import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { parseWat } from "../guests/wat.ts"
import { inScratch, jsonOf, munition, sampler } from "./runMunition.ts"

const random = inScratch("random.wasm")
writeFileSync(
  random,
  parseWat(
    "random",
    `(module (import "env" "get_random_u32" (func $random (result i32))) (memory 1)
      (func (export "init") (i32.store (i32.const 0) (call $random)))
      (func (export "get") (result i32) (i32.load (i32.const 0))))`
  )
)

describe("munition snapshot", () => {
  it("writes a module that starts where the initialiser ended, and says what is in it", async () => {
    const made = inScratch("made.wasm")
    const ran = await munition(["snapshot", sampler, "--init", "increment", "-o", made, "--keep"])
    expect(ran).toMatchObject({ status: 0, stdout: "" })
    expect(ran.stderr).toMatch(/^".*made\.wasm": \d+ bytes, \d+ before\nmemory 0: 1 pages, 1 before; /)
    expect(await munition(["fire", made, "increment"])).toMatchObject({ status: 0, stdout: "2\n" })
  })

  it("says whose answers are frozen, and answers the same for ever", async () => {
    const made = inScratch("frozen.wasm")
    const asked = ["snapshot", random, "--init", "init", "-o", made, "--grant", "random:virtual=7"]
    const ran = await munition([...asked, "--rename-export", "get=first", "--json"])
    expect(jsonOf(ran)).toMatchObject({
      outcome: "written",
      bytesAfter: statSync(made).size,
      frozen: [{ module: "env", name: "get_random_u32", calls: 1 }]
    })
    const answers = [1, 2].map(() => munition(["fire", made, "first", "--grant", "random"]))
    const [one, other] = await Promise.all(answers)
    expect(one).toMatchObject({ status: 0, stdout: other?.stdout })
    expect(await munition(["fire", made, "init", "--grant", "random"])).toMatchObject({ status: 3 })
  })

  it("writes nothing when the initialiser crashes but a dump where one is asked for", async () => {
    const [made, dump] = [inScratch("none.wasm"), inScratch("snapshot.mntn")]
    const asked = ["snapshot", sampler, "--init", "infinite_loop", "-o", made]
    const ran = await munition([...asked, "--fuel", "1000", "--dump", dump])
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain("crashed: out of fuel: used 1000 of 1000")
    expect(existsSync(made)).toBe(false)
    expect(readFileSync(dump).length).toBeGreaterThan(0)
  })

  it.each([
    [["--init", "increment"], 2, "required option '-o, --output <file>' not specified"],
    [["-o", "x"], 2, "required option '--init <function>' not specified"],
    [["--init", "increment", "-o", "x", "--rename-export", "add"], 2, "--rename-export: expected OLD=NEW"],
    [
      ["--init", "increment", "-o", "x", "--rename-export", "none=new"],
      3,
      "renameExports: expected the name"
    ],
    [["--init", "incremen", "-o", "x"], 3, "(Did you mean increment?)"]
  ])("is told %j, ends with %i and says why", async (options, status, why) => {
    const ran = await munition(["snapshot", sampler, ...options])
    expect(ran.status).toBe(status)
    expect(ran.stderr).toContain(why)
  })
})
