import { describe, expect, it } from "vitest"
import { usedFeatures } from "../../src/wasm/usedFeatures.ts"
import { custom, decoded, moduleBytes, SAMPLER, section, wat, withBody } from "./modules.ts"

const featuresOf = (bytes: Uint8Array) => [...usedFeatures(decoded(bytes))].filter((f) => f !== "mvp")
const ofSection = (...bytes: ReadonlyArray<number>) => featuresOf(moduleBytes(bytes))

describe("the features of a module", () => {
  it("are none for one of the first version", () => {
    expect(
      featuresOf(
        wat(`(module (table 1 funcref) (memory 1) (func (param i32) (drop (i32.load (local.get 0)))))`)
      )
    ).toEqual([])
  })

  it("come from its instructions", () => {
    expect(featuresOf(withBody(0xfe, 0x03, 0x00))).toEqual(["threads"])
    expect(featuresOf(withBody(0xfd, 0x80, 0x02))).toEqual(["relaxed-simd"])
    expect(featuresOf(withBody(0x06, 0x40, 0x19, 0x0b))).toEqual(["legacy-exceptions"])
    expect(featuresOf(withBody(0x1f, 0x40, 0x00, 0x0b))).toEqual(["exnref"])
    expect(featuresOf(withBody(0x12, 0x00))).toEqual(["tail-call"])
  })

  it("come from its types, limits and sections", () => {
    expect(ofSection(...section(5, 1, 3, 1, 2))).toEqual(["threads"])
    expect(ofSection(...section(5, 1, 4, 1))).toEqual(["memory64"])
    expect(ofSection(...section(4, 1, 0x70, 4, 1))).toEqual(["table64"])
    expect(ofSection(...section(5, 2, 0, 1, 0, 1))).toEqual(["multi-memory"])
    expect(ofSection(...section(1, 1, 0x60, 0, 2, 0x7f, 0x7f))).toEqual(["multi-value"])
    expect(ofSection(...section(1, 1, 0x5f, 0))).toEqual(["gc"])
    expect(ofSection(...section(1, 1, 0x60, 1, 0x7b, 0))).toEqual(["simd"])
    expect(ofSection(...section(1, 1, 0x60, 1, 0x69, 0))).toEqual(["reference-types", "exnref"])
    expect(ofSection(...section(1, 1, 0x60, 1, 0x63, 0x70, 0))).toEqual([
      "reference-types",
      "function-references"
    ])
    expect(ofSection(...section(6, 1, 0x7f, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b))).toEqual(["extended-const"])
    expect(ofSection(...section(11, 1, 1, 0))).toEqual(["bulk-memory"])
    expect(ofSection(...custom("metadata.code.branch_hint", 0))).toEqual(["branch-hints"])
  })

  it("are many for a module that has a little of everything", () => {
    expect(featuresOf(wat(SAMPLER))).toEqual([
      "saturating-float-to-int",
      "multi-value",
      "bulk-memory",
      "reference-types",
      "simd",
      "exceptions",
      "extended-const",
      "relaxed-simd"
    ])
  })
})
