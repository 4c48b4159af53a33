import { FEATURES, type Feature } from "../../wasm/Opcodes.ts"

/**
 * Which proposals this V8 accepts: found out by showing it the smallest module that needs each.
 *
 * Proposals that every supported Node has (22.19 and later) need no probe.
 */
export const detectFeatures = (): ReadonlySet<Feature> =>
  new Set(FEATURES.filter((feature) => PROBES.get(feature)?.every(accepts) ?? true))

const accepts = (body: ReadonlyArray<number>): boolean =>
  WebAssembly.validate(Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...body]))

/** Sections of a module with one function `() -> ()` whose instructions are these. */
const func = (...code: ReadonlyArray<number>): ReadonlyArray<number> => [
  ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, code.length + 4, 0x01, code.length + 2, 0x00, ...code, 0x0b]
]

const PROBES: ReadonlyMap<Feature, ReadonlyArray<ReadonlyArray<number>>> = new Map<
  Feature,
  ReadonlyArray<ReadonlyArray<number>>
>([
  // return_call 0
  ["tail-call", [func(0x12, 0x00)]],
  // block $l (try_table (catch_all $l)) end; a function type that takes an exnref
  [
    "exnref",
    [func(0x02, 0x40, 0x1f, 0x40, 0x01, 0x02, 0x00, 0x0b, 0x0b), [0x01, 0x05, 0x01, 0x60, 0x01, 0x69, 0x00]]
  ],
  ["legacy-exceptions", [func(0x06, 0x40, 0x19, 0x0b)]],
  // two memories
  ["multi-memory", [[0x05, 0x05, 0x02, 0x00, 0x01, 0x00, 0x01]]],
  // a memory with 64-bit addresses, and a table
  ["memory64", [[0x05, 0x03, 0x01, 0x04, 0x01]]],
  ["table64", [[0x04, 0x04, 0x01, 0x70, 0x04, 0x01]]],
  // v128.const 0 (three times), f32x4.relaxed_madd, drop
  ["relaxed-simd", [func(...vector(), ...vector(), ...vector(), 0xfd, 0x85, 0x02, 0x1a)]],
  ["simd", [func(...vector(), 0x1a)]],
  // a struct type without fields
  ["gc", [[0x01, 0x03, 0x01, 0x5f, 0x00]]],
  // ref.func's type as (ref null 0)
  ["function-references", [func(0xd0, 0x00, 0x1a)]],
  // i32.const 1 + 1 in a global
  ["extended-const", [[0x06, 0x09, 0x01, 0x7f, 0x00, 0x41, 0x01, 0x41, 0x01, 0x6a, 0x0b]]],
  ["threads", [[0x05, 0x04, 0x01, 0x03, 0x01, 0x01]]]
])

function vector(): ReadonlyArray<number> {
  return [0xfd, 0x0c, ...new Array(16).fill(0)]
}
