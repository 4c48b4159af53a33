import { parseWat } from "../../guests/wat.ts"
import type { Timable } from "./measure.ts"

/**
 * A piece of code whose time is what something costs, in the text format, written out many times in a loop.
 *
 * It works on locals `$i0`…`$i3` (and `$l`, `$f`, `$d`, `$v` for i64, f32, f64, v128), whose values come from
 * memory, so that nobody can compute them beforehand, and on `$iy` … beside them. With `k` always 0 each copy waits
 * for the one before it, with `k` going round four do not. `j` is the number of the copy, for places in memory.
 */
export interface Probe {
  readonly name: string
  readonly code: (k: number, j: number) => string
  /** Where four chains are no independence, as of loads: another piece. */
  readonly independent?: (k: number, j: number) => string
  /** How many of the thing are in one copy; 1 without it. */
  readonly count?: number
  /** Copies at most, for what takes long; 32 without it. */
  readonly copiesMax?: number
}

export type Kind = "i" | "l" | "f" | "d" | "v"

export const unary = (op: string, kind: Kind): Probe => ({
  name: op,
  code: (k) => `(local.set $${kind}${k} (${op} (local.get $${kind}${k})))`
})

export const binary = (op: string, kind: Kind): Probe => ({
  name: op,
  code: (k) => `(local.set $${kind}${k} (${op} (local.get $${kind}${k}) (local.get $${kind}y)))`
})

/** There and back: two conversions, whose costs cannot be told apart. */
export const roundTrip = (there: string, back: string, kind: Kind): Probe => ({
  name: `${there}, ${back}`,
  code: (k) => `(local.set $${kind}${k} (${back} (${there} (local.get $${kind}${k}))))`,
  count: 2
})

export const piece = (
  name: string,
  code: (k: number, j: number) => string,
  more: Partial<Probe> = {}
): Probe => ({ name, code, ...more })

const TYPES: ReadonlyArray<readonly [Kind, string, string, number]> = [
  ["i", "i32", "i32", 4],
  ["l", "i64", "i64", 8],
  ["f", "f32", "f32", 4],
  ["d", "f64", "f64", 8],
  ["v", "v128", "v128", 16]
]

export const timable = (probe: Probe): Timable => ({
  name: probe.name,
  count: probe.count ?? 1,
  copies: probe.copiesMax ?? 32,
  bytes: (chains, copies) => parseWat(probe.name, moduleOf(probe, chains, copies))
})

/** The module around `copies` of a probe: `run(rounds)` executes them so many times. */
const moduleOf = (probe: Probe, chains: "dependent" | "independent", copies: number): string => {
  const code = chains === "independent" ? (probe.independent ?? probe.code) : probe.code
  const body = Array.from({ length: copies }, (_, j) => code(chains === "independent" ? j % 4 : 0, j))
  const each = (make: (kind: Kind, type: string, suffix: string, at: number) => string): string =>
    TYPES.flatMap(([kind, type], t) =>
      ["0", "1", "2", "3", "y"].map((suffix, s) => make(kind, type, suffix, VALUES + t * 80 + s * 16))
    ).join("\n")
  return `(module
    (import "m" "host" (func $host (param i32) (result i32)))
    (memory (export "memory") 4 16384)
    (table $t 4096 funcref) (table $u 4096 1000000 externref)
    (elem (i32.const 0) $leaf $leaf $leaf $leaf)
    (elem declare func $leaf)
    (data $data "${"a".repeat(64)}")
    (elem $elem func $leaf $leaf)
    (tag $tag)
    (global $g (mut i32) (i32.const 1)) (global $h (mut i32) (i32.const 1))
    (type $one (func (param i32) (result i32)))
    (func $leaf (type $one)
      local.get 0
      (if (i32.eq (local.get 0) (i32.const 123456789)) (then (global.set $h (i32.const 2)) (call $host (i32.const 1)) drop)))
    (func $thrower (param i32) (if (local.get 0) (then (throw $tag))))
    (func (export "run") (param $n i32)
      ${each((kind, type, suffix) => `(local $${kind}${suffix} ${type})`)}
      ${each((kind, type, suffix, at) => `(local.set $${kind}${suffix} (${type}.load (i32.const ${at})))`)}
      (loop $again
        ${body.join("\n")}
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n)))
      ${each((kind, type, suffix, at) => `(${type}.store (i32.const ${at + 1024}) (local.get $${kind}${suffix}))`)}))`
}

/** Where the first values of the locals are; below it are zeros, through which loads find their way. */
const VALUES = 4096

/** Values with which no chain runs into what is slow or trapping: small integers and floats near 1. */
export const fillMemory = (memory: WebAssembly.Memory): void => {
  const view = new DataView(memory.buffer)
  TYPES.forEach(([kind], t) => {
    for (let s = 0; s < 5; s++) {
      const at = VALUES + t * 80 + s * 16
      if (kind === "i") view.setInt32(at, s === 4 ? 3 : 0, true)
      else if (kind === "l") view.setBigInt64(at, s === 4 ? 3n : 0n, true)
      else if (kind === "f") view.setFloat32(at, s === 4 ? 1.000001 : 1.5, true)
      else if (kind === "d") view.setFloat64(at, s === 4 ? 1.000000001 : 1.5, true)
      else for (let lane = 0; lane < 4; lane++) view.setFloat32(at + 4 * lane, s === 4 ? 1.000001 : 1.5, true)
    }
  })
}
