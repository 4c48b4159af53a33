import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { AUDIT_HASH_NONE, encodeEvent, sealLine } from "../../src/audit/AuditLine.ts"
import { linesIn, linesOf, step, writeLines } from "../audit/logs.ts"
import { root } from "../tidy/sources.ts"
import { inScratch, jsonOf, launcher, munition } from "./runMunition.ts"

const sample = "test/audit/sample.log"
const lines = linesIn(join(root, sample))
const headOf = (line: string | undefined): string => {
  const { sequence, hash } = JSON.parse(line ?? "")
  return `${sequence}:${hash}`
}
const without = (name: string, line: number): string =>
  writeLines(inScratch(name), lines.toSpliced(line - 1, 1))

describe("munition audit verify", () => {
  it("ends with 0 for a log that holds, and prints its last line as --expect takes it", async () => {
    const ran = await munition(["audit", "verify", sample])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout).toContain(`last: ${headOf(lines[17])}\n`)
    for (const line of [lines[17], lines[4]])
      expect(await munition(["audit", "verify", sample, "--expect", headOf(line)])).toMatchObject({
        status: 0
      })
  })

  it("ends with 3 for one that does not, and names the first line that is wrong and how", async () => {
    const removed = without("removed.log", 5)
    expect(await munition(["audit", "verify", removed])).toMatchObject({
      status: 3,
      stdout: "",
      stderr: `broken: ${JSON.stringify(removed)} line 5 removed: number 5 is missing before it\n`
    })
    const ran = await munition(["audit", "verify", removed, "--json"])
    expect(ran).toMatchObject({ status: 3, stderr: "" })
    expect(jsonOf(ran)).toMatchObject({
      outcome: "broken",
      reason: { how: "removed", path: removed, line: 5 }
    })
  })

  it("finds what was removed from the end only when it is told what was there", async () => {
    const cut = writeLines(inScratch("cut.log"), lines.slice(0, 12))
    expect(await munition(["audit", "verify", cut])).toMatchObject({ status: 0 })
    expect(await munition(["audit", "verify", cut, "--expect", headOf(lines[17])])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("removed: number 18 was expected, and the log ends with number 12")
    })
  })

  it("tells of gaps, and of processes that did not end in order, and that it holds", async () => {
    const told = writeLines(
      inScratch("told.log"),
      linesOf([
        { _tag: "Opened", pid: 5, before: "nothing", tornBytes: 0, torn: "" },
        { _tag: "Gap", first: 3, last: 5, why: "ENOSPC: no space left on device\u001b[2J" },
        step("1"),
        { _tag: "Opened", pid: 6, before: "unclosed", tornBytes: 7, torn: "{" }
      ])
    )
    const ran = await munition(["audit", "verify", told])
    expect(ran.status).toBe(0)
    expect(ran.stdout.split("\n")).toMatchObject([
      "holds: 5 lines, 1 to 8",
      "lost: 3 events, of which the log itself tells",
      "  3 events are missing, #3 to #5: ENOSPC: no space left on device\\u{1b}[2J",
      "processes: 2 began to write, 1 after one that did not end in order",
      "end: open: it is being written, its process was killed, or lines were removed from its end",
      expect.stringMatching(/^last: 8:[0-9a-f]{64}$/),
      ""
    ])
  })

  it("reads a log from a pipe", () => {
    // A shell's pipe: what Node gives a child cannot be opened by name.
    const piped = `cat ${sample} | "$0" "$1" audit verify /dev/stdin`
    const ran = spawnSync("bash", ["-c", piped, process.execPath, launcher], { cwd: root, encoding: "utf8" })
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/^holds: 18 lines, 1 to 18\n/) })
  })

  it.each([
    [[root], "EISDIR"],
    [[inScratch("nowhere")], "ENOENT"],
    [[sample, root], "EISDIR"]
  ])("ends with 3 for what cannot be read: %j", async (files, what) => {
    const ran = await munition(["audit", "verify", ...files])
    expect(ran).toMatchObject({ status: 3, stdout: "", stderr: expect.stringContaining(what) })
    expect(ran.stderr).toMatch(/^refused: cannot read the audit log "/)
  })

  it.each([
    [["audit"], "Usage: munition audit"],
    [["audit", "verfy", sample], "unknown command 'verfy'\n(Did you mean verify?)"],
    [["audit", "verify"], "missing required argument 'files'"],
    [
      ["audit", "verify", sample, "--expect", "18"],
      '--expect: expected SEQUENCE:HASH, with 64 digits of a hash, got "18"'
    ],
    [["audit", "show", sample, "--chart", "scheduler"], "--chart: expected --instance beside it, got none"]
  ])("ends with 2 for %j, which is no command", async (args, problem) => {
    const ran = await munition(args)
    expect(ran).toMatchObject({ status: 2, stdout: "" })
    expect(ran.stderr).toContain(problem)
    expect(ran.stderr.toLowerCase()).toMatch(/usage: munition audit/)
  })
})

