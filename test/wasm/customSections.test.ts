import { describe, expect, it } from "vitest"
import { decodeCodeMetadata, encodeCodeMetadata, isCodeMetadata } from "../../src/wasm/CodeMetadata.ts"
import { readLocalNames, readNames } from "../../src/wasm/Names.ts"
import { custom, decoded, moduleBytes, section, text, wat } from "./modules.ts"

const nameSection = (...payload: ReadonlyArray<number>) => decoded(moduleBytes(custom("name", ...payload)))

describe("names", () => {
  it("come from the name section", () => {
    const module = decoded(
      wat(
        `(module $whole (import "a" "b" (func $outer)) (memory $heap 1) (global $g i32 (i32.const 0))
          (func $inner (param $p i32) (local $l i64)))`,
        { write_debug_names: true }
      )
    )
    const names = readNames(module)
    expect([...names.functions]).toEqual([
      [0, "outer"],
      [1, "inner"]
    ])
    expect([...readLocalNames(module, 1)]).toEqual([
      [0, "p"],
      [1, "l"]
    ])
    expect(readLocalNames(module, 5).size).toBe(0)
  })

  it("include the module's, and globals', and tags'", () => {
    const names = readNames(
      nameSection(
        ...section(0, ...text("whole")),
        ...section(7, 1, 0, ...text("sp")),
        ...section(11, 1, 3, ...text("oops")),
        ...section(99, 1, 2, 3)
      )
    )
    expect(names.module).toBe("whole")
    expect([names.globals.get(0), names.tags.get(3)]).toEqual(["sp", "oops"])
  })

  it("are none where the section is broken, and that is no error", () => {
    for (const payload of [[1], [1, 9, 0], section(1, 200, 0), section(1, 1, 0, 2, 0xc3, 0x28)])
      expect(readNames(nameSection(...payload)).functions.size).toBe(0)
    expect(readLocalNames(nameSection(2, 3, 1, 0), 0).size).toBe(0)
    expect(readNames(decoded(moduleBytes())).module).toBe(undefined)
  })
})

describe("code metadata", () => {
  const payload = [1, 3, 2, 5, 1, 0, 0x90, 0x01, 1, 1]
  const hints = [
    {
      funcIndex: 3,
      entries: [
        { offset: 5, payload: Uint8Array.of(0) },
        { offset: 144, payload: Uint8Array.of(1) }
      ]
    }
  ]

  it("decodes to what was encoded", () => {
    expect(decodeCodeMetadata(encodeCodeMetadata("metadata.code.x", hints))).toEqual(hints)
  })

  it("is read from a section, and written with the same bytes", () => {
    const [read] = decoded(moduleBytes(custom("metadata.code.branch_hint", ...payload))).sections
    if (read?.kind !== "custom") throw new Error("no custom section")
    expect(isCodeMetadata(read)).toBe(true)
    expect(decodeCodeMetadata(read)).toEqual(hints)
    expect([...encodeCodeMetadata(read.name, hints).payload]).toEqual(payload)
  })

  it("says where in the file it is broken", () => {
    const [read] = decoded(moduleBytes(custom("metadata.code.x", 1, 3, 9))).sections
    if (read?.kind !== "custom") throw new Error("no custom section")
    expect(decodeCodeMetadata(read)).toMatchObject({
      offset: 28,
      what: "metadata.code.x: count of instructions is 9, but 0 bytes are left"
    })
  })
})
