import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import { describe, expect, it, vi } from "vitest"
import {
  Audit,
  AuditTrail,
  Crash,
  FuelMeter,
  InstanceManager,
  Munition,
  type Outcome,
  type Pool,
  type PoolOptions,
  Refused,
  Returned,
  Supervisor
} from "../../../src/index.ts"
import { MEMORIES_DEFAULT_MAX } from "../../../src/runtime/MemoryLedger.ts"
import { memoriesOfProcess } from "../../../src/runtime/memoriesOfProcess.ts"
import { InitialState } from "../../../src/runtime/worker/pool/InitialState.ts"
import { parseWat } from "../../guests/wat.ts"
import { callsHost, layerOf, localOf, withMunition } from "../munition.ts"

/** Has state of every kind that can be put back, a start function, and ways to fail. */
const GUEST = parseWat(
  "pooled",
  `(module
    (import "env" "log_info" (func $log (param i32 i32)))
    (import "env" "get_random_u64" (func $random (result i64)))
    (memory 1) (data (i32.const 64) "hello")
    (table 2 4 funcref) (elem (i32.const 0) $one)
    (type $answer (func (result i32)))
    (global $calls (mut i32) (i32.const 0))
    (func $one (type $answer) (i32.const 1))
    (func $start (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 100))))
    (start $start)
    (func (export "next") (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
      (i32.store8 (i32.const 64) (i32.const 0))
      (table.set (i32.const 0) (ref.null func))
      (i32.add (i32.load (i32.const 0)) (global.get $calls)))
    (func (export "table") (result i32) (call_indirect (type $answer) (i32.const 0)))
    (func (export "random") (result i64) (i64.add (call $random) (call $random)))
    (func (export "say") (call $log (i32.const 64) (i32.const 5)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "trap") (i32.store (i32.const 0) (i32.const 7)) unreachable)
    (func (export "spin") (loop br 0)))`
)
/** Takes longer to load than a pool waits until it looks after its instances. */
const SLOW = `data:text/javascript,${encodeURIComponent(
  "await new Promise((resolve) => setTimeout(resolve, 1500)); export const f = () => 1"
)}`
const OPTIONS: PoolOptions = { capabilities: ["log", "random:virtual=7"], fuel: 10_000, verify: 1 }

const withPool = <A, E>(
  use: (pool: Pool) => Effect.Effect<A, E, InstanceManager | FuelMeter | Scope.Scope>,
  options: PoolOptions = {},
  wasm = GUEST
) =>
  withMunition(
    Effect.scoped(
      Effect.flatMap(
        InstanceManager.use((manager) => manager.makePool(wasm, { ...OPTIONS, ...options })),
        use
      )
    ),
    { threadsMax: 2 }
  )

const tag = (outcome: Outcome) => (outcome instanceof Crash ? outcome.reason._tag : outcome._tag)

/** Of an outcome, all but the times. */
const timeless = (outcome: Outcome): unknown => {
  if (outcome instanceof Refused) return outcome.reason
  const { fuel, memory, typed, nondeterminism, lifecycle } = outcome.metadata
  const life = lifecycle.map(({ state, event }) => `${event} ${state}`)
  const known = { fuel, memory, typed, nondeterminism, life }
  if (outcome instanceof Returned) return { ...known, values: outcome.values }
  const { reason, forensics } = outcome
  const { memories, globals, tables, stack, journal, moduleHash, argumentsDigest } = forensics
  return { ...known, reason, memories, globals, tables, stack, journal, moduleHash, argumentsDigest }
}

