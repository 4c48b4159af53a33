import { InstructionReader } from "../wasm/InstructionReader.ts"
import type { Code, Module } from "../wasm/Module.ts"
import { OP } from "../wasm/Opcodes.ts"
import { bodiesOf } from "../wasm/sectionOf.ts"

/**
 * What a module's code could do to its own state, found by reading every instruction once.
 *
 * A snapshot rests on it twice: what no instruction can change need not be seen to be known, and what could have
 * changed unseen is refused. It says nothing of which instructions are ever reached.
 */
export interface CodeFacts {
  readonly globalsSet: ReadonlySet<number>
  /** Tables that instructions write to or grow. */
  readonly tablesChanged: ReadonlySet<number>
  /** Segments that instructions read from, and those that they drop. */
  readonly dataRead: ReadonlySet<number>
  readonly dataDropped: ReadonlySet<number>
  readonly elemsRead: ReadonlySet<number>
  readonly elemsDropped: ReadonlySet<number>
  /** Functions that instructions make references to: the module must declare them. */
  readonly functionsReferenced: ReadonlySet<number>
  /** Whether an instruction changes a struct or an array. */
  readonly changesObjects: boolean
}

/** *Fails* by throwing `Malformed` where code is no instruction. *Cost*: 30 to 100 MB of code a second. */
export const findCodeFacts = (module: Module): CodeFacts => {
  const facts = {
    globalsSet: new Set<number>(),
    tablesChanged: new Set<number>(),
    dataRead: new Set<number>(),
    dataDropped: new Set<number>(),
    elemsRead: new Set<number>(),
    elemsDropped: new Set<number>(),
    functionsReferenced: new Set<number>()
  }
  let changesObjects = false
  const reader = new InstructionReader(module.bytes, 0, 0)
  for (const { code } of bodiesOf(module)) {
    reader.reset(code.start, code.end)
    while (reader.next()) {
      switch (reader.op) {
        case OP["global.set"]:
          facts.globalsSet.add(reader.a)
          break
        case OP["ref.func"]:
          facts.functionsReferenced.add(reader.a)
          break
        case OP["table.set"]:
        case OP["table.grow"]:
        case OP["table.fill"]:
        case OP["table.copy"]:
          facts.tablesChanged.add(reader.a)
          break
        case OP["table.init"]:
          facts.elemsRead.add(reader.a)
          facts.tablesChanged.add(reader.b)
          break
        case OP["elem.drop"]:
          facts.elemsDropped.add(reader.a)
          break
        case OP["memory.init"]:
          facts.dataRead.add(reader.a)
          break
        case OP["data.drop"]:
          facts.dataDropped.add(reader.a)
          break
        case OP["array.new_data"]:
          facts.dataRead.add(reader.b)
          break
        case OP["array.new_elem"]:
          facts.elemsRead.add(reader.b)
          break
        case OP["array.init_data"]:
          facts.dataRead.add(reader.b)
          changesObjects = true
          break
        case OP["array.init_elem"]:
          facts.elemsRead.add(reader.b)
          changesObjects = true
          break
        case OP["struct.set"]:
        case OP["array.set"]:
        case OP["array.fill"]:
        case OP["array.copy"]:
          changesObjects = true
      }
    }
  }
  return { ...facts, changesObjects }
}

/** *Returns* the highest of some indices, -1 of none. */
export const highestOf = (...indices: ReadonlyArray<ReadonlySet<number>>): number => {
  let highest = -1
  for (const some of indices) for (const index of some) highest = Math.max(highest, index)
  return highest
}

/** Whether a constant expression makes a struct or an array, whose contents are part of the state. */
export const makesObject = (code: Code): boolean => {
  const reader = new InstructionReader(code.bytes, code.start, code.end)
  while (reader.next()) if (MAKERS.has(reader.op)) return true
  return false
}

const MAKERS: ReadonlySet<number> = new Set([
  OP["struct.new"],
  OP["struct.new_default"],
  OP["array.new"],
  OP["array.new_default"],
  OP["array.new_fixed"]
])

/** The function that a constant expression refers to, where it refers to one. */
export const functionIn = (code: Code): number | undefined => {
  const reader = new InstructionReader(code.bytes, code.start, code.end)
  while (reader.next()) if (reader.op === OP["ref.func"]) return reader.a
  return undefined
}
