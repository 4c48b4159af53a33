import { describe, expect, it } from "vitest"
import { OutOfFuel } from "../../src/outcome/CrashReason.ts"
import { Missing } from "../../src/outcome/Missing.ts"
import { LimitExceeded } from "../../src/outcome/RefusedReason.ts"
import type { Report } from "./Report.ts"
import { readHeader } from "./readHeader.ts"
import { runGuest } from "./runGuest.ts"

/** What the runner finds wrong when a firing with these expectations ends in that report. */
const wrong = (expectations: ReadonlyArray<string>, report: Report) =>
  runGuest(
    readHeader("g.wat", [";;! proves: x", ";;! fire: f", ...expectations.map((e) => `;;! ${e}`)].join("\n")),
    new Uint8Array(),
    () => Promise.resolve(report)
  )

const life = ["compiling", "instantiated", "executing"]
const returned: Report = {
  outcome: "returned",
  values: [{ type: "i32", value: "42" }],
  fuel: { allocated: 10, used: 4, remaining: 6 },
  memory: { pages: 2, highWaterBytes: 131072 },
  lifecycle: [...life, "cleaned"],
  logs: ["info hello"],
  hostCalls: 1
}
const memory = { memoryIndex: 0, pages: 1, pageBytes: 65536, bytes: new Uint8Array([1, 2, 3]) }
const crashed: Report = {
  outcome: "crashed",
  reason: { ...new OutOfFuel(10, 10) },
  lifecycle: [...life, "captured", "cleaned"],
  evidence: { memories: [memory], globals: [{ globalIndex: 0, type: "i32", value: "7" }] }
}
const refused: Report = { outcome: "refused", reason: { ...new LimitExceeded("memoryPagesMax", 1, 2) } }

describe("running a guest", () => {
  it("finds nothing wrong where all is as the header says", async () => {
    const lines = ["returned: i32 42", "fuel-used: 3..4", "pages: 2", "log: info hello", "host-calls: 1"]
    expect(await wrong(lines, returned)).toEqual([])
    expect(await wrong(["returned: i32 _"], returned)).toEqual([])
    expect(await wrong(["crashed: OutOfFuel", "memory-at: 1 = 0203", "global: 0 = 7"], crashed)).toEqual([])
    expect(await wrong(["crashed: TimedOut | OutOfFuel"], crashed)).toEqual([])
    expect(await wrong(["refused: LimitExceeded memoryPagesMax"], refused)).toEqual([])
  })

  const lies: ReadonlyArray<readonly [lines: ReadonlyArray<string>, report: Report, found: string]> = [
    [["returned: i32 43"], returned, "g.wat:2: expected returned i32 43, got returned i32 42"],
    [["returned: i64 42"], returned, "expected returned i64 42"],
    [["returned:"], returned, "expected returned, got"],
    [["returned: i32 42"], crashed, 'got crashed {"_tag":"OutOfFuel"'],
    [["crashed: TimedOut"], crashed, "expected crashed TimedOut"],
    [["refused: LimitExceeded gcBytesMax"], refused, "expected refused LimitExceeded gcBytesMax"],
    [["returned: i32 42", "fuel-used: 5..9"], returned, "expected fuel used 5..9, got 4"],
    [["returned: i32 42", "pages: 1"], returned, "expected pages 1, got 2"],
    [["returned: i32 42", "host-calls: 2"], returned, "expected host calls 2, got 1"],
    [["returned: i32 42", "log: info bye"], returned, "expected the log"],
    [["crashed: OutOfFuel", "memory-at: 2 = 0304"], crashed, "expected 0304 at 2 of the dump, got 03"],
    [["crashed: OutOfFuel", "global: 1 = 7"], crashed, "expected global 1 = 7, got undefined"],
    [["crashed: OutOfFuel", "fuel-used: 1"], crashed, "expected fuel used 1, got undefined"],
    [
      ["crashed: OutOfFuel", "memory-at: 0 = 01"],
      { ...crashed, evidence: { memories: new Missing("worker died"), globals: [] } },
      "got worker died"
    ]
  ]
  it.each(lies)("sees that %j does not hold", async (lines, report, found) => {
    expect((await wrong(lines, report)).join()).toContain(found)
  })

  it("holds every firing to the three laws, whatever its header says", async () => {
    const lawless: ReadonlyArray<readonly [string, Report]> = [
      ["returned: i32 42", { ...returned, fuel: { allocated: 10, used: 4, remaining: 5 } }],
      ["returned: i32 42", { ...returned, fuel: { allocated: 10, used: 11, remaining: -1 } }],
      ["returned: i32 42", { ...returned, lifecycle: life }],
      ["returned: i32 42", { ...returned, lifecycle: [...life, "captured", "cleaned"] }],
      ["crashed: OutOfFuel", { ...crashed, lifecycle: [...life, "cleaned"] }],
      ["refused: LimitExceeded", { ...refused, lifecycle: life }]
    ]
    for (const [line, report] of lawless) expect(await wrong([line], report)).toHaveLength(1)
  })

  it("fires every firing of a file, in order", async () => {
    const seen: string[] = []
    const lines = [";;! proves: x", ";;! fire: a", ";;! returned:", ";;! fire: b 1", ";;! returned:"]
    const found = await runGuest(readHeader("g.wat", lines.join("\n")), new Uint8Array(), (_, name, args) => {
      seen.push([name, ...args].join(" "))
      return Promise.resolve({ outcome: "returned", values: [] })
    })
    expect([seen, found]).toEqual([["a", "b 1"], []])
  })
})
