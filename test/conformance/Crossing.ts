import type { FuncType, GlobalType } from "../../src/wasm/Module.ts"
import type { ValueType } from "../../src/wasm/ValueType.ts"
import { compileText } from "./compileText.ts"
import { allOnes, type Constant, type NumberType, WIDTH } from "./Value.ts"

/**
 * Calls a guest's function and brings every bit of its values over.
 *
 * ```
 *   constants ─▶ i32 and i64 ─▶ a small module: reinterpret, call, reinterpret back ─▶ i32 and i64 ─▶ bits
 * ```
 * JavaScript keeps no payload of a NaN, and vectors and exception references cannot reach it at all. So a
 * function whose type has one of them is called through a module made for its type. Where a type has indices
 * of the guest's own, no other module can write it down; such a function is called directly.
 */
export type Actual =
  | { readonly kind: "number"; readonly type: NumberType; readonly bits: bigint }
  | { readonly kind: "reference"; readonly value: unknown }

export const invoke = (
  func: (...args: ReadonlyArray<unknown>) => unknown,
  type: FuncType,
  args: ReadonlyArray<Constant>
): ReadonlyArray<Actual> => {
  const wrapped = needsWrapper(type) ? wrapperOf(func, type) : undefined
  const result = (wrapped ?? func)(...args.flatMap((arg) => intoJavaScript(arg, wrapped !== undefined)))
  const values =
    result === undefined && type.results.length === 0 ? [] : Array.isArray(result) ? result : [result]
  return wrapped === undefined
    ? type.results.map((of, index) => direct(of, values[index]))
    : reassemble(type.results, values)
}

/** The value of a global, through a function that reads it. */
export const readGlobal = (global: WebAssembly.Global, { type, mutable }: GlobalType): Actual => {
  if (typeof type !== "string" || type.startsWith("i")) return direct(type, global.value)
  const [bits] = outOf(type, "local.get 0")
  const module = moduleOf(`(module
    (import "" "" (global $g ${mutable ? `(mut ${type})` : type}))
    (func (export "") ${resultsOf([type])} (local ${type}) global.get $g local.set 0 ${bits}))`)
  const { exports } = new WebAssembly.Instance(module, { "": { "": global } })
  // The cast: the text above says what it exports.
  const value = (exports[""] as () => unknown)()
  return (
    reassemble([type], Array.isArray(value) ? value : [value])[0] ?? { kind: "reference", value: undefined }
  )
}

const isException = (type: ValueType): boolean =>
  typeof type !== "string" && (type.heap === "exn" || type.heap === "noexn")

const isIndexed = (type: ValueType): boolean => typeof type !== "string" && typeof type.heap === "number"

const needsWrapper = ({ params, results }: FuncType): boolean => {
  const types = [...params, ...results]
  const hidden = (type: ValueType) => type === "f32" || type === "f64" || type === "v128" || isException(type)
  return types.some(hidden) && !types.some(isIndexed) && !params.some(isException)
}

type Callable = (...args: ReadonlyArray<unknown>) => unknown

const wrappers = new WeakMap<Callable, Callable>()

/** *Returns* `undefined` where the guest's function type is not the plain one of its parameters and results. */
const wrapperOf = (func: Callable, type: FuncType): Callable | undefined => {
  const known = wrappers.get(func)
  if (known !== undefined) return known
  try {
    const { exports } = new WebAssembly.Instance(moduleOf(wrapperText(type)), { "": { "": func } })
    // The cast: the text says that this is a function.
    const wrapper = exports[""] as Callable
    wrappers.set(func, wrapper)
    return wrapper
  } catch (cause) {
    if (cause instanceof WebAssembly.LinkError) return undefined
    throw cause
  }
}

const modules = new Map<string, WebAssembly.Module>()

const moduleOf = (text: string): WebAssembly.Module => {
  const known = modules.get(text)
  if (known !== undefined) return known
  const bytes = compileText({ kind: "text", text })
  if (typeof bytes === "string") throw new Error(bytes)
  const module = new WebAssembly.Module(bytes)
  modules.set(text, module)
  return module
}

const wrapperText = ({ params, results }: FuncType): string => {
  const crossing = params.flatMap((type) => carriersIn(type))
  let at = 0
  const pushed = params.map((type) => {
    const [first, second] = [`local.get ${at}`, `local.get ${at + 1}`]
    at += carriersIn(type).length
    return into(type, first, second)
  })
  const local = (index: number) => crossing.length + index
  return `(module
    (type $t (func ${listed("param", params.map(showType))} ${listed("result", results.map(showType))}))
    (import "" "" (func $f (type $t)))
    (func (export "") ${listed("param", crossing)} ${resultsOf(results)} ${listed("local", results.map(nullableType))}
      ${pushed.join(" ")} call $f
      ${results.map((_, index) => `local.set ${local(results.length - 1 - index)}`).join(" ")}
      ${results.map((type, index) => outOf(type, `local.get ${local(index)}`)[0]).join(" ")}))`
}

