import wabt from "wabt"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { Malformed } from "../../src/wasm/Malformed.ts"
import type { Module } from "../../src/wasm/Module.ts"

/** Modules for tests: made by hand, byte for byte, or out of wat. */

export const leb = (value: number): ReadonlyArray<number> =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(Math.floor(value / 0x80))]

export const text = (name: string): ReadonlyArray<number> => {
  const bytes = [...new TextEncoder().encode(name)]
  return [...leb(bytes.length), ...bytes]
}

export const section = (id: number, ...contents: ReadonlyArray<number>): ReadonlyArray<number> => [
  id,
  ...leb(contents.length),
  ...contents
]

export const custom = (name: string, ...payload: ReadonlyArray<number>) =>
  section(0, ...text(name), ...payload)

export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

export const moduleBytes = (...sections: ReadonlyArray<ReadonlyArray<number>>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...HEADER, ...sections.flat()])

/** One function of type `() -> ()` with these instructions, `end` not included. */
export const withBody = (...instructions: ReadonlyArray<number>): Uint8Array<ArrayBuffer> => {
  const body = [0, ...instructions, 0x0b]
  return moduleBytes(
    section(1, 1, 0x60, 0, 0),
    section(3, 1, 0),
    section(10, 1, ...leb(body.length), ...body)
  )
}

export const decoded = (bytes: Uint8Array): Module => {
  const module = decodeModule(bytes)
  if (module instanceof Malformed) throw module
  return module
}

const toolkit = await wabt()

const EVERYTHING = {
  exceptions: true,
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  threads: true,
  function_references: true,
  multi_value: true,
  tail_call: true,
  bulk_memory: true,
  reference_types: true,
  annotations: true,
  code_metadata: true,
  gc: true,
  memory64: true,
  multi_memory: true,
  extended_const: true,
  relaxed_simd: true
}

export const wat = (
  source: string,
  options: { readonly canonicalize_lebs?: boolean; readonly write_debug_names?: boolean } = {}
): Uint8Array<ArrayBuffer> => {
  const module = toolkit.parseWat("test.wat", new TextEncoder().encode(source), EVERYTHING)
  const { buffer } = module.toBinary({ canonicalize_lebs: true, write_debug_names: false, ...options })
  module.destroy()
  return new Uint8Array(buffer)
}

/** One module that has a little of everything that wabt can write. */
export const SAMPLER = `(module $sampler
  (type $pair (func (param i32 i64) (result i64 i32)))
  (import "env" "log" (func $log (param i32)))
  (import "env" "base" (global $base i32))
  (import "env" "héllo ☃" (func (param f64)))
  (table $t 4 8 funcref)
  (table $e 2 externref)
  (memory $m 1 4)
  (tag $oops (param i32))
  (global $g (mut i64) (i64.const -123456789012))
  (global $h f32 (f32.const nan))
  (global $k i32 (i32.add (global.get $base) (i32.const 7)))
  (elem (table $t) (i32.const 0) func $swap $loopy)
  (elem $passive funcref (ref.func $swap) (ref.null func))
  (elem declare func $vector)
  (data (i32.const 8) "hello\\00\\ff")
  (data $d "passive")
  (func $swap (export "swap") (type $pair) (local v128 v128 f32)
    local.get 1 local.get 0)
  (func $loopy (export "loopy") (param $n i32) (result i32) (local $i i32)
    (block $out (loop $again
      (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $again)))
    (block (block (block (br_table 0 1 2 0 (local.get $i)))))
    (drop (select (result externref) (ref.null extern) (table.get $e (i32.const 0)) (i32.const 1)))
    (call_indirect $t (param i32) (local.get $i) (i32.const 1))
    (if (result i32) (local.get $i) (then (i32.const -1)) (else (i32.const 0x7fffffff))))
  (func $vector (export "vector") (param i32) (result v128)
    (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31
      (v128.load offset=65536 align=4 (local.get 0)) (v128.const i64x2 1 -1))
    (v128.load8_lane 3 (i32.const 0) (v128.const i32x4 0 0 0 0))
    i8x16.relaxed_swizzle)
  (func (export "memory") (param i32 i32 i32)
    (memory.init $d (local.get 0) (local.get 1) (local.get 2)) (data.drop $d)
    (memory.copy (local.get 0) (local.get 1) (local.get 2))
    (memory.fill (local.get 0) (local.get 1) (local.get 2))
    (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $passive)
    (table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 1))
    (drop (table.grow $e (ref.null extern) (i32.const 1)))
    (i64.store32 offset=4294967295 (local.get 0) (i64.const 0x8000000000000000))
    (drop (f64.const -0x1p-1074)) (drop (i32.trunc_sat_f64_u (f64.const 1e300))))
  (func (export "throws") (throw $oops (i32.const 1)))
)`
