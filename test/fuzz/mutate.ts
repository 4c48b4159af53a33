import { changeSection } from "../../src/fuel/meter/sections.ts"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { decodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import { attempt, Malformed } from "../../src/wasm/Malformed.ts"
import type { Body, Module } from "../../src/wasm/Module.ts"
import { type Mnemonic, OPCODES } from "../../src/wasm/Opcodes.ts"
import { bodiesOf } from "../../src/wasm/sectionOf.ts"
import { codeOf, plain } from "../wasm/code.ts"
import type { Tape } from "./Tape.ts"

/**
 * A module that something was changed in: bytes, instructions, their immediates, or whole sections.
 *
 * Some of what comes out is valid and does something else than before, which is what the laws are held against;
 * the rest must be turned down by somebody, soon.
 */
export const mutate = (tape: Tape, bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const kind = tape.below(8)
  if (kind === 0) return mutateBytes(tape, bytes)
  const module = decodeModule(bytes)
  if (module instanceof Malformed) return mutateBytes(tape, bytes)
  const changed = attempt(() => (kind === 1 ? mutateSections(tape, module) : mutateCode(tape, module)))
  return changed instanceof Malformed ? mutateBytes(tape, bytes) : changed
}

const mutateBytes = (tape: Tape, bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const changed = new Uint8Array(bytes)
  for (let i = tape.below(3); i >= 0; i--) {
    const at = (tape.below(0x10000) * 0x10000 + tape.below(0x10000)) % changed.length
    changed[at] = tape.below(3) === 0 ? tape.below(256) : (changed[at] ?? 0) ^ (1 << tape.below(8))
  }
  return tape.below(16) === 1 ? changed.slice(0, tape.below(changed.length)) : changed
}

const mutateSections = (tape: Tape, module: Module): Uint8Array<ArrayBuffer> => {
  const sections = [...module.sections]
  const at = tape.below(sections.length)
  const [taken] = sections.splice(at, 1)
  const kind = tape.below(3)
  if (taken !== undefined && kind > 0) sections.splice(tape.below(sections.length + 1), 0, taken)
  if (taken !== undefined && kind === 2) sections.splice(at, 0, taken)
  return encodeModule({ ...module, sections })
}

/** Changes a few instructions of one body. */
const mutateCode = (tape: Tape, module: Module): Uint8Array<ArrayBuffer> => {
  const bodies = bodiesOf(module)
  const which = bodies.length === 0 ? 0 : tape.below(bodies.length)
  const old = bodies[which]
  if (old === undefined) return mutateBytes(tape, module.bytes)
  const instructions = [...decodeInstructions(old.code)]
  for (let i = tape.below(4); i >= 0; i--) mutateInstructions(tape, instructions)
  const body: Body = {
    offset: 0,
    locals: [...old.locals, { count: 1, type: "i32" }],
    code: codeOf(instructions)
  }
  return encodeModule(
    changeSection(module, "code", () => ({
      kind: "code",
      bodies: bodies.map((other, i) => (i === which ? body : other))
    }))
  )
}

const mutateInstructions = (tape: Tape, instructions: Array<Instruction>): void => {
  const at = tape.below(instructions.length)
  const one = instructions[at]
  if (one === undefined) return
  switch (tape.below(9)) {
    case 0:
      return void instructions.splice(at, 1)
    case 1:
      return void instructions.splice(at, 0, one)
    case 2:
      return void instructions.splice(at, 1, plain("unreachable"))
    case 3:
      return void instructions.splice(at, 1, { ...one, a: one.a + tape.below(5) - 2 })
    case 4:
      return void instructions.splice(at, 1, { ...one, a: tape.below(70_000), c: tape.below(70_000) })
    case 5: {
      const row = OPCODES[one.op]
      const alike = OPCODES.filter(
        (other) => other.layout === row?.layout && other.signature === row.signature
      )
      return void instructions.splice(at, 1, { ...one, op: alike[tape.below(alike.length)]?.op ?? one.op })
    }
    default: {
      const snippet = SNIPPETS[tape.below(SNIPPETS.length)] ?? []
      instructions.splice(at, 0, ...snippet.map(([mnemonic, a = 0]) => plain(mnemonic, { a })))
    }
  }
}

/** What can stand anywhere and leaves the operands as they were. */
const SNIPPETS: ReadonlyArray<ReadonlyArray<readonly [Mnemonic, number?]>> = [
  [["nop"]],
  [["block", -64], ["end"]],
  [["loop", -64], ["end"]],
  [["block", -64], ["br", 0], ["i32.add"], ["drop"], ["end"]],
  [["i32.const", 3], ["drop"]],
  [["i32.const", 0], ["if", -64], ["unreachable"], ["end"]],
  [["i32.const", 1], ["if", -64], ["else"], ["unreachable"], ["end"]],
  [["block", -64], ["loop", -64], ["i32.const", 0], ["br_if", 0], ["end"], ["end"]],
  [["block", -64], ["i32.const", 1], ["br_if", 0], ["unreachable"], ["end"]],
  [
    ["i32.const", 0],
    ["i32.const", 0],
    ["i32.const", 9],
    ["memory.fill", 0]
  ],
  [["i32.const", 0], ["memory.grow", 0], ["drop"]],
  [["try", -64], ["catch_all"], ["end"]]
]