describe.each([{ inline: true }, { inline: false }])("a pool, %o", ({ inline }) => {
  it("fires with the outcome, fuel, memory and life of a new instance, in whatever order", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          const names = [
            "next",
            "table",
            "random",
            "grow",
            "trap",
            "add",
            "next",
            "spin",
            "nothing",
            "table",
            "next"
          ]
          for (const name of [...names, ...names]) {
            const args = name === "add" ? [40, 2] : []
            const one = yield* ended(pool.fire(name, args))
            const other = yield* ended(Munition.fire(GUEST, name, args, { ...OPTIONS, inline }))
            expect(timeless(one), name).toEqual(timeless(other))
          }
          expect((yield* pool.load).freshness).toEqual({ way: "restore" })
        }),
      { inline }
    ))

  it("answers many calls in their order, each with its own outcome", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          const calls = Array.from({ length: 300 }, (_, i) =>
            i % 50 === 7
              ? { functionName: "trap" }
              : i % 50 === 9
                ? { functionName: "add", args: ["x"] }
                : { functionName: "add", args: [i, 1], ...(i % 50 === 11 ? { fuel: 1 } : {}) }
          )
          const outcomes = yield* pool.fireAll(calls)
          expect(outcomes.map((one) => (one instanceof Returned ? one.values[0] : tag(one)))).toEqual(
            calls.map((_, i) =>
              i % 50 === 7 ? "Trapped" : i % 50 === 9 ? "Refused" : i % 50 === 11 ? "OutOfFuel" : i + 1
            )
          )
          expect(yield* pool.fireAll([])).toEqual([])
        }),
      { inline }
    ))

  it("delivers what guests log, meters what they use, and tells the audit of each life", async () => {
    const lines: Array<unknown> = []
    const logger = Logger.make(({ message }) => void lines.push(message))
    const layer = Layer.mergeAll(
      Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provideMerge(Audit.layerRing())),
      Logger.layer([logger])
    )
    const program = Effect.gen(function* () {
      const pool = yield* Munition.makePool(GUEST, { ...OPTIONS, inline })
      yield* pool.fire("say")
      yield* pool.fireAll([{ functionName: "say" }, { functionName: "add", args: [1, 2] }])
      yield* Effect.flip(pool.fire("trap"))
      const { events } = yield* AuditTrail.use((trail) => trail.read)
      const meter = yield* FuelMeter
      return { events, consumed: (yield* meter.all).functions }
    })
    const { events, consumed } = await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(layer)))
    expect(lines.flat().filter((line) => String(line).includes("hello")).length).toBe(2)
    const steps = events.flatMap((event) => (event._tag === "Step" ? [event] : []))
    const lives = Map.groupBy(steps, ({ instanceId }) => instanceId)
    expect([...lives.values()].map((life) => life.map(({ to }) => to).join(" "))).toEqual([
      ...Array.from({ length: 3 }, () => "compiling instantiated executing cleaned"),
      "compiling instantiated executing captured cleaned"
    ])
    expect(Object.fromEntries(consumed.map(({ functionName, count }) => [functionName, count]))).toEqual({
      say: 2,
      add: 1,
      trap: 1
    })
  })

  it("gives new firings another module when it is told to, and keeps the one it has when that cannot be used", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          const before = (yield* pool.load).moduleHash
          const running = yield* Effect.forkChild(
            pool.fireAll(Array.from({ length: 500 }, () => ({ functionName: "next" }))),
            { startImmediately: true }
          )
          yield* pool.replace(parseWat("other", `(module (func (export "next") (result i32) (i32.const 7)))`))
          expect((yield* pool.fire("next")).values).toEqual([7])
          const old = yield* Fiber.join(running)
          expect(old.every((one) => one instanceof Returned && one.values[0] === 102)).toBe(true)
          expect(tag(yield* Effect.flip(pool.replace(Uint8Array.of(1, 2, 3))))).toBe("Refused")
          expect((yield* pool.fire("next")).values).toEqual([7])
          expect((yield* pool.load).moduleHash).not.toBe(before)
        }),
      { inline }
    ))

  it("refuses, and names itself, when it has ended", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          yield* pool.shutdown
          expect(yield* pool.ended).toMatchObject({ _tag: "Shutdown" })
          expect(yield* Effect.flip(pool.fire("next"))).toMatchObject({
            message: "pool: expected one that has not ended, got jobs"
          })
          const [outcome] = yield* pool.fireAll([{ functionName: "next" }])
          expect(outcome).toBeInstanceOf(Refused)
        }),
      { inline, name: "jobs" }
    ))
})

