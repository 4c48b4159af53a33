import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { root } from "../tidy/sources.ts"
import { makeScenario } from "./makeScenario.ts"
import { makeTree } from "./makeTree.ts"
import { runScenario } from "./runScenario.ts"
import { runTree, sortDynamic } from "./runTree.ts"

/**
 * Our supervisors held against traces of Erlang/OTP 25's own.
 *
 * Those in `scenarios/` were recorded from `makeScenario.ts` and `makeTree.ts` with `record.ts`. Others are a directory beside the
 * repository, or the one that `MUNITION_OTP` names: whoever names one cannot skip it.
 */
const kept = join(import.meta.dirname, "scenarios")
const named = process.env["MUNITION_OTP"]
const others = named === undefined || named === "" ? join(root, "../shared/otp/scenarios") : named
const missing = existsSync(others) || others === named ? "" : ", not compared here: there are none beside"

interface Recorded {
  readonly name: string
  readonly scenario: string
  readonly trace: ReadonlyArray<string>
}

const read = (directory: string, extension: ".otp" | ".tree"): ReadonlyArray<Recorded> =>
  readdirSync(directory)
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => ({
      name,
      scenario: readFileSync(join(directory, name), "utf8"),
      trace: readFileSync(join(directory, name.replace(extension, ".trace")), "utf8")
        .trimEnd()
        .split("\n")
    }))

/** The names of those whose trace is another than OTP's. */
const differing = (
  all: ReadonlyArray<Recorded>,
  run: (scenario: string) => Effect.Effect<ReadonlyArray<string>>,
  order: (scenario: string, lines: ReadonlyArray<string>) => ReadonlyArray<string> = (_, lines) => lines
): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(
    Effect.forEach(all, ({ name, scenario, trace }) =>
      Effect.map(run(scenario), (lines) =>
        order(scenario, lines).join("\n") === order(scenario, trace).join("\n") ? [] : [name]
      )
    )
  ).then((names) => names.flat())

describe("our supervisors and OTP's", () => {
  it("leave the same trace in each flat scenario that is kept here", async () => {
    const all = read(kept, ".otp")
    expect(all.length).toBeGreaterThanOrEqual(30)
    expect(await differing(all, runScenario)).toEqual([])
  })

  it("leave the same trace in each scenario with nested and dynamic supervisors", async () => {
    const all = read(kept, ".tree")
    expect(all.length).toBeGreaterThanOrEqual(70)
    expect(await differing(all, runTree, sortDynamic)).toEqual([])
  })

  it("are seen to differ where a scenario is another than the one that was recorded", async () => {
    const mutants = read(kept, ".otp").map((one) => ({
      ...one,
      scenario: one.scenario.replace(/^strategy \w+/, (line) =>
        line === "strategy one_for_one" ? "strategy one_for_all" : "strategy one_for_one"
      )
    }))
    expect((await differing(mutants, runScenario)).length).toBeGreaterThan(15)
  })

  // A copy of the repository alone has nothing beside it, and the title says so.
  it.skipIf(missing !== "")(`leave the same trace in each scenario of others${missing}`, async () => {
    const all = read(others, ".otp")
    expect(all.length).toBeGreaterThan(0)
    expect(await differing(all, runScenario)).toEqual([])
  })
})

describe("a random scenario", () => {
  it("is the same for the same seed, and comes to an end whatever the seed", async () => {
    for (let seed = 5_000; seed < 5_040; seed += 1) {
      expect(makeScenario(seed)).toBe(makeScenario(seed))
      expect(makeTree(seed)).toBe(makeTree(seed))
      const last = (await Effect.runPromise(runScenario(makeScenario(seed)))).at(-1)
      expect(last).toMatch(/^supervisor (shutdown|start_error .*)$/)
      const treeLast = (await Effect.runPromise(runTree(makeTree(seed)))).at(-1)
      expect(treeLast).toMatch(/^(down root shutdown|root start_error)$/)
    }
  })
})
