import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import { describe, expect, it, vi } from "vitest"
import {
  Audit,
  AuditTrail,
  type Crash,
  type FireOptions,
  type InstanceManager,
  isMissing,
  Munition
} from "../../src/index.ts"
import { BOMBS } from "../guests/bombs.ts"
import { ADD, callsHost, layerOf, localOf, SPIN, withMunition } from "./munition.ts"

/** Every thread or child that was started, so that a test can end one from outside and see which have ended. */
const threads: Array<{ readonly worker: { readonly terminate: () => unknown }; ended: boolean }> = []
vi.mock("node:child_process", async (importOriginal) => {
  const actual = await importOriginal<typeof import("node:child_process")>()
  const spawn = (...args: Parameters<typeof actual.spawn>) => {
    const child = actual.spawn(...args)
    const thread = { worker: { terminate: () => child.kill("SIGKILL") }, ended: false }
    threads.push(thread)
    child.once("exit", () => {
      thread.ended = true
    })
    return child
  }
  return { ...actual, spawn }
})
vi.mock("node:worker_threads", async (importOriginal) => {
  const actual = await importOriginal<typeof import("node:worker_threads")>()
  class Recorded extends actual.Worker {
    constructor(...args: ConstructorParameters<typeof actual.Worker>) {
      super(...args)
      const thread = { worker: this, ended: false }
      threads.push(thread)
      this.once("exit", () => {
        thread.ended = true
      })
    }
  }
  return { ...actual, Worker: Recorded }
})

const FOREVER: FireOptions = { fuel: 9e15, timeout: "60s", capabilities: ["log"] }

/** The crash of a firing that must crash. */
const crashOf = (...args: Parameters<typeof Munition.fire>): Effect.Effect<Crash, never, InstanceManager> =>
  Effect.flip(Munition.fire(...args)).pipe(
    Effect.filterOrElse(
      (failed): failed is Crash => failed._tag === "Crash",
      (failed) => Effect.die(failed)
    ),
    Effect.orDie
  )

/** Whether the thread still answers. */
const adds = Effect.map(Munition.fire(ADD, "add", [40, 2]), ({ values }) => values)

/** The first memory of a dump, at the place where the guests of this file leave their mark. */
const markOf = ({ forensics: { memories } }: Crash): unknown =>
  isMissing(memories)
    ? memories.why
    : isMissing(memories[0]?.bytes)
      ? memories[0]?.bytes.why
      : memories[0]?.bytes[16]

describe("a firing past its deadline", () => {
  it("is TimedOut with its state captured, and its thread goes on", () =>
    withMunition(
      Effect.gen(function* () {
        const crash = yield* crashOf(SPIN, "main", [], { ...FOREVER, timeout: 100 })
        expect(crash.reason).toMatchObject({ _tag: "TimedOut", timeoutMs: 100 })
        expect(markOf(crash)).toBe(42)
        const before = threads.length
        expect(yield* adds).toEqual([42])
        expect(threads.length).toBe(before)
      })
    ))
})

