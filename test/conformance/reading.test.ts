import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readFloat } from "./readFloat.ts"
import { readScript } from "./readScript.ts"
import { readPattern } from "./readValue.ts"
import { roundFloats } from "./roundFloats.ts"
import { readSexps, type Sexp } from "./Sexp.ts"

const bytes = new DataView(new ArrayBuffer(8))
const bitsOf64 = (value: number): bigint => {
  bytes.setFloat64(0, value)
  return bytes.getBigUint64(0)
}
const bitsOf32 = (value: number): bigint => {
  bytes.setFloat32(0, value)
  return BigInt(bytes.getUint32(0))
}
const pattern = (text: string) => {
  const [form] = readSexps(text)
  if (form === undefined) throw new Error(text)
  return readPattern(form)
}

describe("a floating-point literal", () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true })
  const literal = (value: number) => (Object.is(value, -0) ? "-0" : String(value).replace("e+", "e"))

  it("is the nearest f64, as JavaScript reads it", () => {
    fc.assert(fc.property(numbers, (value) => readFloat("f64", literal(value)).bits === bitsOf64(value)))
  })

  it("is the nearest f32 of an f64's exact value", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -3e38, max: 3e38 }), (value) => {
        const hex = `${value < 0 || Object.is(value, -0) ? "-" : ""}${exactHex(Math.abs(value))}`
        return readFloat("f32", hex).bits === bitsOf32(value)
      })
    )
  })

  it("is rounded once: between two f32, above the middle by less than an f64 can say", () => {
    const justAbove = "1.00000005960464477539062500000001"
    expect(readFloat("f32", justAbove).bits).toBe(0x3f800001n)
    expect(bitsOf32(Number(justAbove))).toBe(0x3f800000n)
  })

  it.each([
    ["f32", "0x1p-149", 1n],
    ["f32", "0x1p-150", 0n],
    ["f32", "0x1.8p-150", 1n],
    ["f32", "-0x1.fffffep+127", 0xff7fffffn],
    ["f32", "0x1.ffffffp+127", 0x7f800000n],
    ["f64", "4.9e-324", 1n],
    ["f64", "1e400", 0x7ff0000000000000n],
    ["f64", "-inf", 0xfff0000000000000n],
    ["f32", "-nan:0x200001", 0xffa00001n],
    ["f64", "1_000.5", 0x408f440000000000n]
  ] as const)("%s %s has the bits %s", (type, text, bits) => {
    expect(readFloat(type, text).bits).toBe(bits)
  })

  it("in a module's text comes out as one that is rounded already, wherever it is", () => {
    const text =
      '(module ;; f32.const 1.1\n (data "f32.const 1.1") (func f32.const 1.1 (f32.const -0) v128.const f32x4 nan 1 2.1 inf))'
    expect(roundFloats(text)).toBe(
      `(module ;; f32.const 1.1\n (data "f32.const 1.1") (func f32.const ${Math.fround(1.1)} (f32.const -0) v128.const f32x4 nan 1 ${Math.fround(2.1)} inf))`
    )
  })
})

/** A number that is no less than 0 as a hexadecimal literal of exactly its value. */
const exactHex = (value: number): string => {
  const bits = bitsOf64(value)
  const [power, fraction] = [Number(bits >> 52n), bits & 0xfffffffffffffn]
  return `0x${power === 0 ? 0 : 1}.${fraction.toString(16).padStart(13, "0")}p${Math.max(power, 1) - 1023}`
}

describe("a value", () => {
  it("is its bits, and those that count", () => {
    expect(pattern("(i32.const -1)")).toEqual({
      kind: "number",
      type: "i32",
      bits: 0xffffffffn,
      mask: 0xffffffffn
    })
    expect(pattern("(f32.const nan:canonical)")).toMatchObject({ bits: 0x7fc00000n, mask: 0x7fffffffn })
    expect(pattern("(f32.const nan:arithmetic)")).toMatchObject({ bits: 0x7fc00000n, mask: 0x7fc00000n })
    expect(pattern("(v128.const i8x16 1 2 0 0 0 0 0 0 0 0 0 0 0 0 0 -1)")).toMatchObject({
      bits: 0xff000000000000000000000000000201n
    })
  })

  it("is not read from what is none", () => {
    for (const text of [
      "(i32.const 1.5)",
      "(f32.const infinite)",
      "(v128.const i32x4 1 2)",
      "(ref.rtt)",
      "(i33.const 1)"
    ])
      expect(() => pattern(text)).toThrow()
  })
})

describe("a script", () => {
  it("is read whatever its comments, strings and annotations have in them", () => {
    const text = '(; ( (; " ;) ;) (a "(;" ;; )\n (@note , ; ]) "\\22\\u{41}\\n") ;;'
    expect(readSexps(text)).toMatchObject([
      {
        kind: "list",
        items: [
          { word: "a" },
          { bytes: Uint8Array.of(0x28, 0x3b) },
          { bytes: Uint8Array.of(0x22, 0x41, 0x0a) }
        ]
      }
    ])
  })

  it.each([
    ["(module", "line 1: a parenthesis is not closed"],
    ["\n)", "line 2: a parenthesis is closed that was not opened"],
    ['\n\n(a "b', "line 3: a string is not closed"],
    ["(; (; ;)", "line 1: a comment is not closed"]
  ])("that is not closed is no script: %j", (text, error) => {
    expect(() => readSexps(text)).toThrow(error)
  })

  it("gives back every word, however nested", () => {
    const tree: fc.Memo<string> = fc.memo((depth) =>
      depth <= 1
        ? fc.stringMatching(/^[a-z$.0-9=]+$/)
        : fc.array(tree(), { maxLength: 4 }).map((items) => `(${items.join(" ")})`)
    )
    const show = (sexp: Sexp): string =>
      sexp.kind === "list" ? `(${sexp.items.map(show).join(" ")})` : sexp.kind === "word" ? sexp.word : ""
    fc.assert(fc.property(tree(5), (text) => readSexps(text).map(show).join(" ") === text))
  })

  it("may be the fields of one module", () => {
    const text = '(func (export "f"))\n(memory 1)'
    expect(readScript(text)).toEqual([
      { kind: "module", line: 1, name: undefined, source: { kind: "text", text: `(module ${text}\n)` } }
    ])
  })

  it("keeps a command that is not known, and one whose values are none", () => {
    expect(readScript('(assert_later)\n(assert_return (invoke "f") (rtt 1))')).toMatchObject([
      { kind: "unknown", line: 1, word: "assert_later" },
      { kind: "unknown", line: 2, word: expect.stringMatching(/^assert_return: /) }
    ])
  })
})
