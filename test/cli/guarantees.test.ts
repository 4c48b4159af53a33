import { existsSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { inScratch, jsonOf, munition, sampler } from "./runMunition.ts"

describe("the three guarantees, from the command line", () => {
  it("ends an infinite loop with fuel 1,000 in OutOfFuel, always", async () => {
    for (let run = 0; run < 3; run++) {
      const ran = await munition(["fire", sampler, "infinite_loop", "--fuel", "1000", "--json"])
      expect(ran.status).toBe(1)
      expect(jsonOf(ran)).toMatchObject({
        outcome: "crashed",
        reason: { _tag: "OutOfFuel", allocated: 1_000, used: 1_000 },
        fuel: { allocated: 1_000, used: 1_000, remaining: 0 }
      })
    }
  })

  it("shows nothing of one firing's writes to the next", async () => {
    const once = await munition(["fire", sampler, "increment"])
    const again = await munition(["fire", sampler, "increment"])
    expect([once.stdout, again.stdout]).toEqual(["1\n", "1\n"])
  })

  it("leaves a dump in which the number of increments before the crash stands at its address", async () => {
    const dump = inScratch("increments.mntn")
    const address = (await munition(["fire", sampler, "counter_address"])).stdout.trim()
    const ran = await munition(["fire", sampler, "crash_after", "42", "--dump", dump])
    expect(ran).toMatchObject({ status: 1, stdout: "" })
    expect(existsSync(dump)).toBe(true)
    const hex = await munition(["inspect", dump, "--hex", address, "4"])
    expect(hex.stdout).toBe("00000400  2a 00 00 00                                       |*...|\n")
  })
})