describe("an interrupted firing", () => {
  /** The crashes that are told of, when the firing is interrupted once the guest has logged a line, or at once. */
  const interrupted = (when: "running" | "at once", wasm: Uint8Array, options: FireOptions = {}) =>
    Effect.gen(function* () {
      const crashes: Array<Crash> = []
      const running = yield* Deferred.make<void>()
      const logger = Logger.make(() => Deferred.doneUnsafe(running, Exit.void))
      const firing = Munition.fire(wasm, "main", [], {
        ...FOREVER,
        ...options,
        capabilities: ["log", ...(options.capabilities ?? [])],
        onCrash: (crash) => Effect.sync(() => void crashes.push(crash))
      })
      const fiber = yield* Effect.forkChild(Effect.provide(firing, Logger.layer([logger])), {
        startImmediately: true
      })
      if (when === "running") yield* Deferred.await(running)
      yield* Fiber.interrupt(fiber)
      return crashes
    })

  it("stops its guest, hands its evidence to onCrash as Cancelled, and its thread goes on", () =>
    withMunition(
      Effect.gen(function* () {
        expect(yield* adds).toEqual([42])
        const before = threads.length
        const crashes = yield* interrupted("running", SPIN)
        expect(crashes.map(({ reason }) => reason._tag)).toEqual(["Cancelled"])
        expect(crashes.map(markOf)).toEqual([42])
        expect(crashes[0]?.metadata.lifecycle.map(({ state }) => state)).toEqual([
          "compiling",
          "instantiated",
          "executing",
          "captured",
          "cleaned"
        ])
        expect(yield* adds).toEqual([42])
        expect(threads.length).toBe(before)
      })
    ))

  it("is cancelled too when its thread had not come to run it", () =>
    withMunition(
      Effect.gen(function* () {
        const crashes = yield* interrupted("at once", SPIN)
        expect(crashes.map(({ reason }) => reason._tag)).toEqual(["Cancelled"])
        expect(yield* adds).toEqual([42])
      })
    ))

  it("is lost with its evidence when a host function does not let go of it", () =>
    withMunition(
      Effect.gen(function* () {
        const crashes = yield* interrupted("running", callsHost(), {
          hostFunctions: [localOf("hang")],
          capabilities: ["host:f"]
        })
        expect(crashes.map(({ reason }) => reason._tag)).toEqual(["EngineLost"])
        expect(isMissing(crashes[0]?.forensics.memories)).toBe(true)
        expect(yield* adds).toEqual([42])
      })
    ))

  it("that waits for a thread leaves without one, and whoever has it is not disturbed", () =>
    withMunition(
      Effect.gen(function* () {
        const first = yield* Effect.forkChild(crashOf(SPIN, "main", [], { ...FOREVER, timeout: 600 }), {
          startImmediately: true
        })
        yield* Effect.sleep(50)
        const crashes = yield* interrupted("at once", SPIN)
        expect(crashes).toEqual([])
        expect((yield* Fiber.join(first)).reason._tag).toBe("TimedOut")
        expect(yield* adds).toEqual([42])
      }),
      { threadsMax: 1, guestsMax: 1 }
    ))

  it("hands its evidence over whole when it had crashed already and is interrupted meanwhile", () =>
    withMunition(
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const crashes: Array<Crash> = []
        const fiber = yield* Effect.forkChild(
          Munition.fire(SPIN, "main", [], {
            capabilities: ["log"],
            onCrash: (crash) =>
              Effect.gen(function* () {
                yield* Deferred.succeed(begun, undefined)
                yield* Effect.sleep(20)
                crashes.push(crash)
              })
          }),
          { startImmediately: true }
        )
        yield* Deferred.await(begun)
        yield* Fiber.interrupt(fiber)
        expect(crashes.map(({ reason }) => reason._tag)).toEqual(["OutOfFuel"])
      })
    ))

  it("hands its evidence over when it is interrupted while the audit is told of its thread's loss", () => {
    const crashes: Array<Crash> = []
    const lost = Deferred.makeUnsafe<void>()
    const slow = Audit.of({
      record: (entry) =>
        entry._tag === "Transition" && entry.to === "lost"
          ? Effect.andThen(Deferred.succeed(lost, undefined), Effect.sleep(20))
          : Effect.void
    })
    const audited = Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provide(Layer.succeed(Audit, slow)))
    return Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(
        Munition.fire(callsHost(), "main", [], {
          hostFunctions: [localOf("exit")],
          capabilities: ["host:f", "log"],
          onCrash: (crash) => Effect.sync(() => void crashes.push(crash))
        })
      )
      yield* Deferred.await(lost)
      yield* Fiber.interrupt(fiber)
      expect(crashes.map(({ reason }) => reason._tag)).toEqual(["EngineLost"])
    }).pipe(Effect.provide(Layer.merge(audited, Logger.layer([]))), Effect.runPromise)
  })

  it("never leaves its answer to the next one on its thread", () =>
    withMunition(
      Effect.gen(function* () {
        for (let i = 0; i < 30; i++) {
          const fiber = yield* Effect.forkChild(Munition.fire(SPIN, "main", [], FOREVER), {
            startImmediately: true
          })
          for (let turns = 0; turns < i; turns++) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          expect((yield* Munition.fire(ADD, "add", [i, 1])).values).toEqual([i + 1])
        }
      })
    ))
})

