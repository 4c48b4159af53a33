import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { makeMunition } from "../../src/promise.ts"
import { root } from "../tidy/sources.ts"

const sampler = readFileSync(join(root, "test-wasm/rust/sampler.wasm"))
const munition = makeMunition({ threadsMax: 1 })
afterAll(() => munition.close())

describe("the Promise face", () => {
  it("returns the values and what they cost", async () => {
    const outcome = await munition.fire(sampler, "factorial", ["20"])
    expect(outcome).toMatchObject({ _tag: "Returned", values: [2432902008176640000n] })
  })

  it("tells a guest's fault as a value", async () => {
    const outcome = await munition.fire(sampler, "infinite_loop", [], { fuel: 1_000 })
    expect(outcome).toMatchObject({ _tag: "Crash", reason: { _tag: "OutOfFuel", allocated: 1_000 } })
  })

  it("tells the caller's fault as a value", async () => {
    const outcome = await munition.fire(sampler, "add", [1.5, 2])
    expect(outcome).toMatchObject({
      _tag: "Refused",
      reason: { _tag: "BadArguments", parameter: "argument 1" }
    })
  })

  it("turns an aborted signal into a crash that has the guest's state", async () => {
    const outcome = await munition.fire(sampler, "infinite_loop", [], {
      fuel: 1e12,
      timeout: 10_000,
      signal: AbortSignal.timeout(50)
    })
    expect(outcome).toMatchObject({ _tag: "Crash", reason: { _tag: "Cancelled" } })
    expect(outcome._tag === "Crash" && outcome.forensics.memories).toMatchObject([{ pages: 1 }])
  })

  it("makes a pool whose firings find a new instance each, until it is closed", async () => {
    const pool = await munition.makePool(sampler, { inline: true })
    if (pool._tag !== "Pool") throw pool
    const twice = [await pool.fire("increment"), await pool.fire("increment")]
    expect(twice).toMatchObject([{ values: [1] }, { values: [1] }])
    const outcomes = await pool.fireAll([
      { functionName: "divide", args: [1, 0] },
      { functionName: "add", args: [1, 2] }
    ])
    expect(outcomes).toMatchObject([{ _tag: "Crash" }, { _tag: "Returned", values: [3] }])
    expect(await pool.load()).toMatchObject({ running: 0, freshness: { way: "restore" } })
    expect(await pool.replace(sampler)).toBeUndefined()
    expect(await pool.replace(Uint8Array.of(1))).toMatchObject({ _tag: "Refused" })
    await pool.close()
    expect(await pool.fire("add", [1, 2])).toMatchObject({ _tag: "Refused" })
    expect(await munition.makePool(sampler, { size: 0 })).toMatchObject({ _tag: "Refused" })
  })

  it("checks exports and imports without running anything", async () => {
    expect(await munition.validate(sampler, { requiredExports: ["add"], allowedImports: [] })).toMatchObject({
      startFunction: false,
      imports: []
    })
    expect(await munition.validate(sampler, { requiredExports: ["nothing"] })).toMatchObject({
      _tag: "Refused",
      reason: { _tag: "UnknownFunction", name: "nothing" }
    })
  })
})
