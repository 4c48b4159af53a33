import { parseWat } from "../guests/wat.ts"

/**
 * Recursions of every shape that makes a frame large: what the slots of the stack limit are measured with.
 *
 * Each exports `main`, which never comes back by itself. Operands come out of an opaque call, because the
 * baseline compiler keeps constants nowhere.
 */
export interface StackShape {
  readonly name: string
  readonly wasm: () => Uint8Array<ArrayBuffer>
}

const TYPES = ["i32", "i64", "f32", "f64", "v128"] as const
type Type = (typeof TYPES)[number]

const times = (count: number, text: string): string => new Array(count).fill(text).join(" ")

const wat = (name: string, text: string): StackShape => ({
  name,
  wasm: () => parseWat(name, `(module ${text})`)
})

/** A value that no compiler can work out beforehand. */
const opaque = (type: Type): string =>
  type === "v128" ? "(i32x4.splat (global.get $g))" : `(${CONVERT[type]} (global.get $g))`
const CONVERT: Readonly<Record<Exclude<Type, "v128">, string>> = {
  i32: "i32.eqz",
  i64: "i64.extend_i32_u",
  f32: "f32.convert_i32_u",
  f64: "f64.convert_i32_u"
}
const GLOBAL = "(global $g (mut i32) (i32.const 7))"

const locals = (count: number, type: Type) =>
  wat(`${count} locals ${type}`, `(func $f (export "main") (local ${times(count, type)}) call $f)`)

const usedLocals = (count: number, type: Type) =>
  wat(
    `${count} used locals ${type}`,
    `${GLOBAL} (func $f (export "main") (local ${times(count, type)})
      ${Array.from({ length: count }, (_, i) => `(local.set ${i} ${opaque(type)})`).join(" ")}
      call $f
      ${Array.from({ length: count }, (_, i) => `(drop (local.get ${i}))`).join(" ")})`
  )

const operands = (count: number, type: Type) =>
  wat(
    `${count} operands ${type}`,
    `${GLOBAL} (func $f (export "main") ${times(count, opaque(type))} call $f ${times(count, "drop")})`
  )

/** Its own parameters, passed on; kept on the operands besides where `kept`. */
const parameters = (count: number, type: Type, kept = false) => {
  const all = Array.from({ length: count }, (_, i) => `(local.get ${i})`).join(" ")
  return wat(
    `${count} parameters ${type}${kept ? ", and kept" : ""}`,
    `${GLOBAL} (func $f (param ${times(count, type)}) ${kept ? all : ""} ${all} call $f ${kept ? times(count, "drop") : ""})
     (func (export "main") ${times(count, opaque(type))} call $f)`
  )
}

const results = (count: number, type: Type) =>
  wat(
    `${count} results ${type}`,
    `(func $f (result ${times(count, type)}) call $f)
     (func (export "main") call $f ${times(count, "drop")})`
  )

const both = (count: number, type: Type) =>
  wat(
    `${count} parameters and results ${type}`,
    `${GLOBAL} (func $f (param ${times(count, type)}) (result ${times(count, type)})
      ${Array.from({ length: count }, (_, i) => `(local.get ${i})`).join(" ")} call $f)
     (func (export "main") ${times(count, opaque(type))} call $f ${times(count, "drop")})`
  )

const mixed = (count: number) => {
  const types = Array.from({ length: count }, (_, i) => TYPES[i % TYPES.length] ?? "i32")
  return wat(
    `${count} parameters of all types`,
    `${GLOBAL} (func $f (param ${types.join(" ")}) ${types.map((_, i) => `(local.get ${i})`).join(" ")} call $f)
     (func (export "main") ${types.map(opaque).join(" ")} call $f)`
  )
}

const indirect = (count: number, type: Type) =>
  wat(
    `call_indirect, ${count} parameters ${type}`,
    `${GLOBAL} (type $t (func (param ${times(count, type)}))) (table 1 funcref) (elem (i32.const 0) $f)
     (func $f (type $t) ${Array.from({ length: count }, (_, i) => `(local.get ${i})`).join(" ")}
       (call_indirect (type $t) (i32.const 0)))
     (func (export "main") ${times(count, opaque(type))} call $f)`
  )

/** Small functions that call each other in a ring: what every frame costs beside its values. */
const ring = (count: number) =>
  wat(
    `a ring of ${count}`,
    Array.from(
      { length: count },
      (_, i) => `(func $f${i} ${i === 0 ? '(export "main")' : ""} call $f${(i + 1) % count})`
    ).join("\n")
  )

const handlers = (depth: number) =>
  wat(
    `${depth} nested handlers`,
    `${GLOBAL} (func $f (export "main") ${times(depth, "try")} call $f ${times(depth, "catch_all end")})`
  )

/** Each handler keeps what it caught, in case it is thrown again. */
const caught = (depth: number) =>
  wat(
    `${depth} exceptions caught`,
    `(tag $t) (func $f (export "main") ${times(depth, "try throw $t catch_all")} call $f ${times(depth, "end")})`
  )

const caughtByTable = (depth: number) =>
  wat(
    `${depth} exceptions caught by reference`,
    `(tag $t) (func $f (export "main")
       ${times(depth, "block (result exnref) try_table (catch_all_ref 0) throw $t end unreachable end")}
       call $f ${times(depth, "drop")})`
  )

const inBlocks = (count: number) =>
  wat(
    `${count} nested blocks of results`,
    `${GLOBAL} (func $f (export "main")
      ${times(count, "(block (result i64)")} (call $f) ${opaque("i64")} ${times(count, ")")} drop)`
  )

export const STACK_SHAPES: ReadonlyArray<StackShape> = [
  ring(1),
  ring(2),
  ring(7),
  ...[1, 5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => locals(count, type))),
  ...[5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => usedLocals(count, type))),
  ...[1, 5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => operands(count, type))),
  ...[1, 5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => parameters(count, type))),
  ...[5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => parameters(count, type, true))),
  ...[1, 2, 3, 5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => results(count, type))),
  ...[1, 2, 5, 20, 100, 1000].flatMap((count) => TYPES.map((type) => both(count, type))),
  ...[5, 50, 500].map(mixed),
  ...[0, 1, 8, 100, 1000].flatMap((count) => TYPES.map((type) => indirect(count, type))),
  ...[1, 20].map(handlers),
  ...[10, 50].map(inBlocks),
  ...[1, 10, 100].map(caught),
  ...[1, 10, 100].map(caughtByTable)
]
