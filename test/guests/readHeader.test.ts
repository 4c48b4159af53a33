import { describe, expect, it } from "vitest"
import { readHeader } from "./readHeader.ts"

const read = (...lines: ReadonlyArray<string>) => readHeader("a.wat", [...lines, "(module)"].join("\n"))
const MINIMAL = [";;! proves: it can be small", ";;! fire: main", ";;! returned:"]

describe("reading a guest's header", () => {
  it("takes a header that says everything", () => {
    const header = read(
      ";;! proves: a thing",
      ";;! needs: exnref, gc",
      ";; an ordinary comment",
      ";;! fuel: 1e7",
      ";;! fire: main 1 -2.5",
      ";;! fuel: 10",
      ";;! timeout: 300",
      ";;! grant: log",
      ";;! grant: time",
      ";;! limit: memoryPagesMax 3",
      ";;! crashed: Trapped integer overflow | OutOfFuel",
      ";;! fuel-used: 1..0x10",
      ";;! memory-at: 0x10 = 2a00",
      ";;! global: 0 = -1",
      ';;! fire: "a\\nb\\u0000"',
      ";;! returned: i32 42, f64 nan",
      ";;! log: info hello there"
    )
    expect(header).toEqual({
      path: "a.wat",
      proves: "a thing",
      needs: ["exnref", "gc"],
      firings: [
        {
          line: 5,
          functionName: "main",
          args: ["1", "-2.5"],
          options: {
            fuel: 10,
            timeoutMs: 300,
            grants: ["log", "time"],
            allow: [],
            limits: new Map([["memoryPagesMax", 3]])
          },
          expected: {
            ending: {
              outcome: "crashed",
              anyOf: [
                { tag: "Trapped", detail: "integer overflow" },
                { tag: "OutOfFuel", detail: undefined }
              ]
            },
            fuelUsed: { min: 1, max: 16 },
            memoryAt: [{ offset: 16, hex: "2a00" }],
            globals: [{ globalIndex: 0, value: "-1" }]
          }
        },
        {
          line: 15,
          functionName: "a\nb\0",
          args: [],
          options: { fuel: 1e7, grants: [], allow: [], limits: new Map() },
          expected: {
            ending: {
              outcome: "returned",
              values: [
                { type: "i32", value: "42" },
                { type: "f64", value: "nan" }
              ]
            },
            logs: ["info hello there"],
            memoryAt: [],
            globals: []
          }
        }
      ]
    })
  })

  it("reads `//!` in the languages that comment so", () => {
    const text = MINIMAL.join("\n").replaceAll(";;!", "//!")
    expect(readHeader("a.c", `${text}\nint x;`).proves).toBe("it can be small")
  })

  const bad: ReadonlyArray<readonly [why: string, lines: ReadonlyArray<string>, message: string]> = [
    ["proves nothing", MINIMAL.slice(1), "a.wat:1: no `proves`"],
    ["proves nothing in words", [";;! proves:", ...MINIMAL.slice(1)], "a.wat:1: `proves` is empty"],
    ["proves two things", [";;! proves: another", ...MINIMAL], "a.wat:2: a second `proves`"],
    ["fires nothing", MINIMAL.slice(0, 1), "a.wat:1: no `fire`"],
    ["fires nothing by name", [...MINIMAL, ";;! fire:"], "a.wat:4: `fire` needs a function name"],
    ["breaks a string", [...MINIMAL, ';;! fire: "a\\x"'], "a.wat:4: the function name is no JSON string"],
    ["misspells a key", [...MINIMAL, ";;! retruned: i32 1"], "a.wat:4: unknown key `retruned`"],
    ["uses a key of every object", [...MINIMAL, ";;! constructor: 1"], "a.wat:4: unknown key `constructor`"],
    ["misspells the shape of a line", [...MINIMAL, ";;! fuel = 3"], "a.wat:4: expected `key: value`"],
    ["misses the space", [...MINIMAL, ";;!fuel: 3"], "a.wat:4: expected `key: value`"],
    [
      "expects before it fires",
      [";;! returned: i32 1", ...MINIMAL],
      "a.wat:1: `returned` belongs to a firing"
    ],
    ["ends twice", [...MINIMAL, ";;! crashed: OutOfFuel"], "a.wat:4: crashed: this firing already returned"],
    ["does not end", [...MINIMAL, ";;! fire: again"], "a.wat:4: the firing lacks a line"],
    ["gives fuel twice", [...MINIMAL, ";;! fuel: 1", ";;! fuel: 2"], "a.wat:5: a second `fuel`"],
    ["needs the unknown", [";;! needs: teleport", ...MINIMAL], "a.wat:1: unknown feature `teleport`"],
    [
      "crashes by a tag that is none",
      [...MINIMAL.slice(0, 2), ";;! crashed: Boom"],
      "a.wat:3: `Boom` is no tag"
    ],
    [
      "crashes by a refusal",
      [...MINIMAL.slice(0, 2), ";;! crashed: Malformed"],
      "`Malformed` is no tag of crashed"
    ],
    [
      "has fractions of fuel",
      [...MINIMAL, ";;! fuel: 1.5"],
      "a.wat:4: fuel: expected 0..9007199254740991, got `1.5`"
    ],
    ["has more fuel than a safe integer", [...MINIMAL, ";;! fuel: 1e16"], "a.wat:4: fuel: expected 0.."],
    ["has a range backwards", [...MINIMAL, ";;! fuel-used: 5..4"], "a.wat:4: fuel-used: 5 is above 4"],
    [
      "has half a byte",
      [...MINIMAL, ";;! memory-at: 0 = 2a0"],
      "a.wat:4: memory-at: expected `offset = hex bytes`"
    ],
    [
      "reads a dump that is not there",
      [...MINIMAL, ";;! memory-at: 0 = 2a"],
      "a.wat:2: memory-at and global"
    ],
    ["types no value", [...MINIMAL.slice(0, 2), ";;! returned: 42"], "a.wat:3: expected `type value`"],
    ["hides a line in the program", ["(func)", ";;! fuel: 1"], "a.wat:2: a header line below the program"]
  ]
  it.each(bad)("refuses a header that %s, naming file and line", (_, lines, message) => {
    expect(() => read(...lines)).toThrow(message)
  })
})
