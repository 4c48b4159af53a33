import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { makeMunition } from "../../src/promise.ts"
import { exported, module, section, uleb } from "../guests/assemble.ts"
import { root } from "../tidy/sources.ts"

/** What README.md promises of memory, as a caller sees it. One thread, so that firings follow each other on it. */
const sampler = readFileSync(join(root, "test-wasm/rust/sampler.wasm"))
const munition = makeMunition({ threadsMax: 1 })
afterAll(() => munition.close())

/** A module whose one memory begins with that many pages, and whose `main` does nothing. */
const ofPages = (pages: number) =>
  module(
    section(1, 1, [0x60, 0x00, 0x00]),
    section(3, 1, [0x00]),
    section(5, 1, [0x00, ...uleb(pages)]),
    section(7, 1, exported("main", 0)),
    section(10, 1, [0x02, 0x00, 0x0b])
  )

describe("memory isolation", () => {
  it("begins each firing with the module's own state", async () => {
    for (const firing of [1, 2, 3])
      expect(await munition.fire(sampler, "increment"), `firing ${firing}`).toMatchObject({ values: [1] })
  })

  it("lets nothing of a crashed guest through to the next", async () => {
    expect(await munition.fire(sampler, "crash_after", [42])).toMatchObject({ _tag: "Crash" })
    expect(await munition.fire(sampler, "increment")).toMatchObject({ values: [1] })
  })
})

describe("memory bounded beforehand", () => {
  it.each([
    [{ memoryPagesMax: 4 }, 4, "Returned"],
    [{ memoryPagesMax: 4 }, 3, "Returned"],
    [{ memoryPagesMax: 4 }, 5, "Refused"],
    [{}, 65_536, "Refused"]
  ])("under %j answers a module of %i pages with %s", async (policy, pages, tag) => {
    const outcome = await munition.fire(ofPages(pages), "main", [], policy)
    expect(outcome._tag).toBe(tag)
    if (outcome._tag === "Refused")
      expect(outcome.reason).toMatchObject({ _tag: "LimitExceeded", limit: "memoryPagesMax", value: pages })
  })
})