describe("a thread that dies", () => {
  /** What comes of a firing whose host function does this. */
  const lost = (hostFunction: ReturnType<typeof localOf>, options: FireOptions = {}, wasm = callsHost()) =>
    withMunition(
      Effect.gen(function* () {
        const crash = yield* crashOf(wasm, "main", [], {
          timeout: 200,
          hostFunctions: [hostFunction],
          capabilities: ["host:f", "log"],
          ...options
        })
        expect(yield* adds).toEqual([42])
        return crash
      })
    )

  it.each([
    ["a host function ends it", "exit", "the thread ended with 3"],
    ["a host function hangs", "hang", "it did not come back 500 ms after it should have stopped"]
  ])(
    "is EngineLost with everything missing, and the next firing gets another: %s",
    async (_, name, cause) => {
      const crash = await lost(localOf(name))
      expect(crash.reason).toEqual({ _tag: "EngineLost", cause })
      const { memories, globals, tables, stack } = crash.forensics
      expect([memories, globals, tables, stack].map(isMissing)).toEqual([true, true, true, true])
      expect(crash.metadata.fuel).toEqual({ allocated: 100_000, used: 100_000, remaining: 0 })
      expect(crash.metadata.lifecycle.at(-1)?.state).toBe("cleaned")
    }
  )

  it("is EngineLost when it is ended from outside", () =>
    withMunition(
      Effect.gen(function* () {
        expect(yield* adds).toEqual([42])
        const running = yield* Deferred.make<void>()
        const logger = Logger.make(() => void Deferred.doneUnsafe(running, Exit.void))
        const firing = yield* Effect.forkChild(
          Effect.provide(crashOf(SPIN, "main", [], FOREVER), Logger.layer([logger])),
          { startImmediately: true }
        )
        yield* Deferred.await(running)
        yield* Effect.promise(async () => threads.at(-1)?.worker.terminate())
        expect((yield* Fiber.join(firing)).reason._tag).toBe("EngineLost")
        expect(yield* adds).toEqual([42])
      })
    ))

  it("is told to the audit when it had nothing to do, and is forgotten", () => {
    const audited = Munition.layerAudited({ threadsMax: 1 }).pipe(Layer.provideMerge(Audit.layerRing()))
    return Effect.gen(function* () {
      yield* adds
      const thread = threads.at(-1)
      yield* Effect.promise(async () => thread?.worker.terminate())
      const trail = yield* AuditTrail
      const places = Effect.map(trail.read, ({ events }) =>
        events.flatMap((event) => (event._tag === "Transition" ? [event.to] : []))
      )
      while ((yield* places).at(-1) === "running") yield* Effect.sleep(5)
      expect(yield* places).toEqual(["running", "lost", "cleaned"])
      expect(yield* adds).toEqual([42])
    }).pipe(Effect.provide(Layer.merge(audited, Logger.layer([]))), Effect.runPromise)
  })

  it("does not take a firing with it that it had already answered", () =>
    withMunition(
      Effect.gen(function* () {
        const fired = Munition.fire(callsHost(), "main", [], {
          hostFunctions: [localOf("explodeLater")],
          capabilities: ["host:f", "log"]
        })
        expect((yield* fired).values).toEqual([0])
        const mine = threads.at(-1)
        while (mine?.ended === false) yield* Effect.sleep(5)
        expect(yield* adds).toEqual([42])
      })
    ))
})

