import { parseWat } from "./wat.ts"

/**
 * What a guest may say it `needs`: parts of WebAssembly that not every supported engine has, each with the
 * smallest module that shows it. Node 22.19 lacks `table64` and
 * copies between memories of 32 and 64 bits, Node 24.12 `exnref`; what needs one is skipped there.
 */
export const FEATURES: ReadonlyMap<string, () => Uint8Array<ArrayBuffer>> = new Map([
  [
    "exnref",
    () => parseWat("exnref", "(module (tag $t) (func (block $b (try_table (catch_all $b) throw $t))))")
  ],
  ["memory64", () => parseWat("memory64", "(module (memory i64 1))")],
  [
    "memory64-copy",
    () =>
      parseWat(
        "memory64-copy",
        `(module (memory 1) (memory i64 1) (func
    (memory.copy 0 1 (i32.const 0) (i64.const 0) (i32.const 0))))`
      )
  ],
  ["table64", () => parseWat("table64", "(module (table i64 1 funcref))")],
  ["multi-memory", () => parseWat("multi-memory", "(module (memory 1) (memory 1))")],
  ["tail-call", () => parseWat("tail-call", "(module (func $f return_call $f))")],
  [
    "relaxed-simd",
    () =>
      parseWat(
        "relaxed-simd",
        `(module (func (param v128) (result v128)
    local.get 0 local.get 0 i8x16.relaxed_swizzle))`
      )
  ],
  // A type section of one structure without fields; then one of a function that takes a reference to itself.
  ["gc", () => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 3, 1, 0x5f, 0])],
  ["function-references", () => new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x64, 0, 0])]
])

export const engineHas = (feature: string): boolean => {
  const probe = FEATURES.get(feature)
  return probe !== undefined && WebAssembly.validate(probe())
}

/** What a text is written with and this engine lacks, of the features in which supported versions of it differ. */
export const lacksFor = (text: string): ReadonlyArray<string> =>
  WRITTEN_WITH.filter(([feature, pattern]) => pattern.test(text) && !engineHas(feature)).map(
    ([feature]) => feature
  )

const WRITTEN_WITH = [
  ["exnref", /\b(try_table|throw_ref|exnref)\b/],
  ["table64", /\(table (\$\w+ )?(\(export "\w+"\) )?i64 /]
] as const