describe("a pool whose check finds something", () => {
  it("gives up on a module whose instance differs, says so with evidence, and fires new ones from then on", async () => {
    const spy = vi.spyOn(InitialState.prototype, "difference")
    const crashes: Array<Crash> = []
    const onCrash = (crash: Crash) => Effect.sync(() => void crashes.push(crash))
    try {
      await withPool(
        (pool) =>
          Effect.gen(function* () {
            spy.mockReturnValueOnce("memory 0 differs at 8")
            yield* pool.fire("next")
            expect((yield* pool.load).freshness).toEqual({ way: "new", why: "memory 0 differs at 8" })
            expect(crashes.map(({ reason }) => reason)).toMatchObject([
              { _tag: "EngineLost", cause: expect.stringContaining("memory 0 differs at 8") }
            ])
            expect(crashes[0]?.forensics.memories).toMatchObject([{ pages: 1 }])
            expect((yield* pool.fire("next")).values).toEqual([102])
            expect((yield* pool.fire("next")).values).toEqual([102])
          }),
        { inline: true, onCrash }
      )
    } finally {
      spy.mockRestore()
    }
  })

  it("tells the audit of the slot's end as its chart has it", async () => {
    const spy = vi.spyOn(InitialState.prototype, "difference")
    const layer = Layer.merge(
      Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provideMerge(Audit.layerRing())),
      Logger.layer([])
    )
    const program = Effect.gen(function* () {
      const pool = yield* Munition.makePool(GUEST, { ...OPTIONS, name: "jobs", inline: true })
      spy.mockReturnValueOnce("memory 0 differs at 8")
      yield* pool.fire("next")
      const { events } = yield* AuditTrail.use((trail) => trail.read)
      return events.flatMap((event) =>
        event._tag === "Transition" && event.chart === "slot"
          ? [`${event.from} ${event.why} ${event.to}`]
          : []
      )
    })
    try {
      const told = await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(layer)))
      expect(told).toEqual(["restoring DIFFERED captured", "captured CAPTURED cleaned"])
    } finally {
      spy.mockRestore()
    }
  })
})

