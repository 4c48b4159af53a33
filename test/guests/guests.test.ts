import { globSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { hashRecipe, isPresent, isReproduced, readBuilt } from "../../test-wasm/build.ts"
import { readRecipes, type Tool } from "../../test-wasm/recipes.ts"
import { engineHas, FEATURES } from "./features.ts"
import { endsByItself, firePlain, plainly } from "./firePlain.ts"
import { readGuests, testWasm, watPaths } from "./readGuests.ts"
import { runFiring } from "./runGuest.ts"

const guests = readGuests()
const recipes = readRecipes()

describe("the guests", () => {
  it("all have a header that proves something by firing it", () => {
    expect(guests.length).toBeGreaterThan(100)
    expect(watPaths().filter((path) => !guests.some((g) => g.header.path === path))).toEqual([])
  })

  it("prove each thing once", () => {
    const proven = guests.filter((g) => !g.header.path.includes("sampler")).map((g) => g.header.proves)
    expect(proven.filter((proves, i) => proven.indexOf(proves) !== i)).toEqual([])
  })

  it("say what they need where this engine lacks it, and are valid where it has it", () => {
    const invalid = guests
      .filter((g) => !WebAssembly.validate(g.wasm()))
      .filter((g) => !g.header.needs.some((n) => !engineHas(n)))
    expect(invalid.map((g) => g.header.path)).toEqual(TOO_MUCH_FOR_V8)
  })

  it("need only what some guest needs: every feature has its probe used", () => {
    const needed = new Set(guests.flatMap((g) => g.header.needs))
    expect([...FEATURES.keys()].filter((feature) => !needed.has(feature))).toEqual([])
  })

  it("have bytes beside them exactly where wabt cannot read the text", () => {
    const checkedIn = globSync("*/*.wasm", { cwd: testWasm }).toSorted()
    expect(checkedIn).toEqual(recipes.map((r) => r.output).toSorted())
  })
})

/** Refused by V8's own limits; Munition has to get there first. */
const TOO_MUCH_FOR_V8 = ["bombs/locals-4-billion"]

describe("the built guests", () => {
  it("were rebuilt after their sources last changed", () => {
    expect(new Map(recipes.map((r) => [r.output, hashRecipe(r)]))).toEqual(readBuilt())
  })

  const present = new Map([...new Set(recipes.map((r) => r.tool))].map((tool) => [tool, isHere(tool)]))
  // Without its tool a guest cannot be built; the test above has seen that its source did not change.
  for (const recipe of recipes)
    it.skipIf(present.get(recipe.tool) !== true)(
      `are what the pinned tools make of their sources: ${recipe.output}`,
      () => {
        expect(isReproduced(recipe)).toBe(true)
      }
    )
})

/** npx would go to the network to find out; `npm run guests -- --check` does. */
function isHere(tool: Tool): boolean {
  return !tool.versionCommand.includes("npx") && isPresent(tool)
}

describe("on the plain engine, where it ends by itself,", () => {
  for (const { header, wasm } of guests) {
    const firings = header.firings.filter(endsByItself)
    const lacks = header.needs.filter((n) => !engineHas(n))
    if (firings.length === 0) continue
    // An engine without a feature that the guest needs refuses the module.
    it.skipIf(lacks.length > 0)(`${header.path}: ${header.proves}`, async () => {
      for (const firing of firings) {
        expect(await runFiring(header.path, plainly(firing), wasm(), firePlain)).toEqual([])
      }
    })
  }
})
