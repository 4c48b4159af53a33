import { describe, expect, it } from "vitest"
import { IndexSpaces } from "../../src/wasm/IndexSpaces.ts"
import { attempt } from "../../src/wasm/Malformed.ts"
import { bodiesOf } from "../../src/wasm/sectionOf.ts"
import { decoded, moduleBytes, SAMPLER, section, wat } from "./modules.ts"

const spaces = new IndexSpaces(decoded(wat(SAMPLER)))

describe("index spaces", () => {
  it("begin with the imports", () => {
    expect(spaces.imported.funcs.map((item) => item.name)).toEqual(["log", "héllo ☃"])
    expect(spaces.typeOfFunc(0)).toMatchObject({ params: ["i32"], results: [] })
    expect(spaces.typeOfFunc(1)).toMatchObject({ params: ["f64"] })
    expect(spaces.typeOfFunc(2)).toMatchObject({ params: ["i32", "i64"], results: ["i64", "i32"] })
    expect(spaces.globals.map((global) => global.type)).toEqual(["i32", "i64", "f32", "i32"])
    expect([spaces.tables.length, spaces.memories.length, spaces.tags.length]).toEqual([2, 1, 1])
    expect(spaces.typeOfTag(0)).toMatchObject({ params: ["i32"] })
  })

  it("flatten the types of groups", () => {
    const groups = [0x4e, 2, 0x60, 0, 0, 0x5f, 0, 0x60, 1, 0x7f, 0]
    const { types } = new IndexSpaces(decoded(moduleBytes(section(1, 2, ...groups))))
    expect(types.map((type) => type.composite.kind)).toEqual(["func", "struct", "func"])
  })

  it("give the body of a function that has one", () => {
    expect(spaces.bodyOf(1)).toBe(undefined)
    expect(spaces.bodyOf(2)).toMatchObject({ locals: [{ count: 2, type: "v128" }, { count: 1 }] })
    expect(bodiesOf(decoded(wat(SAMPLER))).length).toBe(spaces.funcs.length - 2)
  })

  it("answer an index out of range with Malformed at the asker's offset", () => {
    expect(attempt(() => spaces.typeOfFunc(99, 77))).toMatchObject({
      offset: 77,
      what: "function 99 is out of range: the module has 7"
    })
    expect(attempt(() => spaces.table(2))).toMatchObject({ _tag: "Malformed" })
    expect(attempt(() => spaces.memory(1))).toMatchObject({ _tag: "Malformed" })
    expect(attempt(() => spaces.global(4))).toMatchObject({ _tag: "Malformed" })
    expect(attempt(() => spaces.typeOfTag(-1))).toMatchObject({ _tag: "Malformed" })
    expect(attempt(() => spaces.bodyOf(7))).toMatchObject({ _tag: "Malformed" })
    const struct = new IndexSpaces(decoded(moduleBytes(section(1, 1, 0x5f, 0))))
    expect(attempt(() => struct.funcType(0))).toMatchObject({ what: "type 0 is no function type but struct" })
  })
})
