import { describe, expect, it } from "vitest"
import { readSources } from "../tidy/sources.ts"

const sources = new Map(readSources(["src", "actors"]).map((source) => [source.path, source]))

/** Every package that a file brings in when it runs, through whatever it imports. */
const packagesOf = (path: string, seen = new Set<string>()): ReadonlyArray<string> => {
  if (seen.has(path)) return []
  seen.add(path)
  return (sources.get(path)?.imports ?? [])
    .filter((one) => !one.typeOnly)
    .flatMap((one) => (one.relative ? packagesOf(one.target, seen) : [one.target]))
}

describe("what the worker that runs guests imports", () => {
  it.each([
    "actors/Life.ts",
    "src/fuel/FuelPolicy.ts",
    "src/host/Grant.ts",
    "src/host/HostFunction.ts",
    "src/host/HostMemory.ts",
    "src/host/Journal.ts",
    "src/host/JournalReader.ts",
    "src/host/builtin/table.ts",
    "src/host/checkAnswer.ts",
    "src/host/link.ts",
    "src/host/makeSources.ts"
  ])("brings no package with it: %s", (path) => {
    expect(sources.has(path)).toBe(true)
    expect(packagesOf(path)).toEqual([])
  })

  it("is looked at through other files, and would be seen", () => {
    expect(packagesOf("src/host/logToEffect.ts")).toContain("effect/Effect")
    expect(packagesOf("actors/Instance.ts")).toContain("xstate")
  })
})
