import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { CHARTS } from "../../actors/charts.ts"
import { CHART_FORMATS } from "../../src/cli/program.ts"
import { root } from "../tidy/sources.ts"
import { inScratch, munition } from "./runMunition.ts"

describe("munition chart", () => {
  it("lists the statecharts, a line and a sentence each", async () => {
    const ran = await munition(["chart"])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    const lines = ran.stdout.trimEnd().split("\n")
    expect(lines.map((line) => line.split(" ")[0])).toEqual(Object.keys(CHARTS))
    for (const line of lines) expect(line).toMatch(/^\w+ +[A-Z].*\.$/)
  })

  it("draws the picture that is kept in the repository", async () => {
    const { status, stdout } = await munition(["chart", "instance"])
    expect(status).toBe(0)
    expect(stdout).toBe(readFileSync(join(root, "test/chart/instance.svg"), "utf8"))
  })

  it("writes each format to standard output, or the same into a file", async () => {
    for (const format of CHART_FORMATS) {
      const shown = await munition(["chart", "instance", "--format", format])
      expect(shown).toMatchObject({ status: 0, stderr: "" })
      const path = inScratch(`instance.${format}`)
      const written = await munition(["chart", "instance", "--format", format, "-o", path])
      expect(written).toMatchObject({ status: 0, stdout: "" })
      expect(readFileSync(path, "utf8")).toBe(shown.stdout)
    }
  })

  it("says which there are when there is none of that name, and when a file cannot be written", async () => {
    expect(await munition(["chart", "toString"])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("Allowed choices are instance")
    })
    const ran = await munition(["chart", "instance", "--format", "json", "-o", inScratch("none/here")])
    expect(ran).toMatchObject({ status: 3, stdout: "", stderr: expect.stringContaining("cannot write") })
  })
})

describe("munition audit chart", () => {
  const sample = "test/audit/sample.log"

  it("draws the path that the log holds of the instance that is asked for", async () => {
    const ran = await munition(["audit", "chart", sample, "--instance", "2", "--format", "mermaid"])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout).toMatch(/accTitle: instance 2\n/)
    const steps = ran.stdout.match(/\(\d\) \w+ at \d+ #181;s/g)
    expect(steps?.length).toBeGreaterThan(2)
    const path = inScratch("path.svg")
    expect(await munition(["audit", "chart", sample, "--instance", "2", "-o", path])).toMatchObject({
      status: 0,
      stdout: ""
    })
    expect(readFileSync(path, "utf8")).toContain("<title>instance 2</title>")
  })

  it("says that the log does not hold, when a line of it is missing", async () => {
    const lines = readFileSync(join(root, sample), "utf8").trimEnd().split("\n")
    const broken = inScratch("broken.log")
    writeFileSync(broken, `${lines.toSpliced(1, 1).join("\n")}\n`)
    const ran = await munition(["audit", "chart", broken, "--instance", "2", "--format", "mermaid"])
    expect(ran).toMatchObject({
      status: 3,
      stderr: `broken: ${JSON.stringify(broken)} line 2 removed: number 2 is missing before it\n`
    })
    expect(ran.stdout).toMatch(/accTitle: instance 2.*the log does not hold/)
    // Where it can be seen, too.
    expect(ran.stdout).toMatch(/state "The log does not hold.*it[.]" as warning\n/)
    const path = inScratch("broken.svg")
    const drawn = await munition(["audit", "chart", broken, "--instance", "2", "-o", path])
    expect(drawn.status).toBe(3)
    const texts = readFileSync(path, "utf8").match(/>The log does not hold[^<]*<\/text>/)
    expect(texts).toHaveLength(1)
  })

  it("says which lines of the log it drew, when they were recorded, and by whom", async () => {
    const ran = await munition(["audit", "chart", sample, "--instance", "2"])
    expect(ran.stdout).toMatch(/>Lines #7 to #11 of the log, recorded 2026-\S+Z by process 14422\.<\/text>/)
  })

  it("refuses an instance that the log does not know, and a log that cannot be read", async () => {
    const unknown = await munition(["audit", "chart", sample, "--instance", "7\u001b[2J"])
    expect(unknown).toMatchObject({
      status: 3,
      stdout: "",
      stderr: `refused: ${sample}: no step of instance 7\\u{1b}[2J\n`
    })
    const unread = await munition(["audit", "chart", inScratch("none.log"), "--instance", "7"])
    expect(unread).toMatchObject({
      status: 3,
      stdout: "",
      stderr: expect.stringContaining("cannot read the audit log")
    })
  })
})
