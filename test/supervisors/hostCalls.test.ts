import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import { describe, expect, it } from "vitest"
import type { RemoteFunction } from "../../src/host/HostFunction.ts"
import { type Crash, type FireOptions, Munition, remoteFunction } from "../../src/index.ts"
import { parseWat } from "../guests/wat.ts"
import { declared } from "../runtime/fireHere.ts"
import { ADD, callsHost, isolation, localOf, withMunition } from "./munition.ts"

const INLINE = isolation === "thread" ? [true, false] : [false]

/** The host function `host.f`, an Effect. */
const remoteOf = (
  run: RemoteFunction["run"],
  options: Partial<Parameters<typeof remoteFunction>[0]> = {}
): RemoteFunction =>
  declared(
    remoteFunction({ module: "host", name: "f", results: ["i32"], capability: "host:f", run, ...options })
  )

const optionsOf = (one: NonNullable<FireOptions["hostFunctions"]>[number]): FireOptions => ({
  hostFunctions: [one],
  capabilities: ["host:f", "log"]
})

const fire = (remote: RemoteFunction, options: FireOptions = {}, wasm = callsHost()) =>
  withMunition(
    Effect.gen(function* () {
      const exit = yield* Effect.result(Munition.fire(wasm, "main", [], { ...optionsOf(remote), ...options }))
      // Whatever it did, the thread answers.
      expect((yield* Munition.fire(ADD, "add", [40, 2])).values).toEqual([42])
      return exit._tag === "Success" ? exit.success : exit.failure
    })
  )

const NO_ROW: unknown = new TypeError("no such row")

const failed = (cause: unknown) => ({ _tag: "HostFailed", module: "host", name: "f", cause })

describe("a remote host function", () => {
  it("answers with what its Effect succeeds with, however long that takes", async () => {
    const returned = await fire(remoteOf(() => Effect.delay(Effect.succeed({ result: 7 }), 50)))
    expect(returned).toMatchObject({ _tag: "Returned", values: [7] })
  })

  it.each([
    ["fails", Effect.fail(NO_ROW), "TypeError: no such row"],
    ["fails with what is no error", Effect.fail("no such row"), "no such row"],
    ["dies", Effect.die(new Error("a defect")), "Error: a defect"],
    ["interrupts itself", Effect.interrupt, expect.stringMatching(/interrupt/i)],
    ["answers with nothing", Effect.succeed({}), expect.stringMatching(/^result 0: expected i32/)],
    [
      "answers with a number of another type",
      Effect.succeed({ result: 7n }),
      expect.stringMatching(/got bigint 7$/)
    ],
    // The casts: what JavaScript lets a caller do.
    [
      "answers with undefined",
      Effect.succeed(undefined as never),
      expect.stringMatching(/^result 0: expected i32/)
    ],
    [
      "answers with what cannot be sent",
      Effect.succeed({ result: (() => 7) as never }),
      expect.stringMatching(/^its answer cannot be sent: /)
    ]
  ])("that %s fails the firing, and the guest's memory is captured", async (_, effect, cause) => {
    const crash = await fire(remoteOf(() => effect))
    expect(crash).toMatchObject({ _tag: "Crash", reason: failed(cause) })
    expect(crash).toMatchObject({ forensics: { memories: [{ bytes: expect.any(Uint8Array) }] } })
  })

  it("that throws instead of making an Effect fails the firing", async () => {
    const crash = await fire(
      remoteOf(() => {
        throw new Error("broke")
      })
    )
    expect(crash).toMatchObject({ reason: failed("Error: broke") })
  })

  it("may have nothing to say when it has no results", async () => {
    const wasm = parseWat("void", `(module (import "host" "f" (func $f)) (func (export "main") call $f))`)
    // The cast: an Effect of void is what one writes for a function without results.
    const remote = remoteOf(() => Effect.succeed(undefined as never), { results: [] })
    expect(await fire(remote, {}, wasm)).toMatchObject({ _tag: "Returned", values: [] })
  })

  it("that never answers is waited for until the deadline, and its Effect is interrupted then", async () => {
    let interrupted = false
    const never = Effect.onInterrupt(Effect.never, () =>
      Effect.sync(() => {
        interrupted = true
      })
    )
    const crash = await fire(
      remoteOf(() => never),
      { timeout: 150 }
    )
    expect(crash).toMatchObject({ reason: { _tag: "TimedOut" } })
    expect(interrupted).toBe(true)
  })

  it("that can neither answer nor be interrupted holds nobody up", async () => {
    const crash = await fire(
      remoteOf(() => Effect.uninterruptible(Effect.never)),
      { timeout: 150 }
    )
    expect(crash).toMatchObject({ reason: { _tag: "TimedOut" } })
  })

  it("gives up its guest when the firing is interrupted while it works", () =>
    withMunition(
      Effect.gen(function* () {
        const crashes: Array<Crash> = []
        const begun = Promise.withResolvers<void>()
        const remote = remoteOf(() => Effect.andThen(Effect.sync(begun.resolve), Effect.never))
        const firing = Munition.fire(callsHost(), "main", [], {
          ...optionsOf(remote),
          timeout: "60s",
          onCrash: (crash) => Effect.sync(() => void crashes.push(crash))
        })
        const fiber = yield* Effect.forkChild(firing, { startImmediately: true })
        yield* Effect.promise(() => begun.promise)
        yield* Fiber.interrupt(fiber)
        expect(crashes.map(({ reason }) => reason._tag)).toEqual(["Cancelled"])
        expect((yield* Munition.fire(ADD, "add", [40, 2])).values).toEqual([42])
      })
    ))

  it("reads what it declared, writes what it answers, and the dump's journal has both", async () => {
    const seen: Array<unknown> = []
    const remote = remoteOf(
      ({ args, reads }) => {
        seen.push([args, reads.map((bytes) => Buffer.from(bytes).toString())])
        return Effect.succeed({ result: 3, writes: [{ offset: 100, bytes: Buffer.from("abc") }] })
      },
      { params: ["i32", "i32", "i64"], reads: [{ offsetParam: 0, lengthParam: 1 }] }
    )
    const wasm = parseWat(
      "reads",
      `(module (import "host" "f" (func $f (param i32 i32 i64) (result i32))) (memory 1)
        (data (i32.const 8) "hello")
        (func (export "main")
          (drop (call $f (i32.const 8) (i32.const 5) (i64.const -1)))
          (drop (call $f (i32.const 100) (i32.const 3) (i64.const 2)))
          unreachable))`
    )
    const crash = await fire(remote, {}, wasm)
    expect(seen).toEqual([
      [[8, 5, -1n], ["hello"]],
      [[100, 3, 2n], ["abc"]]
    ])
    const entry = {
      module: "host",
      name: "f",
      results: ["3"],
      writes: [{ offset: 100, bytes: new TextEncoder().encode("abc") }]
    }
    expect(crash).toMatchObject({
      reason: { _tag: "Trapped", kind: "unreachable" },
      forensics: { journal: { entries: [entry, entry], dropped: 0 } }
    })
  })

  it("is not called once past the account", async () => {
    const loop = parseWat(
      "loop",
      `(module (import "host" "f" (func $f (result i32))) (func (export "main") (loop (drop (call $f)) (br 0))))`
    )
    let calls = 0
    const counted = remoteOf(() => {
      calls += 1
      return Effect.succeed({ result: 0 })
    })
    expect(await fire(counted, { fuel: 10 }, loop)).toMatchObject({ reason: { _tag: "OutOfFuel" } })
    expect(calls).toBe(0)
    // A call costs 1,000, and the loop round it three more; the entry one.
    expect(await fire(counted, { fuel: 5_100 }, loop)).toMatchObject({ reason: { _tag: "OutOfFuel" } })
    expect(calls).toBe(5)
  })

  // Where guests are isolated in processes, nothing is fired inline at all.
  it.runIf(isolation === "thread")("is not asked inline: nobody could answer", async () => {
    const crash = await fire(
      remoteOf(() => Effect.succeed({ result: 7 })),
      { inline: true }
    )
    expect(crash).toMatchObject({ reason: { _tag: "Unsupported" } })
  })
})