describe("munition audit show", () => {
  it("counts what a log holds", async () => {
    const ran = await munition(["audit", "show", sample])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout).toMatchInlineSnapshot(`
      "events: 15, 2026-11-22T05:04:33.582Z to 2026-11-22T05:04:33.957Z
      instances: 3 began, 3 were cleaned
      crashes: 2
        1 Trapped
        1 OutOfFuel
      refusals: 1
        1 UnknownFunction
      transitions: 0
      processes: 1 began
      "
    `)
  })

  it("says that the clock was set back, and not where a file begins later than its lines were recorded", async () => {
    const log = linesOf([step("1"), step("2"), step("3"), step("4")])
    let prev = AUDIT_HASH_NONE
    const times = [9_000, 2_000, 1_500, 1_400, 1_600]
    const told = log.map((line, i) => {
      const { sequence, ...event } = JSON.parse(line)
      const sealed = sealLine(sequence, encodeEvent(event, times[i] ?? 0), prev)
      prev = sealed.hash
      return sealed.line.slice(0, -1)
    })
    const ran = await munition(["audit", "show", writeLines(inScratch("back.log"), told)])
    expect(ran).toMatchObject({ status: 0, stderr: "" })
    expect(ran.stdout).toContain("clock: set back 2 times, by at most 500 ms\n")
    expect(ran.stdout).toContain("events: 4, 1970-01-01T00:00:01.400Z to 1970-01-01T00:00:02.000Z\n")
  })

  it("shows the path of one instance, and for machines as one object", async () => {
    const ran = await munition(["audit", "show", sample, "--instance", "4"])
    expect(ran.status).toBe(0)
    expect(ran.stdout).toMatchInlineSnapshot(`
      "instance 4, in process 14422, which began at #2
        2026-11-22T05:04:33.949Z  #13  compiling                  START         after 0 µs
        2026-11-22T05:04:33.949Z  #14  compiling -> instantiated  INSTANTIATED  after 190 µs
        2026-11-22T05:04:33.949Z  #15  instantiated -> executing  CALLED        after 194 µs
        2026-11-22T05:04:33.949Z  #16  executing -> captured      OutOfFuel     after 554 µs
        2026-11-22T05:04:33.949Z  #17  captured -> cleaned        CLEANED       after 614 µs
      "
    `)
    const json = await munition(["audit", "show", sample, "--instance", "4", "--json"])
    expect(jsonOf(json)).toMatchObject({
      id: "4",
      lives: [{ process: { sequence: 2 }, events: [{ to: "compiling" }, {}, {}, { why: "OutOfFuel" }, {}] }],
      broken: null,
      lost: 0
    })
  })

  it("shows lives with the same id apart, and those who follow a chart", async () => {
    const opened = { _tag: "Opened", pid: 5, before: "closed", tornBytes: 0, torn: "" } as const
    const moved = {
      _tag: "Transition",
      chart: "scheduler",
      id: "1",
      from: "idle",
      to: "busy\n",
      why: "GIVEN"
    } as const
    const file = writeLines(inScratch("lives.log"), linesOf([opened, step("1"), moved, opened, step("1")]))
    const ran = await munition(["audit", "show", file, "--instance", "1"])
    expect(ran.stdout.match(/^instance 1, in process 5, which began at #[25]$/gm)).toHaveLength(2)
    const other = await munition(["audit", "show", file, "--instance", "1", "--chart", "scheduler"])
    expect(other.stdout).toContain("  #4  idle -> busy\\n  GIVEN\n")
  })

  it("ends with 3 for an instance that is not there, and for a log that does not hold, of which it shows the rest", async () => {
    expect(await munition(["audit", "show", sample, "--instance", "99"])).toMatchObject({
      status: 3,
      stdout: "",
      stderr: "refused: instance 99 is not in the log\n"
    })
    const broken = inScratch("broken.log")
    writeFileSync(broken, readFileSync(without("broken.log", 9), "utf8").replace("no_such", "so_such"))
    const ran = await munition(["audit", "show", broken, "--instance", "4"])
    expect(ran).toMatchObject({ status: 3, stderr: expect.stringContaining("line 9 removed") })
    expect(ran.stdout).toContain("captured -> cleaned")
  })
})
