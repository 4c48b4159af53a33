import { describe, expect, it } from "vitest"
import { MAKES_NAN } from "../../../src/fuel/meter/instructionActions.ts"
import { OPCODES } from "../../../src/wasm/Opcodes.ts"
import { engineHas } from "../../guests/features.ts"
import { MeteredInstance } from "./runMetered.ts"

/**
 * NaN bits under `nan: "canonical"`: what arithmetic makes is the canonical NaN wherever it can be seen, what is
 * only moved keeps every bit.
 */

const CANONICAL = { f32: 0x7fc00000n, f64: 0x7ff8000000000000n }
/** Quiet NaNs that are not canonical: with a sign, with a payload. */
const STRANGE = {
  f32: [0xffc00000n, 0x7fe12345n, 0xffffffffn],
  f64: [0xfff8000000000000n, 0x7ffc123456789abcn]
}
/** A signalling one, which arithmetic may not keep and moves may not change. */
const SIGNALLING = { f32: 0x7f800001n, f64: 0x7ff0000000000001n }

type Float = "f32" | "f64"
const constant = (type: Float, bits: bigint): string =>
  type === "f32" ? `(f32.reinterpret_i32 (i32.const ${bits}))` : `(f64.reinterpret_i64 (i64.const ${bits}))`
const bitsOf = (type: Float, value: string): string =>
  type === "f32" ? `(i64.extend_i32_u (i32.reinterpret_f32 ${value}))` : `(i64.reinterpret_f64 ${value})`

/** The bits that an expression has under the policy, told through an i64. */
const run = (body: string, rest = ""): bigint => {
  const wat = `(module (memory 1) ${rest} (func (export "f") (result i64) ${body}))`
  const { values, trap } = new MeteredInstance(wat, { nan: "canonical" }).call("f")
  expect(trap).toBeUndefined()
  return BigInt.asUintN(64, BigInt(String(values?.[0])))
}

const BINARY = ["add", "sub", "mul", "div", "min", "max"]
const UNARY = ["sqrt", "ceil", "floor", "trunc", "nearest"]
const LANES = { f32: "f32x4", f64: "f64x2" } as const

const vector = (type: Float, bits: bigint): string => `(${LANES[type]}.splat ${constant(type, bits)})`
const lane = (type: Float, value: string): string => bitsOf(type, `(${LANES[type]}.extract_lane 1 ${value})`)

