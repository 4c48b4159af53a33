import { describe, expect, it } from "vitest"
import { readRecipes } from "../../test-wasm/recipes.ts"
import { type Kernel, kernels } from "./kernels.ts"
import { type Outcome, subjectOf } from "./Subject.ts"
import { METERED, makeVariants, PLAIN } from "./variants.ts"

const suite = kernels()
/** Slices so small that a brief run is refilled in the middle of most of what it does. */
const variants = makeVariants({ sliceMax: 500 })

const runBriefly = (kernel: Kernel): ReadonlyArray<readonly [string, Outcome]> =>
  variants.map(({ name, build }) => {
    const { bytes, attach } = build(kernel.wasm)
    return [name, subjectOf(kernel, kernel.brief).load(new WebAssembly.Module(bytes), attach)()]
  })

describe("the kernels", () => {
  it("are 16 or more, of two languages, and each is in the suite", () => {
    const recipes = readRecipes().filter(({ source }) => source.startsWith("kernels/"))
    expect(suite.length).toBeGreaterThanOrEqual(16)
    expect(suite.map(({ name }) => `kernels/${name}.wasm`).toSorted()).toEqual(
      recipes.map(({ output }) => output).toSorted()
    )
    expect(new Set(recipes.map(({ source }) => source.split(".")[1]))).toEqual(new Set(["c", "rs"]))
  })

  it("import nothing, so that a kernel is all that is timed", () => {
    expect(
      suite.filter(({ wasm }) => WebAssembly.Module.imports(new WebAssembly.Module(wasm)).length > 0)
    ).toEqual([])
  })

  for (const kernel of suite) {
    it(`${kernel.name} gives its answer in every variant, for the same fuel in every metered one`, () => {
      const outcomes = runBriefly(kernel)
      expect(outcomes.map(([name, { answer }]) => [name, answer])).toEqual(
        outcomes.map(([name]) => [name, String(kernel.brief.answer)])
      )
      const fuel = outcomes.find(([name]) => name === METERED)?.[1].fuel
      expect(fuel).toBeGreaterThan(0)
      expect(outcomes.map(([name, outcome]) => [name, outcome.fuel])).toEqual(
        outcomes.map(([name]) => [name, name === PLAIN ? undefined : fuel])
      )
    })

    it(`${kernel.name} does the same again when called again`, () => {
      const run = subjectOf(kernel, kernel.brief).load(new WebAssembly.Module(kernel.wasm), () => ({
        start: () => undefined,
        open: () => undefined,
        charged: () => undefined
      }))
      expect([run(), run()].map(({ answer }) => answer)).toEqual([
        String(kernel.brief.answer),
        String(kernel.brief.answer)
      ])
    })
  }
})