describe("a pool on threads", () => {
  it("refuses who finds too many waiting, or has waited for too long, with numbers", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          const spin = { fuel: 1e12, timeout: "1s" } as const
          const first = yield* Effect.forkChild(Effect.flip(pool.fire("spin", [], spin)), {
            startImmediately: true
          })
          const second = yield* Effect.forkChild(Effect.flip(pool.fire("next")), { startImmediately: true })
          expect(yield* Effect.flip(pool.fire("next"))).toMatchObject({
            reason: { _tag: "PoolSaturated", pool: "small", size: 1, waiting: 1, waitingMax: 1, waitedMs: 0 },
            message: expect.stringContaining("pool saturated")
          })
          expect(yield* Fiber.join(second)).toMatchObject({
            reason: { _tag: "PoolSaturated", waitedMs: 100 }
          })
          expect(yield* Fiber.join(first)).toMatchObject({ reason: { _tag: "TimedOut" } })
          expect((yield* pool.fire("next")).values).toEqual([102])
        }),
      { name: "small", size: 1, waitingMax: 1, waitMsMax: 100 }
    ))

  it("has instances ready before the first firing, and no more than it may have afterwards", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          yield* Effect.promise(() =>
            vi.waitFor(() => expect(memoriesOfProcess.held.memories).toBeGreaterThanOrEqual(4), 5_000)
          )
          const calls = Array.from({ length: 200 }, () => ({ functionName: "next" }))
          const outcomes = yield* pool.fireAll(calls)
          expect(outcomes.every((one) => one instanceof Returned && one.values[0] === 102)).toBe(true)
          expect((yield* pool.load).freshness).toEqual({ way: "restore" })
        }),
      { size: { min: 4, max: 6 } }
    ))

  it("uses instances again whose host functions were still being loaded when it was to have some ready", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          yield* Effect.forEach([1, 2, 3, 4], () => pool.fire("main"), { concurrency: 4 })
          expect((yield* pool.load).freshness).toEqual({ way: "restore" })
        }),
      {
        ...{ capabilities: ["host:f", "log"], hostFunctions: [localOf("f", [], SLOW)] },
        ...{ size: { min: 1, max: 8 }, timeout: "20s" }
      },
      callsHost()
    ))

  it("answers all calls though each ends its thread", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          const outcomes = yield* pool.fireAll(
            Array.from({ length: 8 }, () => ({ functionName: "main", args: [1] }))
          )
          expect(outcomes.map(tag)).toEqual(Array.from({ length: 8 }, () => "EngineLost"))
          expect((yield* pool.fire("main", [0])).values).toEqual([0])
        }),
      { hostFunctions: [localOf("exitIf", ["i32"])], capabilities: ["host:f", "log"], size: 1 },
      callsHost("i32")
    ))

  it("stops what runs when the caller is interrupted, and tells of it, once", () => {
    const crashes: Array<Crash> = []
    return withPool(
      (pool) =>
        Effect.gen(function* () {
          const calls = [
            { functionName: "next" },
            { functionName: "spin", fuel: 1e12 },
            { functionName: "next" }
          ]
          const fiber = yield* Effect.forkChild(pool.fireAll(calls), { startImmediately: true })
          yield* Effect.sleep(200)
          yield* Fiber.interrupt(fiber)
          expect(crashes.map(({ reason }) => reason._tag)).toEqual(["Cancelled"])
          expect((yield* pool.load).running).toBe(0)
          expect((yield* pool.fire("next")).values).toEqual([102])
        }),
      { size: 1, onCrash: (crash) => Effect.sync(() => void crashes.push(crash)) }
    )
  })

  it("loses only the call that its thread died of, and answers the others elsewhere", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          const calls = Array.from({ length: 40 }, (_, i) => ({
            functionName: "main",
            args: [i === 20 ? 1 : 0]
          }))
          const outcomes = yield* pool.fireAll(calls)
          expect(outcomes.map(tag).filter((one) => one === "EngineLost").length).toBeGreaterThanOrEqual(1)
          expect(outcomes[20]).toMatchObject({ _tag: "Crash", reason: { _tag: "EngineLost" } })
          expect(outcomes.slice(21).every((one) => one._tag === "Returned")).toBe(true)
          expect(outcomes.length).toBe(40)
        }),
      { hostFunctions: [localOf("exitIf", ["i32"])], capabilities: ["host:f", "log"], size: 1 },
      callsHost("i32")
    ))

  it("is started again by its supervisor, as new, when it has been killed", () =>
    withMunition(
      Effect.scoped(
        Effect.gen(function* () {
          const pools: Array<Pool> = []
          const supervisor = yield* Effect.provide(
            Supervisor.make({ intensity: 3, periodSeconds: 60 }, []),
            Audit.layer
          )
          const start = Effect.tap(Munition.makePool(GUEST, { ...OPTIONS, name: "jobs" }), (pool) =>
            Effect.sync(() => void pools.push(pool))
          )
          const manager = yield* InstanceManager
          yield* supervisor.startChild({
            id: "jobs",
            start: Effect.provideService(start, InstanceManager, manager)
          })
          expect((yield* pools[0]?.fire("next") ?? Effect.die("no pool")).values).toEqual([102])
          yield* pools[0]?.kill ?? Effect.void
          yield* Effect.promise(() => vi.waitFor(() => expect(pools.length).toBe(2), 5_000))
          expect((yield* pools[1]?.fire("next") ?? Effect.die("no pool")).values).toEqual([102])
        })
      )
    ))
})

