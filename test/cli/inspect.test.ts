import { spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { root } from "../tidy/sources.ts"
import { inScratch, jsonOf, launcher, munition, sampler } from "./runMunition.ts"

const dump = inScratch("inspected.mntn")
beforeAll(() => munition(["fire", sampler, "crash_after", "42", "--dump", dump]))

describe("munition inspect", () => {
  it("describes a dump as a whole", async () => {
    const ran = await munition(["inspect", dump])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout).toMatch(/^trapped: unreachable\n\nfunction {3}crash_after\n/)
    expect(jsonOf(await munition(["inspect", "--json", dump]))).toMatchObject({
      formatVersion: 3,
      reason: { _tag: "Trapped", kind: "unreachable" },
      functionName: "crash_after",
      memories: [{ pages: 1, byteLength: 65_536 }]
    })
  })

  it("answers several questions in one object", async () => {
    const args = ["inspect", "--hex", "0x400", "4", dump, "--find", "2a 00", "--strings", "--stack", "--json"]
    expect(jsonOf(await munition(args))).toEqual({
      memory: 0,
      hex: { offset: 1024, length: 4, bytes: "2a000000" },
      strings: { strings: [], more: false },
      find: { offsets: [1024], more: false },
      stack: [{ funcIndex: expect.any(Number), name: "crash_after", codeOffset: expect.any(Number) }]
    })
  })

  it("answers in words", async () => {
    expect((await munition(["inspect", dump, "--find", "2a", "--stack"])).stdout).toMatch(
      /^00000400\n\n#0 {2}func\[\d+\] crash_after {2}at 0x[0-9a-f]+\n$/
    )
    expect((await munition(["inspect", dump, "--find", "ffffffff"])).stdout).toBe("not found\n")
  })

  it("refuses what is outside the memory, and a memory that there is not", async () => {
    const outside = await munition(["inspect", dump, "--hex", "65535", "2", "--json"])
    expect(outside.status).toBe(3)
    expect(jsonOf(outside)).toMatchObject({
      outcome: "refused",
      reason: { _tag: "BadArguments", parameter: "length" }
    })
    const other = await munition(["inspect", dump, "--strings", "--memory", "1"])
    expect(other).toMatchObject({
      status: 3,
      stdout: "",
      stderr: "refused: memory index: expected one of 0, got 1\n"
    })
  })

  it("refuses what is no dump, and one that was cut, with the offset", async () => {
    expect(jsonOf(await munition(["inspect", sampler, "--json"]))).toEqual({
      outcome: "refused",
      reason: { _tag: "BadDump", what: "magic: expected 4d4e544e, got 0061736d", offset: 0 },
      message: "not a readable dump, at 0: magic: expected 4d4e544e, got 0061736d"
    })
    const cut = inScratch("cut.mntn")
    writeFileSync(cut, readFileSync(dump).subarray(0, 100))
    const ran = await munition(["inspect", cut])
    expect(ran).toMatchObject({ status: 3, stdout: "" })
    expect(ran.stderr).toMatch(/^refused: not a readable dump, at \d+: /)
  })

  it("ends in peace when its reader has seen enough", async () => {
    const child = spawn(process.execPath, [launcher, "inspect", dump, "--hex", "0", "65536"], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stderr = ""
    child.stderr.on("data", (chunk) => {
      stderr += chunk
    })
    child.stdout.once("data", () => child.stdout.destroy())
    const status = await new Promise((resolve) => child.on("close", resolve))
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })
})
