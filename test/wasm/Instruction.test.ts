import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeInstructions, encodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import { attempt, Malformed } from "../../src/wasm/Malformed.ts"
import { OP, OPCODES } from "../../src/wasm/Opcodes.ts"
import { anyInstruction, instructionOf } from "./instructions.ts"

const decode = (bytes: Uint8Array) => decodeInstructions({ bytes, start: 0, end: bytes.length })

describe("instructions as values", () => {
  it("decode to what was encoded, in every row of the table", () => {
    for (const { op } of OPCODES)
      fc.assert(
        fc.property(instructionOf(op), (instruction) => {
          expect(decode(encodeInstructions([instruction]))).toEqual([instruction])
        }),
        { numRuns: 20 }
      )
  })

  it("decode to what was encoded, in sequences", () => {
    fc.assert(
      fc.property(fc.array(anyInstruction), (instructions) => {
        expect(decode(encodeInstructions(instructions))).toEqual(instructions)
      })
    )
  })

  it("come out with the same bytes when integers were longer than need be", () => {
    const padded: ReadonlyArray<ReadonlyArray<number>> = [
      [0x10, 0x85, 0x80, 0x80, 0x80, 0x00], // call 5
      [0x41, 0xff, 0xff, 0xff, 0xff, 0x7f], // i32.const -1
      [0x41, 0xff, 0x80, 0x80, 0x00], // i32.const 127
      [0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00], // i64.const 0
      [0x42, 0xff, 0x7f], // i64.const -1
      [0x28, 0x82, 0x00, 0x80, 0x80, 0x80, 0x80, 0x00], // i32.load
      [0x28, 0x42, 0x81, 0x00, 0x84, 0x00], // i32.load 1 offset=4
      [0xfd, 0x80, 0x80, 0x00, 0x04, 0x00], // v128.load, by a subopcode of three bytes
      [0x0e, 0x82, 0x00, 0x81, 0x80, 0x00, 0x00, 0x80, 0x00], // br_table 1 0 0
      [0x02, 0x85, 0x80, 0x00], // block (type 5)
      [0xd0, 0x85, 0x00], // ref.null 5
      [0x1c, 0x81, 0x00, 0x7f], // select (result i32)
      [0x1f, 0x40, 0x81, 0x00, 0x00, 0x80, 0x00, 0x81, 0x00] // try_table (catch 0 1)
    ]
    for (const bytes of [...padded, padded.flat()])
      expect([...encodeInstructions(decode(Uint8Array.from(bytes)))]).toEqual(bytes)
  })

  it("come out shorter without the widths: the mutant that forgets them is seen", () => {
    const bytes = Uint8Array.of(0x10, 0x85, 0x80, 0x80, 0x80, 0x00)
    const forgetful = decode(bytes).map(({ widths: _, ...rest }): Instruction => rest)
    expect([...encodeInstructions(forgetful)]).toEqual([0x10, 0x05])
  })

  it("keep a width that still fits and drop one that does not", () => {
    const [call] = decode(Uint8Array.of(0x10, 0x85, 0x00))
    if (call === undefined) throw new Error("no instruction")
    expect([...encodeInstructions([{ ...call, a: 6 }])]).toEqual([0x10, 0x86, 0x00])
    expect([...encodeInstructions([{ ...call, a: 70_000 }])]).toEqual([0x10, 0xf0, 0xa2, 0x04])
  })

  it("give for any bytes instructions that encode to them, or Malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const instructions = attempt(() => decode(bytes))
        if (!(instructions instanceof Malformed))
          expect([...encodeInstructions(instructions)]).toEqual([...bytes])
      }),
      { numRuns: 3000 }
    )
  })

  it("name memory 0 only if it was named", () => {
    const [plain, named] = decode(Uint8Array.of(0x28, 0x02, 0x00, 0x28, 0x42, 0x00, 0x00))
    expect(plain).toEqual({ op: OP["i32.load"], a: 2, b: 0, c: 0, d: 0, flags: 2 })
    expect(named).toEqual({ op: OP["i32.load"], a: 2, b: 0, c: 0, d: 0, flags: 0x42 })
  })
})
