import { describe, expect, it } from "vitest"
import { decodeModule } from "../../src/wasm/decodeModule.ts"
import { encodeModule } from "../../src/wasm/encodeModule.ts"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { encodeInstructions } from "../../src/wasm/Instruction.ts"
import type { Module, Section } from "../../src/wasm/Module.ts"
import { OP } from "../../src/wasm/Opcodes.ts"
import { decoded, moduleBytes, SAMPLER, section, text, wat } from "./modules.ts"

const both = (bytes: Uint8Array) => {
  const module = decoded(bytes)
  return [[...encodeModule(module)], [...encodeModule(module, { deep: true })]]
}

const mapSections = (module: Module, change: (section: Section) => Section): Module => ({
  ...module,
  sections: module.sections.map(change)
})

describe("encoding what was decoded", () => {
  it("gives the same bytes, through windows and through the instruction model", () => {
    const bytes = [...wat(SAMPLER, { write_debug_names: true })]
    expect(both(Uint8Array.from(bytes))).toEqual([bytes, bytes])
  })

  it("gives the same bytes where every integer has five", () => {
    const padded = [...wat(SAMPLER, { canonicalize_lebs: false })]
    expect(padded.length).toBeGreaterThan(wat(SAMPLER).length)
    expect(both(Uint8Array.from(padded))).toEqual([padded, padded])
  })

  it("gives the same bytes where integers inside sections are longer than need be", () => {
    const bytes = [
      ...moduleBytes(
        [1, 0x88, 0x80, 0x00, 0x81, 0x00, 0x60, 0x81, 0x00, 0x7f, 0x80, 0x00],
        section(2, 1, 0x81, 0x00, 0x6d, ...text("f"), 0, 0x80, 0x80, 0x00),
        section(3, 1, 0x80, 0x00),
        section(5, 1, 1, 0x81, 0x00, 0x82, 0x80, 0x00),
        section(6, 1, 0x7f, 0, 0x41, 0x81, 0x80, 0x00, 0x0b),
        [10, 0x8b, 0x00, 0x81, 0x00, 0x86, 0x80, 0x00, 0x81, 0x00, 0x82, 0x00, 0x7f, 0x0b],
        section(11, 1, 0x80, 0x00, 0x41, 0x80, 0x00, 0x0b, 0x81, 0x00, 0xaa)
      )
    ]
    expect(both(Uint8Array.from(bytes))).toEqual([bytes, bytes])
  })

  it("sees a model that lost something: without widths, sizes or long forms the bytes differ", () => {
    const bytes = wat(SAMPLER, { canonicalize_lebs: false })
    const module = decoded(bytes)
    const withoutSizes = mapSections(module, ({ sizeWidth: _, ...rest }) => rest as Section)
    expect([...encodeModule(withoutSizes)]).not.toEqual([...bytes])
    const long = moduleBytes(section(1, 1, 0x60, 1, 0x63, 0x70, 0))
    const shortened = mapSections(decoded(long), (s) =>
      s.kind !== "type"
        ? s
        : {
            ...s,
            groups: [
              {
                rec: false,
                types: [
                  {
                    form: "plain",
                    supertypes: [],
                    composite: {
                      kind: "func",
                      params: [{ nullable: true, heap: "func", short: true }],
                      results: []
                    }
                  }
                ]
              }
            ]
          }
    )
    expect([...encodeModule(shortened)]).not.toEqual([...long])
  })
})

describe("encoding a changed module", () => {
  const code = encodeInstructions(
    [OP["local.get"], OP["i32.eqz"], OP.end].map((op) => ({ op, a: 0, b: 0, c: 0, d: 0, flags: 0 }))
  )

  /** Appends an exported function `(i32) -> i32` that says whether its argument is zero. */
  const append = (module: Module): Module => {
    const spaces = new IndexSpaces(module)
    return mapSections(module, (s) => {
      switch (s.kind) {
        case "type":
          return {
            ...s,
            groups: [
              ...s.groups,
              {
                rec: false,
                types: [
                  {
                    form: "plain",
                    supertypes: [],
                    composite: { kind: "func", params: ["i32"], results: ["i32"] }
                  }
                ]
              }
            ]
          }
        case "function":
          return { ...s, typeIndices: [...s.typeIndices, spaces.types.length] }
        case "export":
          return {
            ...s,
            exports: [...s.exports, { name: "isZero", kind: "func", index: spaces.funcs.length }]
          }
        case "code":
          return {
            ...s,
            bodies: [
              ...s.bodies,
              { offset: 0, locals: [], code: { bytes: code, start: 0, end: code.length } }
            ]
          }
        default:
          return s
      }
    })
  }

  const source = `(module
    (func (export "twice") (param i32) (result i32) (i32.add (local.get 0) (local.get 0))))`

  it("gives a module that the engine runs, old functions and new", () => {
    for (const canonicalize_lebs of [true, false]) {
      const bytes = encodeModule(append(decoded(wat(source, { canonicalize_lebs }))))
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
      const call = (name: string, argument: number): unknown => {
        const f = exports[name]
        return typeof f === "function" ? f(argument) : undefined
      }
      expect([call("twice", 21), call("isZero", 0), call("isZero", 1)]).toEqual([42, 1, 0])
    }
  })

  it("leaves what it did not touch where it was: decoding it again gives the old bodies first", () => {
    const bytes = wat(SAMPLER)
    const before = decoded(bytes)
    const after = decoded(encodeModule(append(before)))
    const codeOf = (module: Module) =>
      module.sections.flatMap((s) =>
        s.kind === "code" ? s.bodies.map((b) => [...b.code.bytes.subarray(b.code.start, b.code.end)]) : []
      )
    expect(codeOf(after).slice(0, -1)).toEqual(codeOf(before))
    expect(new IndexSpaces(after).funcs.length).toBe(new IndexSpaces(before).funcs.length + 1)
  })

  it("grows a size field that has become too narrow", () => {
    const module = decoded(moduleBytes([0, 2, 1, 0x78]))
    const grown = mapSections(module, (s) =>
      s.kind === "custom" ? { ...s, payload: new Uint8Array(300).fill(7) } : s
    )
    const [again] = decoded(encodeModule(grown)).sections
    expect(again).toMatchObject({ sizeWidth: 2, payload: new Uint8Array(300).fill(7) })
  })

  it("takes a section that its maker serialised", () => {
    const module = decoded(wat(source))
    const replaced = mapSections(module, (s) =>
      s.kind === "code"
        ? {
            kind: "serialized",
            of: "code",
            contents: Uint8Array.of(1, 7, 0, 0x20, 0, 0x41, 5, 0x6a, 0x0b)
          }
        : s
    )
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(replaced)))
    const { twice } = exports
    expect(typeof twice === "function" ? twice(1) : undefined).toBe(6)
  })

  it("puts what V8 accepts into what V8 accepts", () => {
    const module = decodeModule(wat(SAMPLER))
    if (module instanceof Error) throw module
    expect(WebAssembly.validate(wat(SAMPLER))).toBe(true)
    expect(WebAssembly.validate(encodeModule(append(module)))).toBe(true)
  })
})