const listed = (word: string, types: ReadonlyArray<string>): string =>
  types.length === 0 ? "" : `(${word} ${types.join(" ")})`

const resultsOf = (types: ReadonlyArray<ValueType>): string =>
  listed(
    "result",
    types.flatMap((type) => outOf(type, "")[1])
  )

const showType = (type: ValueType): string =>
  typeof type === "string" ? type : `(ref ${type.nullable ? "null " : ""}${type.heap})`

/** A local has to have a value from the start. */
const nullableType = (type: ValueType): string =>
  showType(typeof type === "string" ? type : { ...type, nullable: true })

const carriersIn = (type: ValueType): ReadonlyArray<string> =>
  type === "f32" ? ["i32"] : type === "f64" ? ["i64"] : type === "v128" ? ["i64", "i64"] : [showType(type)]

const into = (type: ValueType, first: string, second: string): string => {
  if (type === "f32") return `${first} f32.reinterpret_i32`
  if (type === "f64") return `${first} f64.reinterpret_i64`
  return type === "v128" ? `${first} i64x2.splat ${second} i64x2.replace_lane 1` : first
}

/** The instructions that take a value apart, and the types of the parts. */
const outOf = (type: ValueType, get: string): readonly [code: string, types: ReadonlyArray<string>] => {
  if (type === "f32") return [`${get} i32.reinterpret_f32`, ["i32"]]
  if (type === "f64") return [`${get} i64.reinterpret_f64`, ["i64"]]
  if (type === "v128") return [`${get} i64x2.extract_lane 0 ${get} i64x2.extract_lane 1`, ["i64", "i64"]]
  if (isException(type)) return [`${get} ref.is_null`, ["i32"]]
  const notNull = typeof type !== "string" && !type.nullable
  return [notNull ? `${get} ref.as_non_null` : get, [showType(type)]]
}

const reassemble = (
  types: ReadonlyArray<ValueType>,
  values: ReadonlyArray<unknown>
): ReadonlyArray<Actual> => {
  const rest = [...values]
  const bits = (width: number) => {
    const value = rest.shift()
    return BigInt.asUintN(width, typeof value === "bigint" ? value : BigInt(Number(value)))
  }
  return types.map((type) => {
    if (type === "v128") return { kind: "number", type, bits: bits(64) | (bits(64) << 64n) }
    if (typeof type === "string") return { kind: "number", type, bits: bits(WIDTH[type]) }
    const value = rest.shift()
    return { kind: "reference", value: isException(type) ? (value === 1 ? null : EXCEPTION) : value }
  })
}

/** Stands for an exception reference that is not null. */
export const EXCEPTION: unique symbol = Symbol("exception")

const scratch = new DataView(new ArrayBuffer(8))

/** A value that JavaScript can hold. */
const direct = (type: ValueType, value: unknown): Actual => {
  switch (type) {
    case "i32":
      return { kind: "number", type, bits: BigInt(Number(value) >>> 0) }
    case "i64":
      return { kind: "number", type, bits: typeof value === "bigint" ? BigInt.asUintN(64, value) : 0n }
    case "f32":
      scratch.setFloat32(0, Number(value))
      return { kind: "number", type, bits: BigInt(scratch.getUint32(0)) }
    case "f64":
      scratch.setFloat64(0, Number(value))
      return { kind: "number", type, bits: scratch.getBigUint64(0) }
    default:
      return { kind: "reference", value }
  }
}

const intoJavaScript = (constant: Constant, wrapped: boolean): ReadonlyArray<unknown> => {
  if (constant.kind === "null") return [null]
  if (constant.kind === "host") return [hostObject(constant.host)]
  const { type, bits } = constant
  if (type === "i32" || (type === "f32" && wrapped)) return [Number(BigInt.asIntN(32, bits))]
  if (type === "i64" || (type === "f64" && wrapped)) return [BigInt.asIntN(64, bits)]
  if (type === "v128") return [BigInt.asIntN(64, bits), BigInt.asIntN(64, (bits >> 64n) & allOnes(64))]
  if (type === "f32") scratch.setUint32(0, Number(bits))
  else scratch.setBigUint64(0, bits)
  return [type === "f32" ? scratch.getFloat32(0) : scratch.getFloat64(0)]
}

const hosts = new Map<number, object>()

/** The object that a script means by a number: an object, because V8 takes a small number for an `i31`. */
export const hostObject = (index: number): object => {
  const known = hosts.get(index) ?? Object.freeze({ host: index })
  hosts.set(index, known)
  return known
}
