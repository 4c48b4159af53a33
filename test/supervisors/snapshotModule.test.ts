import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Munition, type SnapshotOptions } from "../../src/index.ts"
import { parseWat } from "../guests/wat.ts"
import { root } from "../tidy/sources.ts"

/** Snapshots through the whole house: threads, child processes, the caller's own thread. */
const sampler = readFileSync(join(root, "test-wasm/rust/sampler.wasm"))

type Layer = Parameters<typeof Munition.layer>[0]

const snapshot = (wasm: Uint8Array, init: string, options?: SnapshotOptions, layer?: Layer) =>
  Effect.runPromise(
    Munition.snapshot(wasm, init, options).pipe(
      Effect.catch((failed) => Effect.succeed(failed)),
      Effect.provide(Munition.layer({ threadsMax: 1, ...layer }))
    )
  )

/** How a snapshot failed: the tag of its reason, and the message. */
const failure = async (...asked: Parameters<typeof snapshot>): Promise<string> => {
  const one = await snapshot(...asked)
  return "_tag" in one ? `${one.reason._tag}: ${one.message}` : "there is a snapshot"
}

describe("Munition.snapshot", () => {
  it("gives the same module wherever the initialiser ran", async () => {
    const all = [
      await snapshot(sampler, "increment", { keepInit: true }),
      await snapshot(sampler, "increment", { keepInit: true, inline: true }),
      await snapshot(sampler, "increment", { keepInit: true }, { isolation: "process" })
    ]
    const [first] = all.map((one) => ("bytes" in one ? Buffer.from(one.bytes).toString("hex") : one.message))
    for (const one of all) expect("bytes" in one && Buffer.from(one.bytes).toString("hex")).toBe(first)
  })

  it("goes on where a resident would", async () => {
    const program = Effect.gen(function* () {
      const resident = yield* Munition.reside(sampler)
      yield* resident.call("increment")
      const { bytes, metadata } = yield* Munition.snapshot(sampler, "increment", { keepInit: true })
      expect(metadata.lifecycle.map(({ state }) => state).at(-1)).toBe("cleaned")
      const [went, goes] = [yield* resident.call("increment"), yield* Munition.fire(bytes, "increment")]
      expect(goes.values).toEqual(went.values)
      expect(goes.metadata.fuel.used).toBe(went.metadata.fuel.used)
    })
    await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Munition.layer({ threadsMax: 1 }))))
  })

  it("crashes as a firing does, and is then no snapshot", async () => {
    expect(await failure(sampler, "infinite_loop", { fuel: 1_000 })).toBe(
      "OutOfFuel: out of fuel: used 1000 of 1000"
    )
  })

  it("refuses what a firing refuses, and what it could not write", async () => {
    expect(await failure(sampler, "no_such_function")).toMatch(/^UnknownFunction/)
    expect(await failure(sampler, "add")).toMatch(/^BadArguments/)
    const random = parseWat(
      "guest",
      `(module (import "env" "get_random_u32" (func (result i32))) (func (export "init")))`
    )
    expect(await failure(random, "init")).toMatch(/^CapabilityDenied/)
    const shared = parseWat("guest", `(module (memory 1 1 shared) (func (export "init")))`)
    expect(await failure(shared, "init", { allow: ["threads"] })).toBe(
      "Unsupported: a snapshot of this module is not supported: its memory 0 is shared"
    )
  })

  it("says so when more was asked to be read than may be", async () => {
    const guest = parseWat("guest", `(module (memory 2) (func (export "init")))`)
    expect(await failure(guest, "init", { captureBytesMax: 65_536 })).toBe(
      "Unsupported: a snapshot of this module is not supported: its memory 0 could not be read: " +
        "captureBytesMax: 131072 bytes do not fit the 65536 that are left"
    )
  })

  it("refuses options that are not what their types say", async () => {
    // The casts: what no compiler has checked.
    expect(await failure(sampler, "increment", { renameExports: { a: "b" } } as never)).toMatch(
      /^BadArguments: renameExports/
    )
    expect(await failure(sampler, "increment", { keepInit: "yes" } as never)).toMatch(
      /^BadArguments: keepInit/
    )
    expect(await failure(sampler, "increment", { fuel: {} } as never)).toMatch(/^BadArguments: fuel/)
  })
})
