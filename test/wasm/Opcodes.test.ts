import { describe, expect, it } from "vitest"
import {
  BY_BYTE,
  BY_SUBOPCODE,
  OP,
  OPCODES,
  POPS,
  PUSHES,
  UNKNOWN,
  VARIABLE
} from "../../src/wasm/Opcodes.ts"

describe("the opcode table", () => {
  it("gives every instruction a name and an opcode of its own", () => {
    expect(new Set(OPCODES.map((row) => row.mnemonic)).size).toBe(OPCODES.length)
    expect(new Set(OPCODES.map((row) => `${row.prefix} ${row.code}`)).size).toBe(OPCODES.length)
  })

  it("finds every row by its bytes and by its name", () => {
    for (const row of OPCODES) {
      const found = row.prefix === undefined ? BY_BYTE[row.code] : BY_SUBOPCODE[row.prefix - 0xfb]?.[row.code]
      expect(found, row.mnemonic).toBe(row.op)
      expect(OP[row.mnemonic]).toBe(row.op)
    }
  })

  it("has no row where the specification has none", () => {
    for (const byte of [0x16, 0x17, 0x1d, 0x1e, 0x27, 0xc5, 0xcf, 0xd7, 0xfa, 0xff])
      expect(BY_BYTE[byte], byte.toString(16)).toBe(UNKNOWN)
    expect(BY_SUBOPCODE[2]?.[0x9a]).toBe(UNKNOWN)
    expect(BY_SUBOPCODE[1]?.[18]).toBe(undefined)
  })

  it("writes signatures in the words that its docstring names", () => {
    const words = ["->", "*", "at", "ref", "t", "i32", "i64", "f32", "f64", "v128"]
    expect(OPCODES.filter((row) => row.signature.split(" ").some((word) => !words.includes(word)))).toEqual(
      []
    )
    expect(OPCODES.filter((row) => row.signature.split("->").length !== 2)).toEqual([])
  })

  it("derives operand counts from the signatures", () => {
    expect([POPS[OP["i32.add"]], PUSHES[OP["i32.add"]]]).toEqual([2, 1])
    expect([POPS[OP["memory.fill"]], PUSHES[OP["memory.fill"]]]).toEqual([3, 0])
    expect([POPS[OP["i64.atomic.rmw32.cmpxchg_u"]], PUSHES[OP["i64.atomic.rmw32.cmpxchg_u"]]]).toEqual([3, 1])
    expect([POPS[OP.call], PUSHES[OP.call]]).toEqual([VARIABLE, VARIABLE])
  })
})
