import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { CHARTS } from "../../actors/charts.ts"
import { root } from "../tidy/sources.ts"

describe("the list of statecharts", () => {
  it("has every machine that actors/ makes, and no other", async () => {
    const made = readdirSync(join(root, "actors"))
      .map((file) => readFileSync(join(root, "actors", file), "utf8"))
      .filter((text) => text.includes(".createMachine("))
    const ids = await Promise.all(Object.values(CHARTS).map(({ load }) => load().then(({ id }) => id)))
    expect(ids.filter((id) => !made.some((text) => text.includes(`id: "${id}"`)))).toEqual([])
    expect(ids.length).toBe(made.length)
  })

  it("calls each by its own id, as audits do, and says what it is in one sentence", async () => {
    for (const [name, { about, load }] of Object.entries(CHARTS)) {
      expect((await load()).id).toBe(name)
      expect(about).toMatch(/^[A-Z][^.]*\.$/)
    }
  })
})