describe("a pool that cannot use an instance twice", () => {
  it.each([
    ["guests are isolated in processes", { isolation: "process" as const }, GUEST],
    [
      "is shared",
      {},
      parseWat("shared", `(module (memory 1 1 shared) (func (export "next") (result i32) (i32.const 102)))`)
    ]
  ])("says why, and fires new ones: %s", (why, layer, wasm) =>
    Effect.gen(function* () {
      const pool = yield* Munition.makePool(wasm, { ...OPTIONS, allow: ["threads"] })
      expect((yield* pool.load).freshness).toMatchObject({ way: "new", why: expect.stringContaining(why) })
      const outcomes = yield* pool.fireAll([{ functionName: "next" }, { functionName: "next" }])
      expect(outcomes.map((one) => (one instanceof Returned ? one.values : one))).toEqual([[102], [102]])
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.merge(layerOf({ threadsMax: 1, ...layer }), Logger.layer([]))),
      Effect.runPromise
    )
  )

  it("makes a new one over the same memory where only the memory can be put back", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          for (let i = 0; i < 3; i++) {
            expect((yield* pool.fire("take")).values).toEqual([0x6f6c6c65])
            expect(tag(yield* Effect.flip(pool.fire("twice")))).toBe("Trapped")
          }
          expect((yield* pool.load).freshness).toMatchObject({ way: "reinstantiate" })
        }),
      { inline: true },
      parseWat(
        "drops",
        `(module (memory 1) (data $d "hello")
          (func $take (export "take") (result i32)
            (memory.init $d (i32.const 16) (i32.const 1) (i32.const 4)) (data.drop $d) (i32.load (i32.const 16)))
          (func (export "twice") (result i32) (drop (call $take)) (call $take)))`
      )
    ))
})

describe.each([{ inline: true }, { inline: false }])("a pool without room for a memory, %o", ({ inline }) => {
  it("refuses with numbers, and uses instances again when there is room", () =>
    withPool(
      (pool) =>
        Effect.gen(function* () {
          // Whatever this process has by now, there is room for nothing more.
          memoriesOfProcess.bound(0, 2 ** 31 - 1)
          const refused = yield* Effect.flip(pool.fire("next"))
          memoriesOfProcess.bound(MEMORIES_DEFAULT_MAX, 2 ** 31 - 1)
          expect(refused).toMatchObject({ reason: { _tag: "LimitExceeded", limit: "memoriesMax", bound: 0 } })
          expect((yield* pool.fire("next")).values).toEqual([102])
          expect((yield* pool.load).freshness).toEqual({ way: "restore" })
        }),
      { inline }
    ))
})

describe("what is asked of a pool", () => {
  it.each([
    [{ size: 0 }, "size.max: expected an integer 1..10000, got 0"],
    [{ size: { min: 3, max: 2 } }, "size.min: expected an integer 0..2, got 3"],
    [{ waitingMax: -1 }, "waitingMax: expected an integer 0..2147483647, got -1"],
    [{ waitMsMax: 0.5 }, "waitMsMax: expected an integer 0..2147483647, got 0.5"],
    [{ verify: 2 }, "verify: expected a share 0..1, got 2"],
    [{ name: "" }, "name: expected a text, got "],
    [{ fuel: -1 }, "fuel: expected"]
  ] satisfies ReadonlyArray<readonly [PoolOptions, string]>)(
    "is refused where it is wrong: %o",
    (options, said) =>
      withMunition(
        Effect.gen(function* () {
          const refused = yield* Effect.flip(Effect.scoped(Munition.makePool(GUEST, options)))
          expect(refused.message).toContain(said)
        })
      )
  )
})

const ended = <R>(fired: Effect.Effect<Returned, Crash | Refused, R>): Effect.Effect<Outcome, never, R> =>
  Effect.catch(fired, (one) => Effect.succeed<Outcome>(one))
