import { IndexSpaces } from "../../wasm/IndexSpaces.ts"
import type { GlobalType, Limits, Module, SubType, TableType } from "../../wasm/Module.ts"
import { OP } from "../../wasm/Opcodes.ts"
import type { StorageType, ValueType } from "../../wasm/ValueType.ts"

/**
 * What the meter has to know of a module beside its code, as flat as it is asked for: how many operands a type
 * takes and gives, how large an object is, where each index space ends.
 *
 * An index out of range answers 0: the bytes have passed a validator, and if they have not, the result will
 * not pass it either.
 */

/** Bytes that an object is charged for beside its fields: two words of header. */
export const OBJECT_HEADER_BYTES = 16

/**
 * Bytes that an exception is charged for beside what it carries: V8 makes a JavaScript object of it, with its
 * list of values apart. Measured on Node 26: 330 without values.
 */
export const EXCEPTION_HEADER_BYTES = 336

export class ModuleFacts {
  readonly types: ReadonlyArray<SubType>
  /** Type of every function, imported ones first. */
  readonly funcTypes: ReadonlyArray<number>
  readonly importedFuncs: number
  readonly memories: ReadonlyArray<Limits>
  readonly tables: ReadonlyArray<TableType>
  readonly importedTables: number
  readonly importedMemories: number
  readonly globals: ReadonlyArray<GlobalType>
  readonly tagTypes: ReadonlyArray<number>
  readonly structNewOp = OP["struct.new"]
  /** Whether a vector can lie on the operands without any vector instruction near. */
  readonly vectorTypes: boolean
  /** Bytes of the largest exception that there is a tag for. */
  readonly exceptionBytesMax: number
  /** Whether a reference can come in through an imported global or as what an import returns. */
  readonly importsReferences: boolean
  readonly #params: Uint32Array
  readonly #results: Uint32Array
  readonly #structBytes: Int32Array
  readonly #elementBytes: Int32Array
  readonly #exceptionBytes: Int32Array

  constructor(module: Module) {
    const spaces = new IndexSpaces(module)
    this.types = spaces.types
    this.funcTypes = spaces.funcs
    this.importedFuncs = spaces.imported.funcs.length
    this.memories = spaces.memories
    this.importedMemories = spaces.imported.memories.length
    this.tables = spaces.tables
    this.importedTables = spaces.imported.tables.length
    this.globals = spaces.globals
    this.tagTypes = spaces.tags
    const composites = this.types.map(({ composite }) => composite)
    this.#params = Uint32Array.from(composites, (c) =>
      c.kind === "func" ? c.params.length : c.kind === "struct" ? c.fields.length : 0
    )
    this.#results = Uint32Array.from(composites, (c) => (c.kind === "func" ? c.results.length : 0))
    this.#structBytes = Int32Array.from(composites, (c) =>
      c.kind === "struct"
        ? c.fields.reduce((sum, { storage }) => sum + Math.max(8, storageBytes(storage)), OBJECT_HEADER_BYTES)
        : 0
    )
    this.#elementBytes = Int32Array.from(composites, (c) =>
      c.kind === "array" ? storageBytes(c.element.storage) : 0
    )
    this.#exceptionBytes = Int32Array.from(this.tagTypes, (typeIndex) => {
      const composite = composites[typeIndex]
      return composite?.kind === "func" ? exceptionBytes(composite.params) : 0
    })
    this.exceptionBytesMax = this.#exceptionBytes.reduce((most, bytes) => Math.max(most, bytes), 0)
    this.importsReferences =
      this.globals.slice(0, spaces.imported.globals.length).some(({ type }) => typeof type !== "string") ||
      this.funcTypes.slice(0, this.importedFuncs).some((typeIndex) => {
        const composite = composites[typeIndex]
        return composite?.kind === "func" && composite.results.some((type) => typeof type !== "string")
      })
    this.vectorTypes =
      composites.some((c) => c.kind === "func" && [...c.params, ...c.results].includes("v128")) ||
      this.globals.some(({ type }) => type === "v128")
  }

  typeOfFunc(funcIndex: number): number {
    return this.funcTypes[funcIndex] ?? -1
  }
  params(typeIndex: number): number {
    return this.#params[typeIndex] ?? 0
  }
  results(typeIndex: number): number {
    return this.#results[typeIndex] ?? 0
  }
  tagParams(tagIndex: number): number {
    return this.params(this.tagTypes[tagIndex] ?? -1)
  }
  /** Bytes that an exception of a tag takes. */
  exceptionBytes(tagIndex: number): number {
    return this.#exceptionBytes[tagIndex] ?? 0
  }
  /** Fields of a struct type. */
  fields(typeIndex: number): number {
    return this.params(typeIndex)
  }
  structBytes(typeIndex: number): number {
    return this.#structBytes[typeIndex] ?? 0
  }
  elementBytes(typeIndex: number): number {
    return this.#elementBytes[typeIndex] ?? 0
  }
  /** Bytes of an array of `length` elements, at most 2^31 - 1. */
  arrayBytes(typeIndex: number, length: number): number {
    return Math.min(OBJECT_HEADER_BYTES + length * this.elementBytes(typeIndex), 0x7fffffff)
  }
}

/** Slots of a value on the stack: a vector takes two. */
export const slotsOf = (type: ValueType): number => (type === "v128" ? 2 : 1)

const storageBytes = (type: StorageType): number => {
  switch (type) {
    case "i8":
      return 1
    case "i16":
      return 2
    case "i32":
    case "f32":
      return 4
    case "v128":
      return 16
    default:
      return 8
  }
}

/** V8 keeps the bits of numbers sixteen at a time, eight bytes each. */
const exceptionBytes = (params: ReadonlyArray<ValueType>): number =>
  params.reduce(
    (sum, type) => sum + (typeof type === "string" ? storageBytes(type) * 4 : 8),
    EXCEPTION_HEADER_BYTES
  )
