import { expect, it } from "vitest"
import { detectFeatures } from "../../../src/runtime/worker/v8Features.ts"
import { FEATURES } from "../../../src/wasm/Opcodes.ts"
import { engineHas } from "../../guests/features.ts"

/** Features of the tests' guests that have a name here; those of the format alone are in every engine. */
const BOTH = ["exnref", "memory64", "table64", "multi-memory", "tail-call", "relaxed-simd", "gc"] as const

it.each(BOTH)("finds %s in this V8 exactly where a guest of it is valid", (feature) => {
  expect(FEATURES).toContain(feature)
  expect(detectFeatures().has(feature)).toBe(engineHas(feature))
})
