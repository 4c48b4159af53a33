import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { describeDump } from "../../src/forensics/describeDump.ts"
import { describeStack } from "../../src/forensics/describeStack.ts"
import { dumpToJson } from "../../src/forensics/dumpToJson.ts"
import type { Forensics } from "../../src/outcome/Crash.ts"
import { EngineLost, TimedOut } from "../../src/outcome/CrashReason.ts"
import { Missing } from "../../src/outcome/Missing.ts"
import { arbitraryForensics } from "./arbitraryForensics.ts"
import { sampleForensics } from "./sampleForensics.ts"

const why = new Missing("worker died before capture")
const lost: Forensics = {
  ...sampleForensics,
  reason: new EngineLost("the worker exited with 134"),
  memories: why,
  globals: why,
  tables: why,
  stack: why,
  journal: { entries: [], dropped: 0 }
}

describe("a dump in words", () => {
  it("is a page that a person can read", () => {
    expect(describeDump(sampleForensics)).toMatchInlineSnapshot(`
      "trapped: out of bounds memory access

      function   process
      arguments  sha256 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      module     sha256 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
      engine     v8
      versions   munition 0.1.0, node 26.10.0, v8 14.9
      nan        engine (bits of a NaN may differ in another run)
      prices     wasmtime
      fuel       at most 1234 of 100000 used, 98766 remaining (a bound: the journal is not whole)

      lifecycle
                 0 us  compiling     START
               812 us  instantiated  COMPILED
               840 us  executing     CALL
              1903 us  captured      TRAP
              2000 us  cleaned       CLEAN

      stack
        #0  func[4] store_at  at 0x1a4
        #1  func[2]  at 0x90
        #2  host host

      memories
        memory[0]  2 pages of 65536 bytes, 30 bytes not zero within 0x400..0x10014, entropy 0.00 bits a byte
        memory[1]  1 pages of 65536 bytes, missing: over the policy's bound

      mutable globals
        global[0]  i32  1048576
        global[3]  v128  0x01010101010101010101010101010101
        global[5]  externref  missing: the engine does not show it

      tables
        table[0]  funcref  4 entries: 2 functions, 1 null, 1 not of this module

      journal
        env.get_time_ms -> (1700000000000)
        env.read -> (2), wrote 2 bytes
        and 7 later answers that were not kept
      "
    `)
  })

  it("says why where something is missing", () => {
    expect(describeDump(lost).split("\n").slice(18)).toMatchInlineSnapshot(`
      [
        "stack",
        "  missing: worker died before capture",
        "",
        "memories",
        "  missing: worker died before capture",
        "",
        "mutable globals",
        "  missing: worker died before capture",
        "",
        "tables",
        "  missing: worker died before capture",
        "",
        "journal",
        "  none",
        "",
      ]
    `)
  })

  it("lets no guest's text write to the terminal", () => {
    const stack = [{ funcIndex: 1, name: "\x1b[2J\u202egnp.exe\r\n", codeOffset: 1 }]
    const text = describeDump({ ...sampleForensics, functionName: "\x9b31m\\", stack })
    expect(text).toContain("#0  func[1] \\u{1b}[2J\\u{202e}gnp.exe\\u{d}\\u{a}  at 0x1")
    expect(text).toContain("function   \\u{9b}31m\\\\")
  })

  it("has no control character but the line's end and a bounded length, whatever was captured", () => {
    fc.assert(
      fc.property(arbitraryForensics, (forensics) => {
        const text = describeDump(forensics)
        expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u)
        expect(text.length).toBeLessThan(20_000)
      }),
      { numRuns: 100 }
    )
  })

  it("cuts a long list and says how much is left out", () => {
    const global = { globalIndex: 0, type: "i32", value: "1" }
    const cut = (length: number) => describeDump({ ...sampleForensics, globals: Array(length).fill(global) })
    expect(cut(50)).not.toContain("more")
    expect(cut(51)).toContain("  … and 1 more\n")
  })
})

describe("a stack in words", () => {
  const frames = (length: number) =>
    Array.from({ length }, (_, i) => ({ funcIndex: i, name: undefined, codeOffset: 16 + i }))

  it("has a line a frame, innermost first, offsets in hex", () => {
    expect(describeStack(sampleForensics.stack instanceof Missing ? [] : sampleForensics.stack)).toEqual([
      "#0  func[4] store_at  at 0x1a4",
      "#1  func[2]  at 0x90",
      "#2  host host"
    ])
  })

  it("leaves out the middle of more than a hundred frames", () => {
    expect(describeStack(frames(100))).toHaveLength(100)
    const lines = describeStack(frames(1000))
    expect(lines).toHaveLength(101)
    expect(lines.slice(49, 52)).toEqual([
      "#49   func[49]  at 0x41",
      "… 900 frames left out",
      "#950  func[950]  at 0x3c6"
    ])
  })
})

