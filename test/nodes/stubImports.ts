import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import type { ExternType, FuncType, Limits, Module } from "../../src/wasm/Module.ts"
import { sectionOf } from "../../src/wasm/sectionOf.ts"
import type { ValueType } from "../../src/wasm/ValueType.ts"

/**
 * Something of the right type for every import of a module: functions that answer zero, memories and tables of the
 * least size, globals that hold zero. The same on every engine, and with nothing behind it.
 */
export const stubImports = (module: Module): WebAssembly.Imports => {
  const { types } = new IndexSpaces(module)
  const funcType = (typeIndex: number): FuncType => {
    const composite = types[typeIndex]?.composite
    if (composite?.kind !== "func") throw new Error(`type ${typeIndex} is no function's`)
    return composite
  }
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = Object.create(null)
  for (const { module: from, name, type } of sectionOf(module, "import")?.imports ?? []) {
    const fields = imports[from] ?? Object.create(null)
    imports[from] = fields
    fields[name] = stub(type, funcType)
  }
  return imports
}

const stub = (type: ExternType, funcType: (typeIndex: number) => FuncType): WebAssembly.ImportValue => {
  switch (type.kind) {
    case "func": {
      const values = funcType(type.typeIndex).results.map(zero)
      return () => (values.length > 1 ? values : values[0])
    }
    case "memory":
      return new WebAssembly.Memory(descriptor(type.limits) as WebAssembly.MemoryDescriptor)
    case "table":
      return new WebAssembly.Table({
        ...(descriptor(type.table.limits) as { initial: number }),
        element: nameOf(type.table.element) as WebAssembly.TableKind
      })
    case "global": {
      const { type: value, mutable } = type.global
      const held = typeof value === "string" ? zero(value) : null
      return new WebAssembly.Global({ value: nameOf(value) as WebAssembly.ValueType, mutable }, held)
    }
    case "tag":
      return new (tagClass())({ parameters: funcType(type.typeIndex).params.map(nameOf) })
  }
}

/** What JavaScript calls a type; only references to functions and to the host's own have names there. */
const nameOf = (type: ValueType): string => {
  if (typeof type === "string") return type
  if (type.heap === "func") return "anyfunc"
  if (type.heap === "extern") return "externref"
  throw new Error(`JavaScript has no name for a reference to ${type.heap}`)
}

/** A size is a bigint where addresses are of 64 bits, which the published declarations do not know. */
const descriptor = ({ address, shared, min, max }: Limits): object => {
  const size = (count: bigint) => (address === "i64" ? count : Number(count))
  return {
    initial: size(min),
    ...(max === undefined ? {} : { maximum: size(max) }),
    ...(shared ? { shared } : {}),
    ...(address === "i64" ? { address } : {})
  }
}

const zero = (type: ValueType): unknown => (type === "i64" ? 0n : typeof type === "string" ? 0 : null)

/** Left out of the published declarations. */
const tagClass = () =>
  Reflect.get(WebAssembly, "Tag") as new (type: {
    parameters: ReadonlyArray<string>
  }) => WebAssembly.ExportValue
