import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { root } from "../tidy/sources.ts"
import { runScenario } from "./runScenario.ts"

/**
 * Our supervisor held against traces of Erlang/OTP 25's own.
 *
 * Those in `scenarios/` were recorded from `makeScenario.ts`. Others are a directory beside the repository, or the
 * one that `MUNITION_OTP` names: whoever names one cannot skip it.
 */
const named = process.env["MUNITION_OTP"]
const beside = join(root, "../shared/otp/scenarios")
const others = named === undefined || named === "" ? beside : named
const missing = existsSync(others) || others === named ? "" : ", not compared here: there are none beside"

const read = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".otp"))
    .sort()
    .map((name) => ({
      name,
      scenario: readFileSync(join(directory, name), "utf8"),
      trace: readFileSync(join(directory, name.replace(/otp$/, "trace")), "utf8")
    }))

/** The names of those whose trace is another than OTP's. */
const differing = (directory: string): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(
    Effect.forEach(read(directory), ({ name, scenario, trace }) =>
      Effect.map(runScenario(scenario), (lines) =>
        lines.map((line) => `${line}\n`).join("") === trace ? [] : [name]
      )
    ).pipe(Effect.map((names) => names.flat()))
  )

describe("our supervisor and OTP's", () => {
  it("leave the same trace in each scenario that is kept here", async () => {
    const directory = join(import.meta.dirname, "scenarios")
    expect(read(directory).length).toBeGreaterThanOrEqual(30)
    expect(await differing(directory)).toEqual([])
  })

  // A copy of the repository alone has nothing beside it, and the title says so.
  it.skipIf(missing !== "")(`leave the same trace in each scenario of others${missing}`, async () => {
    expect(read(others).length).toBeGreaterThan(0)
    expect(await differing(others)).toEqual([])
  })
})