describe("a dump as JSON", () => {
  it("is one plain object", () => {
    expect(dumpToJson(sampleForensics)).toMatchInlineSnapshot(`
      {
        "argumentsDigest": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "engine": "v8",
        "formatVersion": 3,
        "fuel": {
          "allocated": 100000,
          "exact": false,
          "remaining": 98766,
          "used": 1234,
          "why": "the journal is not whole",
        },
        "functionName": "process",
        "globals": [
          {
            "globalIndex": 0,
            "type": "i32",
            "value": "1048576",
          },
          {
            "globalIndex": 3,
            "type": "v128",
            "value": "0x01010101010101010101010101010101",
          },
          {
            "globalIndex": 5,
            "type": "externref",
            "value": {
              "missing": "the engine does not show it",
            },
          },
        ],
        "journal": {
          "dropped": 7,
          "entries": [
            {
              "module": "env",
              "name": "get_time_ms",
              "readBytes": 0,
              "results": [
                "1700000000000",
              ],
              "writes": [],
            },
            {
              "module": "env",
              "name": "read",
              "readBytes": 4,
              "results": [
                "2",
              ],
              "writes": [
                {
                  "byteLength": 2,
                  "offset": 16,
                  "sha256": "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222",
                },
              ],
            },
          ],
        },
        "lifecycle": [
          {
            "atMicros": 0,
            "event": "START",
            "state": "compiling",
          },
          {
            "atMicros": 812,
            "event": "COMPILED",
            "state": "instantiated",
          },
          {
            "atMicros": 840,
            "event": "CALL",
            "state": "executing",
          },
          {
            "atMicros": 1902.5,
            "event": "TRAP",
            "state": "captured",
          },
          {
            "atMicros": 2000,
            "event": "CLEAN",
            "state": "cleaned",
          },
        ],
        "memories": [
          {
            "byteLength": 131072,
            "memoryIndex": 0,
            "pageBytes": 65536,
            "pages": 2,
            "sha256": "341ccee94d0233d26f5beb19c35099d03fbb1cc907c6227c9570ff09fc2341b7",
          },
          {
            "memoryIndex": 1,
            "missing": "over the policy's bound",
            "pageBytes": 65536,
            "pages": 1,
          },
        ],
        "message": "trapped: out of bounds memory access",
        "moduleHash": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        "nan": "engine",
        "prices": "wasmtime",
        "reason": {
          "_tag": "Trapped",
          "at": {
            "codeOffset": 420,
            "funcIndex": 4,
          },
          "engineMessage": "memory access out of bounds",
          "kind": "out of bounds memory access",
        },
        "stack": [
          {
            "codeOffset": 420,
            "funcIndex": 4,
            "name": "store_at",
          },
          {
            "codeOffset": 144,
            "funcIndex": 2,
            "name": null,
          },
          {
            "codeOffset": null,
            "funcIndex": -1,
            "name": "host",
          },
        ],
        "tables": [
          {
            "elements": [
              -1,
              4,
              5,
              -2,
            ],
            "length": 4,
            "tableIndex": 0,
            "type": "funcref",
          },
        ],
        "versions": {
          "munition": "0.1.0",
          "node": "26.10.0",
          "v8": "14.9",
        },
      }
    `)
  })

  it("says why where something is missing", () => {
    expect(dumpToJson(lost)).toMatchObject({
      reason: { _tag: "EngineLost", cause: "the worker exited with 134" },
      memories: { missing: "worker died before capture" },
      stack: { missing: "worker died before capture" }
    })
  })

  it("is read back from its text as it was, whatever was captured", () => {
    fc.assert(
      fc.property(arbitraryForensics, (forensics) => {
        const json = dumpToJson(forensics)
        expect(JSON.parse(JSON.stringify(json))).toEqual(json)
      }),
      { numRuns: 100 }
    )
  })

  it("spells a number that JSON cannot hold", () => {
    expect(dumpToJson({ ...sampleForensics, reason: new TimedOut(Number.POSITIVE_INFINITY) })).toMatchObject({
      reason: { _tag: "TimedOut", timeoutMs: "inf" }
    })
  })
})
