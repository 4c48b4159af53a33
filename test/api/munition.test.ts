import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { argumentsDigest } from "../../src/forensics/digests.ts"
import {
  Audit,
  AuditTrail,
  BadArguments,
  type Crash,
  FuelMeter,
  Munition,
  remoteFunction
} from "../../src/index.ts"
import { parseWat } from "../guests/wat.ts"
import { root } from "../tidy/sources.ts"

const sampler = readFileSync(join(root, "test-wasm/rust/sampler.wasm"))
const CALLS_TWICE = `(module (import "env" "twice" (func $twice (param i32) (result i32)))
  (func (export "f") (param i32) (result i32) local.get 0 call $twice))`
const audited = Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provideMerge(Audit.layerRing()))

layer(audited, { excludeTestServices: true })("Munition", (it) => {
  it.effect("audits a life as the chart has it and meters what it used", () =>
    Effect.gen(function* () {
      const returned = yield* Munition.fire(sampler, "fib", [10])
      assert.deepStrictEqual(returned.values, [55])
      const { events } = yield* (yield* AuditTrail).read
      const steps = events.flatMap((event) => (event._tag === "Step" ? [`${event.to} ${event.why}`] : []))
      assert.deepStrictEqual(steps.slice(-4), [
        "compiling START",
        "instantiated INSTANTIATED",
        "executing CALLED",
        "cleaned CLEANED"
      ])
      const { functions } = yield* (yield* FuelMeter).all
      const fib = functions.find(({ functionName }) => functionName === "fib")
      assert.deepStrictEqual([fib?.count, fib?.last], [1, returned.metadata.fuel.used])
    })
  )

  it.effect("audits a refusal as one event and gives it no life", () =>
    Effect.gen(function* () {
      const trail = yield* AuditTrail
      const before = (yield* trail.read).events.length
      const refused = yield* Effect.flip(Munition.fire(sampler, "add", ["one", 2]))
      assert.strictEqual(refused._tag, "Refused")
      const added = (yield* trail.read).events.slice(before)
      assert.deepStrictEqual(
        added.map(({ _tag }) => _tag),
        ["Refusal"]
      )
    })
  )

  it.effect("hands the evidence of an interrupted firing to onCrash, and the thread fires again", () =>
    Effect.gen(function* () {
      const crashes: Array<Crash> = []
      const onCrash = (crash: Crash) => Effect.sync(() => void crashes.push(crash))
      const firing = Munition.fire(sampler, "infinite_loop", [], { fuel: 1e15, timeout: "60s", onCrash })
      const fiber = yield* Effect.forkChild(firing, { startImmediately: true })
      yield* Effect.sleep(100)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(
        crashes.map(({ reason }) => reason._tag),
        ["Cancelled"]
      )
      assert.isArray(crashes[0]?.forensics.memories)
      assert.deepStrictEqual((yield* Munition.fire(sampler, "add", [1, 2])).values, [3])
    })
  )

  it.effect("fires what was hashed, whatever happens to the caller's buffer afterwards", () =>
    Effect.gen(function* () {
      const mine = new Uint8Array(sampler)
      const crash = yield* Effect.flip(Munition.fire(mine, "out_of_bounds", [], { itemsMax: 99_999 }))
      mine.fill(0)
      const again = yield* Effect.flip(Munition.fire(sampler, "out_of_bounds", [], { itemsMax: 99_999 }))
      assert.strictEqual(again._tag, "Crash")
      if (again._tag !== "Crash" || crash._tag !== "Crash") return
      assert.deepStrictEqual(again.forensics.stack, crash.forensics.stack)
    })
  )

  it.effect(
    "answers a remote host function in a thread, and refuses inline what could never be answered",
    () =>
      Effect.gen(function* () {
        const twice = remoteFunction({
          module: "env",
          name: "twice",
          params: ["i32"],
          results: ["i32"],
          capability: "host:twice",
          run: ({ args }) => Effect.succeed({ result: Number(args[0]) * 2 })
        })
        if (twice instanceof BadArguments) return assert.fail(twice.expected)
        const options = { capabilities: ["host:twice"], hostFunctions: [twice] }
        const wasm = parseWat("twice.wat", CALLS_TWICE)
        assert.deepStrictEqual((yield* Munition.fire(wasm, "f", [21], options)).values, [42])
        const refused = yield* Effect.flip(Munition.fire(wasm, "f", [21], { ...options, inline: true }))
        assert.strictEqual(refused._tag === "Refused" ? refused.reason._tag : refused._tag, "Unsupported")
      })
  )

  it.effect("digests arguments as the signature reads them: text and number are the same", () =>
    Effect.gen(function* () {
      const digest = (args: ReadonlyArray<string | number>) =>
        Effect.map(Effect.flip(Munition.fire(sampler, "crash_after", args)), (crash) =>
          crash._tag === "Crash" ? crash.forensics.argumentsDigest : "none"
        )
      assert.strictEqual(yield* digest(["3"]), yield* digest([3]))
      assert.notStrictEqual(yield* digest([3]), yield* digest([4]))
      assert.strictEqual(yield* digest([3]), argumentsDigest([{ type: "i32", value: "3" }]))
    })
  )
})
