import { Malformed } from "./Malformed.ts"
import type { Body, FuncType, GlobalType, Import, Limits, Module, SubType, TableType } from "./Module.ts"

/**
 * What the module's indices mean: imports first, then what it defines, types flattened out of their groups.
 *
 * Nothing in it is checked against anything: an index in the file may be out of range, and then asking for
 * what it means *fails* by throwing `Malformed`, at the offset that the asker gives.
 */
export class IndexSpaces {
  readonly types: ReadonlyArray<SubType>
  /** The type index of each function. */
  readonly funcs: ReadonlyArray<number>
  readonly tables: ReadonlyArray<TableType>
  readonly memories: ReadonlyArray<Limits>
  readonly globals: ReadonlyArray<GlobalType>
  /** The type index of each tag. */
  readonly tags: ReadonlyArray<number>
  /** The imports among each: the first so many of its index space. */
  readonly imported: Imported
  private readonly bodies: ReadonlyArray<Body>

  constructor(module: Module) {
    const types: Array<SubType> = []
    const funcs: Array<number> = []
    const tables: Array<TableType> = []
    const memories: Array<Limits> = []
    const globals: Array<GlobalType> = []
    const tags: Array<number> = []
    const imported: { readonly [K in keyof Imported]: Array<Import> } = {
      funcs: [],
      tables: [],
      memories: [],
      globals: [],
      tags: []
    }
    let bodies: ReadonlyArray<Body> = []
    for (const section of module.sections) {
      switch (section.kind) {
        case "type":
          for (const group of section.groups) for (const type of group.types) types.push(type)
          break
        case "import":
          for (const item of section.imports)
            enter(item, { funcs, tables, memories, globals, tags }, imported)
          break
        case "function":
          for (const typeIndex of section.typeIndices) funcs.push(typeIndex)
          break
        case "table":
          for (const table of section.tables) tables.push(table.type)
          break
        case "memory":
          for (const memory of section.memories) memories.push(memory)
          break
        case "global":
          for (const global of section.globals) globals.push(global.type)
          break
        case "tag":
          for (const typeIndex of section.typeIndices) tags.push(typeIndex)
          break
        case "code":
          bodies = section.bodies
          break
      }
    }
    this.types = types
    this.funcs = funcs
    this.tables = tables
    this.memories = memories
    this.globals = globals
    this.tags = tags
    this.imported = imported
    this.bodies = bodies
  }

  funcType(typeIndex: number, offset = 0): FuncType {
    const type = this.types[typeIndex]?.composite
    if (type === undefined) throw outOfRange("type", typeIndex, this.types.length, offset)
    if (type.kind !== "func")
      throw new Malformed(offset, `type ${typeIndex} is no function type but ${type.kind}`)
    return type
  }

  typeOfFunc(funcIndex: number, offset = 0): FuncType {
    const typeIndex = this.funcs[funcIndex]
    if (typeIndex === undefined) throw outOfRange("function", funcIndex, this.funcs.length, offset)
    return this.funcType(typeIndex, offset)
  }

  typeOfTag(tagIndex: number, offset = 0): FuncType {
    const typeIndex = this.tags[tagIndex]
    if (typeIndex === undefined) throw outOfRange("tag", tagIndex, this.tags.length, offset)
    return this.funcType(typeIndex, offset)
  }

  table(tableIndex: number, offset = 0): TableType {
    const table = this.tables[tableIndex]
    if (table === undefined) throw outOfRange("table", tableIndex, this.tables.length, offset)
    return table
  }

  memory(memoryIndex: number, offset = 0): Limits {
    const memory = this.memories[memoryIndex]
    if (memory === undefined) throw outOfRange("memory", memoryIndex, this.memories.length, offset)
    return memory
  }

  global(globalIndex: number, offset = 0): GlobalType {
    const global = this.globals[globalIndex]
    if (global === undefined) throw outOfRange("global", globalIndex, this.globals.length, offset)
    return global
  }

  /** The body of a function, `undefined` for one that is imported. */
  bodyOf(funcIndex: number, offset = 0): Body | undefined {
    if (funcIndex >= this.funcs.length) throw outOfRange("function", funcIndex, this.funcs.length, offset)
    return this.bodies[funcIndex - this.imported.funcs.length]
  }
}

export interface Imported {
  readonly funcs: ReadonlyArray<Import>
  readonly tables: ReadonlyArray<Import>
  readonly memories: ReadonlyArray<Import>
  readonly globals: ReadonlyArray<Import>
  readonly tags: ReadonlyArray<Import>
}

interface Spaces {
  readonly funcs: Array<number>
  readonly tables: Array<TableType>
  readonly memories: Array<Limits>
  readonly globals: Array<GlobalType>
  readonly tags: Array<number>
}

const enter = (item: Import, spaces: Spaces, imported: { readonly [K in keyof Imported]: Array<Import> }) => {
  switch (item.type.kind) {
    case "func":
      imported.funcs.push(item)
      spaces.funcs.push(item.type.typeIndex)
      break
    case "table":
      imported.tables.push(item)
      spaces.tables.push(item.type.table)
      break
    case "memory":
      imported.memories.push(item)
      spaces.memories.push(item.type.limits)
      break
    case "global":
      imported.globals.push(item)
      spaces.globals.push(item.type.global)
      break
    case "tag":
      imported.tags.push(item)
      spaces.tags.push(item.type.typeIndex)
      break
  }
}

const outOfRange = (what: string, index: number, count: number, offset: number): Malformed =>
  new Malformed(offset, `${what} ${index} is out of range: the module has ${count}`)
