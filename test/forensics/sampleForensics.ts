import type { Forensics } from "../../src/outcome/Crash.ts"
import { Trapped } from "../../src/outcome/CrashReason.ts"
import { Missing } from "../../src/outcome/Missing.ts"

const memory = new Uint8Array(2 * 65_536)
memory.set(new TextEncoder().encode("request 42 of tenant blue"), 0x400)
memory.set([0xef, 0xbe, 0xad, 0xde, 3], 0x1_0010)

/** A crash with something in every field, and something missing in some. */
export const sampleForensics: Forensics = {
  reason: new Trapped(
    "out of bounds memory access",
    { funcIndex: 4, codeOffset: 0x1a4 },
    "memory access out of bounds"
  ),
  functionName: "process",
  argumentsDigest: "aa".repeat(32),
  moduleHash: "bb".repeat(32),
  engine: "v8",
  versions: { node: "26.10.0", v8: "14.9", munition: "0.1.0" },
  nan: "engine",
  prices: "wasmtime",
  lifecycle: [
    { state: "compiling", event: "START", atMicros: 0 },
    { state: "instantiated", event: "COMPILED", atMicros: 812 },
    { state: "executing", event: "CALL", atMicros: 840 },
    { state: "captured", event: "TRAP", atMicros: 1_902.5 },
    { state: "cleaned", event: "CLEAN", atMicros: 2_000 }
  ],
  memories: [
    { memoryIndex: 0, pages: 2, pageBytes: 65_536, bytes: memory },
    { memoryIndex: 1, pages: 1, pageBytes: 65_536, bytes: new Missing("over the policy's bound") }
  ],
  globals: [
    { globalIndex: 0, type: "i32", value: "1048576" },
    { globalIndex: 3, type: "v128", value: `0x${"01".repeat(16)}` },
    { globalIndex: 5, type: "externref", value: new Missing("the engine does not show it") }
  ],
  tables: [{ tableIndex: 0, type: "funcref", length: 4, elements: Int32Array.of(-1, 4, 5, -2) }],
  fuel: {
    allocated: 100_000,
    used: 1_234,
    remaining: 98_766,
    exactness: "bound",
    why: "the journal is not whole"
  },
  stack: [
    { funcIndex: 4, name: "store_at", codeOffset: 0x1a4 },
    { funcIndex: 2, name: undefined, codeOffset: 0x90 },
    { funcIndex: -1, name: "host", codeOffset: undefined }
  ],
  journal: {
    entries: [
      { module: "env", name: "get_time_ms", results: ["1700000000000"], readBytes: 0, writes: [] },
      {
        module: "env",
        name: "read",
        results: ["2"],
        readBytes: 4,
        writes: [{ offset: 16, bytes: Uint8Array.of(1, 2) }]
      }
    ],
    dropped: 7
  }
}