describe("a local host function in a loop", () => {
  it.each(INLINE)("acts not once past the account, inline %j", (inline) =>
    withMunition(
      Effect.gen(function* () {
        const file = new URL("./hostModule.ts", import.meta.url).href
        const wasm = parseWat(
          "loop",
          `(module (import "host" "f" (func $f (result i32))) (func (export "main") (loop (drop (call $f)) (br 0))))`
        )
        const crash = yield* Effect.flip(
          Munition.fire(wasm, "main", [], { ...optionsOf(localOf("count", [], file)), fuel: 2_600, inline })
        )
        expect(crash).toMatchObject({ reason: { _tag: "OutOfFuel" } })
        // 250 a call and three for the loop: ten answers stand in the journal, and no more.
        expect(crash).toMatchObject({ forensics: { journal: { entries: { length: 10 }, dropped: 0 } } })
        const counted = yield* Munition.fire(callsHost(), "main", [], {
          ...optionsOf(localOf("counted", [], file)),
          inline
        })
        expect(counted.values).toEqual([10])
      })
    )
  )
})

describe("a guest's log lines", () => {
  /** Logs its rounds as one digit each, 0 to 9 and again, then a line of 10,000 characters with an escape in it. */
  const LOGS = parseWat(
    "logs",
    `(module (import "env" "log_info" (func $log (param i32 i32))) (memory 1)
      (data (i32.const 0) "0123456789") (data (i32.const 100) "\\1b[2Jx")
      (func (export "main") (param $n i32) (local $i i32)
        (block (loop (br_if 1 (i32.ge_u (local.get $i) (local.get $n)))
          (call $log (i32.rem_u (local.get $i) (i32.const 10)) (i32.const 1))
          (local.set $i (i32.add (local.get $i) (i32.const 1))) (br 0)))
        (call $log (i32.const 100) (i32.const 10000))))`
  )

  it.each(INLINE)("come to Effect's logger in order, before the firing ends, inline %j", (inline) =>
    withMunition(
      Effect.gen(function* () {
        const lines: Array<string> = []
        const logger = Logger.make(({ message }) => void lines.push(String(message)))
        yield* Munition.fire(LOGS, "main", [500], { capabilities: ["log"], fuel: "heavy", inline }).pipe(
          Effect.provide(Logger.layer([logger]))
        )
        expect(lines.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, i) => String(i % 10)))
        // Cut at 4,096 bytes; the escape and the NULs behind it are made visible.
        expect(lines[500]).toMatch(/^\\u\{1b\}\[2Jx(\\u\{0\})+$/)
        expect(lines).toHaveLength(501)
      })
    )
  )

  it.each(INLINE)("are a thousand a firing at most, inline %j", (inline) =>
    withMunition(
      Effect.gen(function* () {
        const notes: Array<unknown> = []
        const logger = Logger.make(
          ({ fiber }) => void notes.push(fiber.getRef(References.CurrentLogAnnotations)["notes"])
        )
        yield* Munition.fire(LOGS, "main", [2_000], { capabilities: ["log"], fuel: "heavy", inline }).pipe(
          Effect.provide(Logger.layer([logger]))
        )
        expect(notes).toHaveLength(1_000)
        expect([notes[998], notes[999]]).toEqual([undefined, "later lines dropped"])
      })
    )
  )
})
