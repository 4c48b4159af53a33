import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, it, vi } from "vitest"
import { CHARTS } from "../../actors/charts.ts"
import { Life } from "../../actors/Life.ts"
import { auditChart } from "../../src/cli/chartAudit.ts"
import { FileFailed } from "../../src/cli/files.ts"
import { auditChartCommand, CHART_FORMATS } from "../../src/cli/program.ts"
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
  const life = new Life()
  life.step("Trapped", 5)
  const run = async (readPath: Parameters<typeof auditChart>[0], ...args: ReadonlyArray<string>) => {
    const command = auditChartCommand()
      .exitOverride()
      .action(() => undefined)
    command.parse([...args], { from: "user" })
    const [out, err] = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")]
    for (const spy of [out, err]) spy.mockImplementation(() => true)
    const invocation = { command, args: command.args, options: command.opts() }
    const status = await auditChart(readPath)(invocation)
    const said = { status, out: [...out.mock.calls], err: [...err.mock.calls] }
    for (const spy of [out, err]) spy.mockRestore()
    return said
  }

  it("draws the path that the log holds of the instance that is asked for", async () => {
    const asked: Array<unknown> = []
    const { status, out } = await run(
      (file, id) => {
        asked.push(file, id)
        return Effect.succeed(life.trace)
      },
      ...["audit.log", "--instance", "7", "--format", "mermaid"]
    )
    expect(asked).toEqual(["audit.log", "7"])
    expect(status).toBe(0)
    expect(String(out[0]?.[0])).toMatch(/accTitle: instance 7\n[\s\S]*\(2\) Trapped at 5 #181;s/)
  })

  it("refuses an instance that the log does not know, and a log that cannot be read", async () => {
    const unknown = await run(() => Effect.succeed([]), "audit.log", "--instance", "7\u001b[2J")
    expect(unknown).toMatchObject({ status: 3, out: [] })
    expect(String(unknown.err[0]?.[0])).toBe('refused: "audit.log" holds no step of instance 7\\u{1b}[2J\n')
    const unread = await run(
      () => Effect.fail(new FileFailed("read", "audit.log", "gone")),
      "audit.log",
      "--instance",
      "7"
    )
    expect(unread).toMatchObject({ status: 3, out: [] })
  })
})