describe("a host module", () => {
  const fire = (hostFunction: ReturnType<typeof localOf>, wasm = callsHost()) =>
    withMunition(
      Effect.gen(function* () {
        const before = threads.length
        const crash = yield* crashOf(wasm, "main", [], {
          hostFunctions: [hostFunction],
          capabilities: ["host:f", "log"]
        })
        expect(yield* adds).toEqual([42])
        // The thread has survived it.
        expect(threads.length).toBe(before + 1)
        return crash
      })
    )
  const failed = (cause: unknown) => ({ _tag: "HostFailed", module: "host", name: "f", cause })

  it("that throws fails the firing, and its memory is captured", async () => {
    const crash = await fire(localOf("explode"))
    expect(crash.reason).toEqual(failed("boom"))
    expect(markOf(crash)).toBe(42)
  })

  it("that answers with a promise fails the firing, and its rejection ends nothing", async () => {
    const crash = await fire(localOf("later"))
    expect(crash.reason).toEqual(failed("it answers with a promise, and a guest cannot wait for one"))
  })

  it("that lacks the export, or has something else there, is named when the guest calls it", async () => {
    expect((await fire(localOf("missing"))).reason).toEqual(
      failed(expect.stringMatching(/hostModule\.ts exports no function missing$/))
    )
    expect((await fire(localOf("notAFunction"))).reason).toEqual(
      failed(expect.stringMatching(/exports no function notAFunction$/))
    )
  })

  it("that is not there, or throws when it is loaded, is named when the guest calls it", async () => {
    expect((await fire(localOf("f", [], "file:///nowhere/at/all.js"))).reason).toEqual(
      failed(expect.stringMatching(/^file:\/\/\/nowhere\/at\/all\.js cannot be loaded: /))
    )
    const throwing = `data:text/javascript,throw new Error("not today")`
    expect((await fire(localOf("f", [], throwing))).reason).toEqual(
      failed(expect.stringMatching(/cannot be loaded: not today$/))
    )
  })

  it("that works gives what it gives", () =>
    withMunition(
      Effect.gen(function* () {
        const returned = yield* Munition.fire(callsHost("i32"), "main", [21], {
          hostFunctions: [localOf("double", ["i32"])],
          capabilities: ["host:f", "log"]
        })
        expect(returned.values).toEqual([42])
      })
    ))
})

describe("a module that takes too long to compile", () => {
  it("is refused with the bound, and its thread is replaced", () =>
    withMunition(
      Effect.gen(function* () {
        const bomb = BOMBS.find(({ header }) => header.path === "bombs/straight-line-2000000")
        if (bomb === undefined) throw new Error("no bomb")
        const refused = yield* Effect.flip(Munition.fire(bomb.wasm(), "main", [], { compileMsMax: 30 }))
        expect(refused).toMatchObject({
          _tag: "Refused",
          reason: { _tag: "LimitExceeded", limit: "compileMsMax", bound: 30 }
        })
        expect(yield* adds).toEqual([42])
      })
    ))
})

describe("many firings at once", () => {
  it("are each answered once, with their own answer, over two threads", () =>
    withMunition(
      Effect.gen(function* () {
        const before = threads.length
        const sums = yield* Effect.forEach(
          Array.from({ length: 100 }, (_, i) => i),
          (i): Effect.Effect<unknown, unknown, InstanceManager> =>
            i % 10 === 9
              ? Effect.map(crashOf(SPIN, "main", [], { capabilities: ["log"] }), ({ reason }) => reason._tag)
              : Effect.map(Munition.fire(ADD, "add", [i, 1]), ({ values }) => values[0]),
          { concurrency: "unbounded" }
        )
        expect(sums).toEqual(Array.from({ length: 100 }, (_, i) => (i % 10 === 9 ? "OutOfFuel" : i + 1)))
        expect(threads.length - before).toBeLessThanOrEqual(2)
      }),
      { threadsMax: 2 }
    ))
})

describe("closing the layer", () => {
  it("ends the guests that run, answers those that wait, and leaves no thread", async () => {
    const before = threads.length
    const program = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(layerOf({ threadsMax: 2 }), scope)
      const fired = yield* Effect.forEach([1, 2, 3, 4], () =>
        Effect.forkChild(Effect.provide(crashOf(SPIN, "main", [], FOREVER), context), {
          startImmediately: true
        })
      )
      yield* Effect.sleep(200)
      const closed = yield* Deferred.make<void>()
      yield* Effect.forkChild(
        Effect.andThen(Scope.close(scope, Exit.void), Deferred.succeed(closed, undefined)),
        { startImmediately: true }
      )
      const crashes = yield* Effect.forEach(fired, (fiber) => Fiber.join(fiber))
      yield* Deferred.await(closed)
      return crashes.map(({ reason }) => reason._tag)
    })
    expect(await Effect.runPromise(program)).toEqual(new Array(4).fill("EngineLost"))
    await vi.waitFor(() => {
      expect(threads.slice(before).map(({ ended }) => ended)).not.toContain(false)
    })
  })
})
