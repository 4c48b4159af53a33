import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { MeterPlan } from "../../../src/fuel/meter/MeteredModule.ts"
import { decodeModule } from "../../../src/wasm/decodeModule.ts"
import { sectionOf } from "../../../src/wasm/sectionOf.ts"
import { GuestHost } from "../../fuzz/GuestHost.ts"
import { generateModule } from "../../fuzz/generateModule.ts"
import { callsOf, playMetered } from "../../fuzz/play.ts"
import { seedling } from "../../fuzz/subjects.ts"
import { MeteredInstance, type MeteredOptions, metered } from "./runMetered.ts"
import { withOneMemory } from "./writes.ts"

/** Modules whose memories are imports: the same as with memories of their own, to the unit and to the byte. */

/** Memories with the limits of a plan's, by their names. */
const memoriesFor = ({ memoryImports }: MeterPlan): WebAssembly.Imports => {
  const made: Record<string, Record<string, WebAssembly.ImportValue>> = {}
  for (const { module, name, limits } of memoryImports) {
    const maximum = limits.max === undefined ? {} : { maximum: Number(limits.max) }
    const names = made[module] ?? {}
    names[name] =
      limits.address === "i32"
        ? new WebAssembly.Memory({ initial: Number(limits.min), ...maximum })
        : // The cast: the type knows no 64-bit memories.
          new WebAssembly.Memory({
            address: "i64",
            initial: limits.min,
            maximum: limits.max
          } as unknown as WebAssembly.MemoryDescriptor)
    made[module] = names
  }
  return made
}

const importing = (source: string | Uint8Array, options: MeteredOptions = {}) =>
  metered(source, { memories: "import", ...options }).plan

describe("a memory that became an import", () => {
  it("has its index, its place in the order, and limits lowered to the policy's", () => {
    const { memoryImports, exports } = importing(
      `(module (memory 1) (memory 2 3) (memory 1 70) (func (export "f")))`,
      { memoryPagesMax: 9 }
    )
    expect(memoryImports.map(({ name, limits }) => [name, limits.min, limits.max])).toEqual([
      ["memory:0", 1n, 9n],
      ["memory:1", 2n, 3n],
      ["memory:2", 1n, 9n]
    ])
    expect(exports.memories.length).toBe(3)
  })
  it("comes from a module that the guest does not import from", () => {
    const { memoryImports } = importing(
      `(module (import "munition" "f" (func)) (import "munition'" "memory:0" (func)) (memory 1))`
    )
    expect(memoryImports.map(({ module }) => module)).toEqual(["munition''"])
  })
  it("is reached by exports, segments and instructions as it was", () => {
    const source = `(module (memory (export "m") 1 2) (data (i32.const 8) "abc")
      (func (export "f") (result i32) (i32.store8 (i32.const 9) (i32.const 90)) (memory.grow (i32.const 1))))`
    const plan = importing(source)
    const imports = memoriesFor(plan)
    const guest = new MeteredInstance(source, { memories: "import", imports })
    expect(guest.call("f").values).toEqual([1])
    const memory = guest.export<WebAssembly.Memory>("m")
    expect(memory).toBe(imports["munition"]?.["memory:0"])
    expect([...new Uint8Array(memory.buffer, 8, 3)]).toEqual([97, 90, 99])
  })
  it("is not where the guest imports one, shares one or has none", () => {
    const [one, other] = [`(import "m" "m" (memory 1))`, "(memory 1)"]
    for (const memories of [`${one} ${other}`, one, "(memory 1 1 shared)", ""]) {
      const made = metered(`(module ${memories})`, { memories: "import" })
      const own = metered(`(module ${memories})`)
      expect(made.plan.memoryImports).toEqual([])
      expect(made.bytes).toEqual(own.bytes)
    }
  })
  it("leaves the map of writes the meter's own", () => {
    const { bytes, plan } = metered("(module (memory 1))", { memories: "import", trackWrites: true })
    const module = decodeModule(bytes)
    expect("sections" in module && sectionOf(module, "memory")?.memories.length).toBe(1)
    expect(plan.memoryImports.length).toBe(1)
    expect(plan.exports.writes).toBe("munition:writes")
  })
})

describe("a random module", () => {
  it("does and costs the same over memories that are given to it", () => {
    fc.assert(
      fc.property(seedling(400), fc.boolean(), ({ numbers }, trackWrites) => {
        const made = generateModule(numbers)
        const bytes = trackWrites ? (withOneMemory(made) ?? made) : made
        const calls = callsOf(bytes)
        const told = (memories: "own" | "import") => {
          const given = memoriesFor(importing(bytes, { memories }))
          const imports = { ...new GuestHost().imports, ...given }
          const { rounds, state } = playMetered(bytes, calls, { memories, trackWrites }, imports)
          return { state, rounds: rounds.map(({ run: _, ...round }) => round) }
        }
        expect(told("import")).toEqual(told("own"))
      }),
      { numRuns: 60 }
    )
  })
})
