import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { attempt, Malformed } from "../../src/wasm/Malformed.ts"
import { usedFeatures } from "../../src/wasm/usedFeatures.ts"
import { custom, decoded, HEADER, leb, moduleBytes, SAMPLER, section, text, wat } from "./modules.ts"

const only = (...bytes: ReadonlyArray<number>) => decoded(moduleBytes(bytes)).sections[0]

const failureOf = (bytes: Uint8Array) => {
  const failure = decodeModule(bytes)
  return failure instanceof Malformed ? [failure.offset, failure.what] : "a module"
}

const failure = (...sections: ReadonlyArray<ReadonlyArray<number>>) => failureOf(moduleBytes(...sections))

const FUNC_TYPE = section(1, 1, 0x60, 0, 0)

describe("decoding a module", () => {
  it("keeps a custom section's payload as it is", () => {
    expect(only(...custom("producers", 1, 2, 0xff))).toMatchObject({
      kind: "custom",
      name: "producers",
      payload: Uint8Array.of(1, 2, 0xff),
      origin: { offset: 8, start: 10, end: 23 }
    })
  })

  it("reads types in groups, with supertypes, packed fields and long references", () => {
    const struct = [0x5f, 2, 0x78, 0x01, 0x63, 0x00, 0x00]
    const group = [0x4e, 2, 0x50, 0, ...struct, 0x4f, 1, 0x00, 0x5e, 0x64, 0x6e, 0x01]
    expect(only(...section(1, 2, ...group, 0x60, 1, 0x70, 2, 0x7b, 0x63, 0x70))).toMatchObject({
      groups: [
        {
          rec: true,
          types: [
            {
              form: "sub",
              supertypes: [],
              composite: {
                kind: "struct",
                fields: [
                  { storage: "i8", mutable: true },
                  { storage: { nullable: true, heap: 0, short: false }, mutable: false }
                ]
              }
            },
            {
              form: "sub final",
              supertypes: [0],
              composite: {
                kind: "array",
                element: { storage: { nullable: false, heap: "any", short: false }, mutable: true }
              }
            }
          ]
        },
        {
          rec: false,
          types: [
            {
              form: "plain",
              supertypes: [],
              composite: {
                kind: "func",
                params: [{ nullable: true, heap: "func", short: true }],
                results: ["v128", { nullable: true, heap: "func", short: false }]
              }
            }
          ]
        }
      ]
    })
  })

  it("reads imports of every kind", () => {
    const imported = (...type: ReadonlyArray<number>) => [...text("m"), ...text("ü"), ...type]
    expect(
      only(
        ...section(
          2,
          5,
          ...imported(0, 7),
          ...imported(1, 0x6f, 0x05, 1, 2),
          ...imported(2, 0x03, 1, 0x80, 0x80, 4),
          ...imported(3, 0x7e, 1),
          ...imported(4, 0, 3)
        )
      )
    ).toMatchObject({
      imports: [
        { module: "m", name: "ü", type: { kind: "func", typeIndex: 7 } },
        {
          type: {
            kind: "table",
            table: {
              element: { heap: "extern" },
              limits: { address: "i64", shared: false, min: 1n, max: 2n }
            }
          }
        },
        { type: { kind: "memory", limits: { address: "i32", shared: true, min: 1n, max: 65536n } } },
        { type: { kind: "global", global: { type: "i64", mutable: true } } },
        { type: { kind: "tag", typeIndex: 3 } }
      ]
    })
  })

  it("reads tables with an initial value, and 64-bit limits to the last bit", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
    expect(only(...section(4, 2, 0x40, 0, 0x70, 0, 1, 0xd2, 0, 0x0b, 0x70, 0x05, 0, ...huge))).toMatchObject({
      tables: [
        { init: { start: 16, end: 19 }, type: { limits: { min: 1n, max: undefined } } },
        { init: undefined, type: { limits: { min: 0n, max: 2n ** 64n - 1n } } }
      ]
    })
  })

  it("reads the eight forms of element segments", () => {
    const at = [0x41, 0, 0x0b]
    const ref = [0xd0, 0x70, 0x0b]
    const forms = [
      [0, ...at, 1, 5],
      [1, 0, 1, 5],
      [2, 9, ...at, 0, 1, 5],
      [3, 0, 1, 5],
      [4, ...at, 1, ...ref],
      [5, 0x70, 1, ...ref],
      [6, 9, ...at, 0x70, 1, ...ref],
      [7, 0x70, 1, ...ref]
    ]
    const elements = only(...section(9, forms.length, ...forms.flat()))
    if (elements?.kind !== "element") throw new Error("no element section")
    expect(elements.segments.map(({ mode, items }) => [mode.kind, items.kind])).toEqual([
      ["active", "funcs"],
      ["passive", "funcs"],
      ["active", "funcs"],
      ["declarative", "funcs"],
      ["active", "exprs"],
      ["passive", "exprs"],
      ["active", "exprs"],
      ["declarative", "exprs"]
    ])
    expect(elements.segments.map(({ mode }) => (mode.kind === "active" ? mode.index : "-"))).toEqual([
      undefined,
      "-",
      9,
      "-",
      undefined,
      "-",
      9,
      "-"
    ])
  })

  it("frames function bodies without reading them", () => {
    const bytes = moduleBytes(
      FUNC_TYPE,
      section(3, 1, 0),
      section(10, 1, 8, 2, 3, 0x7f, 1, 0x63, 0x70, 0xff, 0x0b)
    )
    expect(decoded(bytes).sections[2]).toMatchObject({
      bodies: [
        {
          sizeWidth: 1,
          offset: 22,
          locals: [
            { count: 3, type: "i32" },
            { count: 1, type: { heap: "func", short: false } }
          ],
          code: { start: 28, end: 30 }
        }
      ]
    })
  })

  it("refuses what is no module, at the byte that says so", () => {
    expect(failureOf(new Uint8Array(0))).toEqual([0, "not a WebAssembly file"])
    expect(failureOf(Uint8Array.from([...HEADER.slice(0, 4), 0x0d, 0, 1, 0]))).toEqual([
      4,
      "not a version 1 core module"
    ])
    expect(failure([14, 0])).toEqual([8, "unknown section 14"])
    expect(failure([1, 5, 0])).toEqual([9, "section of 5 bytes, but 1 are left"])
    expect(failure(section(3, 0), section(1, 0))).toEqual([11, "type section after the function section"])
    expect(failure(section(6, 0), section(13, 0))).toEqual([11, "tag section after the global section"])
    expect(failure(section(10, 0), section(12, 0))).toEqual([11, "dataCount section after the code section"])
    expect(failure(section(1, 0), custom("x"), section(1, 0))).toEqual([15, "second type section"])
    expect(failure(section(1, 0, 0))).toEqual([11, "section has 1 bytes more than its contents"])
    expect(failure(section(1, 5, 0x60, 0, 0))).toEqual([10, "count of types is 5, but 3 bytes are left"])
    expect(failure(section(3, ...leb(1_000_001)))).toEqual([
      10,
      "count of functions: expected 0..1000000, got 1000001"
    ])
    expect(failure(section(3, ...leb(1_000_000)))).toEqual([
      10,
      "count of functions is 1000000, but 0 bytes are left"
    ])
    expect(failure([0, 3, 2, 0xc3, 0x28])).toEqual([11, "name is not UTF-8"])
    expect(failure(section(1, 1, 0x61))).toEqual([11, "unknown form of type"])
    expect(failure(section(1, 1, 0x60, 1, 0x65, 0))).toEqual([13, "unknown value type"])
    expect(failure(section(4, 1, 0x7f, 0, 0))).toEqual([11, "expected a reference type, got i32"])
    expect(failure(section(5, 1, 8, 0))).toEqual([11, "limits flags: expected 0..7, got 8"])
    expect(failure(section(6, 1, 0x7f, 2))).toEqual([12, "mutability: expected 0..1, got 2"])
    expect(failure(section(6, 1, 0x7f, 0, 0x02, 0x40, 0x0b, 0x0b))).toEqual([
      13,
      "block in a constant expression"
    ])
    expect(failure(section(6, 1, 0x7f, 0, 0x41, 0))).toEqual([13, "constant expression without end"])
    expect(failure(section(9, 1, 8))).toEqual([11, "element segment flags: expected 0..7, got 8"])
    expect(failure(section(11, 1, 3))).toEqual([11, "data segment flags: expected 0..2, got 3"])
  })

  it("takes 100,000 sections and not one more", () => {
    const empty = custom("")
    const most = Uint8Array.from([...HEADER, ...Array(100_000).fill(empty).flat()])
    expect(decoded(most).sections.length).toBe(100_000)
    expect(failureOf(Uint8Array.from([...most, ...empty]))).toEqual([
      most.length,
      "more than 100000 sections"
    ])
  })

  it("refuses sections that count the same thing and differ", () => {
    expect(failure(FUNC_TYPE, section(3, 1, 0))).toEqual([18, "1 functions but 0 bodies"])
    expect(failure(section(10, 1, 2, 0, 0x0b))).toEqual([8, "0 functions but 1 bodies"])
    expect(failure(section(12, 1))).toEqual([8, "data count 1 but 0 segments"])
    expect(failure(section(12, 0), section(11, 1, 1, 0))).toEqual([11, "data count 0 but 1 segments"])
  })

  it("refuses a body that is longer than its section, has no end or too many locals", () => {
    const body = (...bytes: ReadonlyArray<number>) =>
      failure(FUNC_TYPE, section(3, 1, 0), section(10, 1, ...bytes))
    expect(body(9, 0, 0x0b)).toEqual([21, "function body of 9 bytes, but 2 are left"])
    expect(body(1, 0)).toEqual([23, "function body does not finish with end"])
    expect(body(2, 0, 0x01)).toEqual([23, "function body does not finish with end"])
    const most = [0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f]
    expect(body(10, 2, ...most, 1, 0x7f, 0x0b)).toEqual([29, "more than 2^32 - 1 locals"])
  })

  it("gives for any damage a module that encodes to the same bytes, or Malformed", () => {
    const good = wat(SAMPLER, { write_debug_names: true })
    const damage = fc.array(
      fc.tuple(
        fc.constantFrom("set", "cut", "repeat"),
        fc.nat({ max: good.length - 1 }),
        fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0x7f, 0x80, 0xff))
      ),
      { minLength: 1, maxLength: 4 }
    )
    const apply = (kinds: ReadonlyArray<readonly [string, number, number]>) =>
      kinds.reduce((bytes, [kind, at, value]) => {
        if (kind === "cut") return bytes.slice(0, at)
        if (kind === "repeat")
          return Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at - (value % 8))])
        return bytes.with(Math.min(at, Math.max(0, bytes.length - 1)), value)
      }, good)
    let modules = 0
    fc.assert(
      fc.property(
        damage.filter((kinds) => kinds.every(([kind], i) => kind !== "cut" || i === kinds.length - 1)),
        (kinds) => {
          const bytes = apply(kinds)
          const module = decodeModule(bytes)
          if (module instanceof Malformed) {
            expect(module.offset).toBeLessThanOrEqual(bytes.length)
            return
          }
          modules++
          expect(Buffer.compare(encodeModule(module), bytes)).toBe(0)
          const deep = attempt(() => encodeModule(module, { deep: true }))
          if (!(deep instanceof Malformed)) {
            expect(Buffer.compare(deep, bytes)).toBe(0)
            expect(usedFeatures(module).has("mvp")).toBe(true)
          }
        }
      ),
      { numRuns: 3000 }
    )
    expect(modules).toBeGreaterThan(100)
  })
})
