import { changeSection } from "../../src/fuel/meter/sections.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { encodeInstructions, type Instruction } from "../../src/wasm/Instruction.ts"
import type { Body, Code, Module } from "../../src/wasm/Module.ts"
import { type Mnemonic, OP } from "../../src/wasm/Opcodes.ts"

/**
 * Code for tests that write it instruction by instruction: models of the meter, mutants, generated functions.
 *
 * It rests on the encoder and on where sections go. A model that shared the meter's own assembler would share its
 * mistakes.
 */

/** An instruction whose immediates are 0, but for those that are given. */
export const plain = (mnemonic: Mnemonic, fields: Partial<Instruction> = {}): Instruction => ({
  op: OP[mnemonic],
  a: 0,
  b: 0,
  c: 0,
  d: 0,
  flags: 0,
  ...fields
})

/** The code of a body or of a constant expression; its `end` is among the instructions. */
export const codeOf = (instructions: ReadonlyArray<Instruction>): Code => {
  const bytes = encodeInstructions(instructions)
  return { bytes, start: 0, end: bytes.length }
}

/** How many locals a body has, parameters included: the index of the first that is appended. */
export const localCount = (body: Body, params: number): number =>
  params + body.locals.reduce((sum, run) => sum + run.count, 0)

/** The module with each body changed; `change` also gets how many parameters the function has. */
export const changeBodies = (module: Module, change: (body: Body, params: number) => Body): Module => {
  const spaces = new IndexSpaces(module)
  const first = spaces.imported.funcs.length
  return changeSection(module, "code", (old) => ({
    kind: "code",
    bodies: (old?.bodies ?? []).map((body, i) => change(body, spaces.typeOfFunc(first + i).params.length))
  }))
}

/** The module with one more global, an i64 that starts at 0 and is exported under `name`: the last of its space. */
export const appendUnits = (module: Module, name: string): Module => {
  const index = new IndexSpaces(module).globals.length
  const withGlobal = changeSection(module, "global", (old) => ({
    kind: "global",
    globals: [
      ...(old?.globals ?? []),
      {
        type: { type: "i64", mutable: true },
        init: codeOf([plain("i64.const", { big: 0n }), plain("end")])
      }
    ]
  }))
  return changeSection(withGlobal, "export", (old) => ({
    kind: "export",
    exports: [...(old?.exports ?? []), { name, kind: "global", index }]
  }))
}
