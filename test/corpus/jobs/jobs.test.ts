import { resolve } from "node:path"
import { describe, expect, it } from "vitest"
import { reportJob } from "./JobReport.ts"
import { JOBS } from "./jobs.ts"
import { DEFAULT_DIRECTORY, missingPackages } from "./packages.ts"

/**
 * Packages that somebody else built, doing their own work on metered modules: each job in processes of its own,
 * once as it is and three times under the meter. Where the packages have not been fetched, this says so and how.
 */
const asked = process.env["MUNITION_CORPUS"]
const directory = resolve(asked ?? DEFAULT_DIRECTORY)
const missing = missingPackages(directory)
const how = `${missing.length} packages are not in ${directory}; fetch them: node test/corpus/jobs/install.ts DIR`
if (missing.length > 0) process.stderr.write(`skipped, the work of packages under the meter: ${how}\n`)

describe(`the work of packages under the meter${missing.length > 0 ? ` (${how})` : ""}`, () => {
  // Skipped where nobody said where the packages are: then there is nothing that could be missing.
  it.runIf(asked !== undefined)("has all its packages where MUNITION_CORPUS says they are", () => {
    expect(missing).toEqual([])
  })

  // Skipped without the packages, which are no dependencies of ours; the line above says which and how to get them.
  describe.skipIf(missing.length > 0)("with virtual time and chance", () => {
    it.for(JOBS)("$name has the plain answer and one fuel: $task", { timeout: 500_000 }, async ({ name }) => {
      const plain = await reportJob(directory, name, "--plain")
      const metered = [
        await reportJob(directory, name),
        await reportJob(directory, name),
        await reportJob(directory, name)
      ]
      expect(plain.metered).toBeUndefined()
      expect(metered.map((report) => report.answerHash)).toEqual(metered.map(() => plain.answerHash))
      const fuel = metered[0]?.metered?.fuel
      expect(fuel).toBeGreaterThan(1_000_000)
      expect(metered.map((report) => report.metered?.fuel)).toEqual(metered.map(() => fuel))
    })

    it("sees a difference: with the machine's own clock and dice a script differs in answer and fuel", {
      timeout: 250_000
    }, async () => {
      const [one, other] = [
        await reportJob(directory, "quickjs", "--real"),
        await reportJob(directory, "quickjs", "--real")
      ]
      expect(one?.answerHash).not.toBe(other?.answerHash)
      expect(one?.metered?.fuel).not.toBe(other?.metered?.fuel)
    })
  })
})
