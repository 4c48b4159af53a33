import { changeSection } from "../../src/fuel/meter/sections.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import type { Instruction } from "../../src/wasm/Instruction.ts"
import type { Module } from "../../src/wasm/Module.ts"
import { OP } from "../../src/wasm/Opcodes.ts"
import type { ValueType } from "../../src/wasm/ValueType.ts"
import { changeInstructions } from "../fuel/meter/writes.ts"
import { plain } from "./code.ts"
import { decoded } from "./modules.ts"

/** Every instruction that writes something that nobody can put back, and how many operands it takes. */
const UNDONE: ReadonlyMap<number, number> = new Map([
  [OP["data.drop"], 0],
  [OP["elem.drop"], 0],
  [OP["struct.set"], 2],
  [OP["array.set"], 3],
  [OP["array.fill"], 4],
  [OP["array.copy"], 5],
  [OP["array.init_data"], 4],
  [OP["array.init_elem"], 4]
])

const isSettable = (type: ValueType): boolean =>
  typeof type === "string" ? type !== "v128" : type.heap === "func" || type.heap === "extern"

/** A random module without what it takes a new instance to undo: those instructions only drop their operands. */
export const tamed = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => {
  const module = decoded(bytes)
  const { globals } = new IndexSpaces(module)
  const drops = (count: number) => Array.from({ length: count }, () => plain("drop"))
  const tame = (one: Instruction): ReadonlyArray<Instruction> => {
    const type = globals[one.a]?.type
    if (one.op === OP["global.set"] && type !== undefined && !isSettable(type)) return drops(1)
    const operands = UNDONE.get(one.op)
    return operands === undefined ? [one] : operands === 0 ? [plain("nop")] : drops(operands)
  }
  const frozen = (m: Module) =>
    changeSection(m, "global", (old) => ({
      kind: "global",
      globals: (old?.globals ?? []).map((global) =>
        isSettable(global.type.type) ? global : { ...global, type: { ...global.type, mutable: false } }
      )
    }))
  return encodeModule(frozen(changeInstructions(module, tame)))
}