describe("nan: canonical", () => {
  for (const type of ["f32", "f64"] as const) {
    const inputs = [...STRANGE[type], SIGNALLING[type]]
    const one = `(${type}.const 1)`

    it(`makes every NaN of ${type} arithmetic canonical`, () => {
      for (const bits of inputs) {
        const nan = constant(type, bits)
        for (const name of BINARY) {
          expect([name, run(bitsOf(type, `(${type}.${name} ${nan} ${one})`))]).toEqual([
            name,
            CANONICAL[type]
          ])
          expect([name, run(bitsOf(type, `(${type}.${name} ${one} ${nan})`))]).toEqual([
            name,
            CANONICAL[type]
          ])
        }
        for (const name of UNARY)
          expect([name, run(bitsOf(type, `(${type}.${name} ${nan})`))]).toEqual([name, CANONICAL[type]])
      }
      expect(run(bitsOf(type, `(${type}.div (${type}.const 0) (${type}.const 0))`))).toBe(CANONICAL[type])
      expect(run(bitsOf(type, `(${type}.sqrt (${type}.const -1))`))).toBe(CANONICAL[type])
      expect(run(bitsOf(type, `(${type}.sub (${type}.const inf) (${type}.const inf))`))).toBe(CANONICAL[type])
    })

    it(`makes every NaN of ${LANES[type]} arithmetic canonical`, () => {
      const other = `(${LANES[type]}.splat ${one})`
      for (const bits of inputs) {
        const nan = vector(type, bits)
        for (const name of BINARY) {
          expect(run(lane(type, `(${LANES[type]}.${name} ${nan} ${other})`))).toBe(CANONICAL[type])
          expect(run(lane(type, `(${LANES[type]}.${name} ${other} ${nan})`))).toBe(CANONICAL[type])
        }
        for (const name of UNARY)
          expect(run(lane(type, `(${LANES[type]}.${name} ${nan})`))).toBe(CANONICAL[type])
        // The other lanes keep what they have.
        const mixed = `(${LANES[type]}.replace_lane 0 ${nan} (${type}.const 2))`
        expect(
          run(bitsOf(type, `(${LANES[type]}.extract_lane 0 (${LANES[type]}.add ${mixed} ${other}))`))
        ).toBe(type === "f32" ? 0x40400000n : 0x4008000000000000n)
      }
    })

    it(`keeps every bit of a ${type} that is only moved`, () => {
      for (const bits of inputs) {
        const nan = constant(type, bits)
        const sign = type === "f32" ? 0x80000000n : 1n << 63n
        const moves: ReadonlyArray<readonly [string, bigint]> = [
          [`(local $x ${type}) (local.set $x ${nan}) ${bitsOf(type, "(local.get $x)")}`, bits],
          [`(global.set $g ${nan}) ${bitsOf(type, "(global.get $g)")}`, bits],
          [`(${type}.store (i32.const 8) ${nan}) ${bitsOf(type, `(${type}.load (i32.const 8))`)}`, bits],
          [bitsOf(type, `(select ${nan} ${one} (i32.const 1))`), bits],
          [bitsOf(type, `(block (result ${type}) ${nan})`), bits],
          [bitsOf(type, `(call $same ${nan})`), bits],
          [bitsOf(type, `(${type}.neg ${nan})`), bits ^ sign],
          [bitsOf(type, `(${type}.abs ${nan})`), bits & ~sign],
          [bitsOf(type, `(${type}.copysign ${nan} (${type}.const -1))`), bits | sign],
          [lane(type, vector(type, bits)), bits],
          [lane(type, `(${LANES[type]}.neg ${vector(type, bits)})`), bits ^ sign],
          [lane(type, `(v128.or ${vector(type, bits)} (v128.const i64x2 0 0))`), bits]
        ]
        const rest = `(global $g (mut ${type}) (${type}.const 0))
          (func $same (param ${type}) (result ${type}) local.get 0)`
        for (const [body, expected] of moves) expect([body, run(body, rest)]).toEqual([body, expected])
      }
    })
  }

  it("makes the NaNs of conversions canonical", () => {
    for (const bits of [...STRANGE.f32, SIGNALLING.f32])
      expect(run(bitsOf("f64", `(f64.promote_f32 ${constant("f32", bits)})`))).toBe(CANONICAL.f64)
    for (const bits of [...STRANGE.f64, SIGNALLING.f64]) {
      expect(run(bitsOf("f32", `(f32.demote_f64 ${constant("f64", bits)})`))).toBe(CANONICAL.f32)
      expect(run(lane("f32", `(f32x4.demote_f64x2_zero ${vector("f64", bits)})`))).toBe(CANONICAL.f32)
    }
    for (const bits of [...STRANGE.f32, SIGNALLING.f32])
      expect(run(lane("f64", `(f64x2.promote_low_f32x4 ${vector("f32", bits)})`))).toBe(CANONICAL.f64)
  })

  const canThrowAsReference = engineHas("exnref")

  it("sees a NaN wherever it can get out of a chain of arithmetic", () => {
    const nan = constant("f64", STRANGE.f64[0] ?? 0n)
    const sum = `(f64.add ${nan} (f64.const 1))`
    const rest = `(global $g (mut f64) (f64.const 0)) (tag $t (param f64))
      (func $bits (param f64) (result i64) (i64.reinterpret_f64 (local.get 0)))
      (func $tail (result i64) (return_call $bits ${sum}))
      (func $returns (result f64) (return ${sum}))
      (func $falls (result f64) ${sum})`
    for (const body of [
      `(i64.reinterpret_f64 (f64.mul ${sum} (f64.sqrt ${sum})))`,
      `(i64.reinterpret_f64 (f64.neg (f64.neg ${sum})))`,
      `(f64.store (i32.const 0) ${sum}) (i64.load (i32.const 0))`,
      `(global.set $g ${sum}) (i64.reinterpret_f64 (global.get $g))`,
      `(call $bits ${sum})`,
      `(call $tail)`,
      `(i64.reinterpret_f64 (call $returns))`,
      `(i64.reinterpret_f64 (call $falls))`,
      `(i64.reinterpret_f64 (block (result f64) (br 0 ${sum})))`,
      `(i64.reinterpret_f64 (block (result f64) (drop (br_if 0 ${sum} (i32.const 1))) (f64.const 0)))`,
      `(i64.reinterpret_f64 (if (result f64) (i32.const 1) (then ${sum}) (else (f64.const 0))))`,
      `(i64.reinterpret_f64 (loop (result f64) ${sum}))`,
      `(i64.reinterpret_f64 (select ${sum} (f64.const 0) (i32.const 1)))`,
      `(i64.reinterpret_f64 (f64.copysign (f64.const 1) ${sum})) drop (i64.reinterpret_f64 ${sum})`,
      `(local $x f64) (i64.reinterpret_f64 (local.tee $x ${sum}))`,
      `(i64.reinterpret_f64 (try (result f64) (do (throw $t ${sum})) (catch $t)))`,
      // V8 of Node 24 has no exnref; the legacy handler above is the same case there.
      ...(canThrowAsReference
        ? [
            `(i64.reinterpret_f64 (block $h (result f64) (try_table (catch $t $h) (throw $t ${sum})) unreachable))`
          ]
        : []),
      `(i64x2.extract_lane 0 (f64x2.splat ${sum}))`
    ])
      expect([body, run(body, rest)]).toEqual([body, CANONICAL.f64])
  })

  it("decides for every instruction that makes a float whether it chooses its NaNs", () => {
    const makers = OPCODES.filter(({ mnemonic }) => /^f(32|64|32x4|64x2)\./.test(mnemonic))
    const moved = makers.filter(({ op }) => MAKES_NAN[op] === 0).map(({ mnemonic }) => mnemonic)
    const rest = moved.filter(
      (mnemonic) =>
        !/\.(const|load.*|store.*|eq|ne|lt|gt|le|ge|abs|neg|copysign|splat|extract_lane|replace_lane)$/.test(
          mnemonic
        )
    )
    // Integers have no NaN, `reinterpret` and the lesser or greater of two are moves.
    expect(rest.filter((mnemonic) => !/\.(convert|reinterpret)_/.test(mnemonic))).toEqual([
      "f32x4.pmin",
      "f32x4.pmax",
      "f64x2.pmin",
      "f64x2.pmax"
    ])
  })
})
