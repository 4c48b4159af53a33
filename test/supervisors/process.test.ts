import { type ChildProcess, spawnSync } from "node:child_process"
import { readdirSync, readlinkSync } from "node:fs"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import { afterAll, describe, expect, it, vi } from "vitest"
import {
  Audit,
  type Crash,
  type FireOptions,
  InstanceManager,
  type InstanceManagerOptions,
  isMissing,
  Munition
} from "../../src/index.ts"
import type { ChildCommand } from "../../src/runtime/process/ChildOptions.ts"
import { startThread } from "../../src/runtime/startThread.ts"
import { jspi } from "../../src/runtime/worker/jspi.ts"
import { Supervisor } from "../../supervisors/otp/Supervisor.ts"
import type { Resident } from "../../supervisors/Resident.ts"
import { parseWat } from "../guests/wat.ts"
import { ADD, callsHost, localOf, SPIN, withMunition } from "./munition.ts"

/** Every child that was started, so that a test can kill one from outside and see which have ended. */
const children: Array<ChildProcess> = []
vi.mock("node:child_process", async (importOriginal) => {
  const actual = await importOriginal<typeof import("node:child_process")>()
  const spawn = (...args: Parameters<typeof actual.spawn>) => {
    const child = actual.spawn(...args)
    children.push(child)
    return child
  }
  return { ...actual, spawn }
})

const inProcesses = <A, E>(
  program: Effect.Effect<A, E, InstanceManager>,
  options: InstanceManagerOptions = {}
): Promise<A> => withMunition(program, { threadsMax: 1, isolation: "process", ...options })

const FOREVER: FireOptions = { fuel: 9e15, timeout: "60s", capabilities: ["log"] }

const adds = Effect.map(Munition.fire(ADD, "add", [40, 2]), ({ values }) => values)

/** How a firing that must crash ends. */
const crashOf = (...args: Parameters<typeof Munition.fire>): Effect.Effect<Crash, never, InstanceManager> =>
  Effect.flatMap(Effect.result(Munition.fire(...args)), (result) =>
    result._tag === "Failure" && result.failure._tag === "Crash"
      ? Effect.succeed(result.failure)
      : Effect.die(result)
  )

/** Starts a firing and waits until its guest has logged a line. */
const begun = <A, E, R>(firing: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const begun = yield* Deferred.make<void>()
    const logger = Logger.make(() => void Deferred.doneUnsafe(begun, Exit.void))
    const fiber = yield* Effect.forkChild(Effect.provide(firing, Logger.layer([logger])), {
      startImmediately: true
    })
    yield* Deferred.await(begun)
    return fiber
  })

const running = (wasm: Uint8Array, options: FireOptions = FOREVER) =>
  begun(crashOf(wasm, "main", [], options))

const killLast = Effect.sync(() => void children.at(-1)?.kill("SIGKILL"))

const hostOf = (name: string, timeout = "20s"): FireOptions => ({
  hostFunctions: [localOf(name)],
  capabilities: ["host:f", "log"],
  timeout
})

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null

afterAll(() => vi.waitFor(() => expect(children.every(hasEnded)).toBe(true), 10_000))

describe("a child that is killed", () => {
  it("costs the firing that it ran, as EngineLost in the state in which it was, and is replaced", () =>
    inProcesses(
      Effect.gen(function* () {
        for (let round = 0; round < 3; round++) {
          const before = children.length
          const fiber = yield* running(SPIN)
          yield* killLast
          const crash = yield* Fiber.join(fiber)
          expect(crash.reason).toEqual({ _tag: "EngineLost", cause: "the process ended with SIGKILL" })
          expect(isMissing(crash.forensics.memories)).toBe(true)
          expect(crash.metadata.lifecycle.map(({ state }) => state)).toEqual([
            "compiling",
            "instantiated",
            "executing",
            "captured",
            "cleaned"
          ])
          expect(yield* adds).toEqual([42])
          expect(children.length - before).toBe(round === 0 ? 2 : 1)
        }
      })
    ))

  it("lets no firing be lost that had not begun: another child answers it", () =>
    inProcesses(
      Effect.gen(function* () {
        // A host function holds the thread, so that nothing behind it can begin.
        const holding = yield* running(callsHost(), hostOf("hang"))
        const waiting = yield* Effect.forEach([1, 2, 3], (i) =>
          Effect.forkChild(Munition.fire(ADD, "add", [i, i]), { startImmediately: true })
        )
        yield* Effect.sleep(50)
        yield* killLast
        expect((yield* Fiber.join(holding)).reason._tag).toBe("EngineLost")
        const sums = yield* Effect.forEach(waiting, (fiber) => Fiber.join(fiber))
        expect(sums.map(({ values }) => values)).toEqual([[2], [4], [6]])
      })
    ))
})

describe("a child that is stopped", () => {
  const stopLast = Effect.sync(() => void children.at(-1)?.kill("SIGSTOP"))

  it("costs the firing that it ran at the end of its time, and is killed and replaced", () =>
    inProcesses(
      Effect.gen(function* () {
        const fiber = yield* running(SPIN, { ...FOREVER, timeout: 300 })
        const stopped = children.at(-1)
        yield* stopLast
        const crash = yield* Fiber.join(fiber)
        expect(crash.reason).toMatchObject({
          _tag: "EngineLost",
          cause: expect.stringMatching(/did not come back/)
        })
        expect(yield* adds).toEqual([42])
        yield* Effect.promise(() => vi.waitFor(() => expect(stopped?.signalCode).toBe("SIGKILL"), 10_000))
      })
    ))

  // Elsewhere nobody waits with it: one guest at a time has a scheduler.
  it.runIf(jspi)("costs it before that where others wait for it, and they are answered elsewhere", () =>
    inProcesses(
      Effect.gen(function* () {
        const fiber = yield* running(SPIN)
        yield* stopLast
        const waiting = yield* Effect.forkChild(adds, { startImmediately: true })
        const crash = yield* Fiber.join(fiber)
        expect(crash.reason).toMatchObject({ _tag: "EngineLost" })
        expect(yield* Fiber.join(waiting)).toEqual([42])
      })
    )
  )
})

describe("a child that is stopped while it has nothing to do", () => {
  it("is replaced when it is asked something, and another one answers", () =>
    inProcesses(
      Effect.gen(function* () {
        expect(yield* adds).toEqual([42])
        const before = children.length
        yield* Effect.sync(() => void children.at(-1)?.kill("SIGSTOP"))
        expect(yield* adds).toEqual([42])
        expect(children.length - before).toBe(1)
      })
    ))
})

describe("a daemon that is held up itself", () => {
  /** Nothing is read meanwhile, and every timer is late. */
  const holdUp = (ms: number) =>
    Effect.sync(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms))

  // Elsewhere there is no second one to wait.
  it.runIf(jspi)("does not take its children for silent", () =>
    inProcesses(
      Effect.gen(function* () {
        const before = children.length
        const fibers = [yield* running(SPIN), yield* running(SPIN)]
        const started = children.length
        yield* holdUp(2_500)
        yield* Effect.sleep(200)
        expect(fibers.map((fiber) => fiber.pollUnsafe())).toEqual([undefined, undefined])
        expect(started - before).toBe(1)
        yield* Fiber.interruptAll(fibers)
      })
    )
  )

  it("hears of a firing that was answered in the meantime", () =>
    inProcesses(
      Effect.gen(function* () {
        // It sleeps natively, so that its thread is not seen either.
        const hostFunctions = [localOf("sleep", ["i32"])]
        const options = { ...hostOf("sleep"), hostFunctions, timeout: 2_000 }
        const fiber = yield* begun(Munition.fire(callsHost("i32"), "main", [50], options))
        yield* holdUp(3_500)
        expect((yield* Fiber.join(fiber)).values).toEqual([0])
      })
    ))
})

describe("a guest that ends its process", () => {
  it.each([
    ["by aborting it", "abort", "the process ended with SIGABRT"],
    ["by a signal to itself", "killSelf", "the process ended with SIGKILL"],
    ["by leaving its thread", "exit", "the thread ended with 3"],
    ["by taking all of its heap", "exhaust", expect.stringMatching(/memory limit|SIGABRT|SIGTRAP/)]
  ])("is run once, costs one child, and the next firing is answered: %s", (_, name, cause) =>
    inProcesses(
      Effect.gen(function* () {
        expect(yield* adds).toEqual([42])
        const before = children.length
        const crash = yield* crashOf(callsHost(), "main", [], hostOf(name))
        expect(crash.reason).toEqual({ _tag: "EngineLost", cause })
        expect(yield* adds).toEqual([42])
        expect(children.length - before).toBe(1)
      }),
      { heapMbMax: 64 }
    )
  )
})

describe("a resident guest that kills its process again and again", () => {
  it("is restarted as often as its supervisor bears, and then the supervisor gives up as OTP's does", () =>
    inProcesses(
      Effect.scoped(
        Effect.gen(function* () {
          const residents: Array<Resident> = []
          const start = InstanceManager.use((manager) => manager.reside(callsHost(), hostOf("killSelf")))
          const supervisor = yield* Supervisor.make({ intensity: 2, periodSeconds: 600 }, [
            { id: "guest", start: Effect.tap(start, (one) => Effect.sync(() => void residents.push(one))) }
          ])
          const before = children.length
          for (let crashes = 0; crashes < 3; crashes++) {
            yield* Effect.promise(() => vi.waitFor(() => expect(residents.length).toBe(crashes + 1), 10_000))
            const failed = yield* Effect.flip(residents[crashes]?.call("main") ?? Effect.succeed(undefined))
            expect(failed).toMatchObject({ _tag: "Crash", reason: { _tag: "EngineLost" } })
          }
          expect((yield* supervisor.ended)._tag).toBe("Shutdown")
          expect(residents.length).toBe(3)
          expect(children.length - before).toBe(2)
          // The daemon goes on.
          expect(yield* adds).toEqual([42])
        })
      ).pipe(Effect.provide(Audit.layer))
    ))
})

describe("a dump of a child", () => {
  it("has the guest's memory whole, and what it takes is bounded by what was asked", () =>
    inProcesses(
      Effect.gen(function* () {
        const wasm = parseWat(
          "large",
          `(module (memory 512) (data (i32.const 33554428) "last")
            (global (mut i64) (i64.const -1)) (func (export "main") unreachable))`
        )
        const crash = yield* crashOf(wasm, "main", [])
        expect(crash.reason).toMatchObject({ _tag: "Trapped", kind: "unreachable" })
        const { memories, globals } = crash.forensics
        const [memory] = isMissing(memories) ? [] : memories
        const bytes = memory?.bytes instanceof Uint8Array ? memory.bytes : new Uint8Array()
        expect(bytes.length).toBe(2 ** 25)
        expect(Buffer.from(bytes.subarray(-4)).toString()).toBe("last")
        expect(globals).toMatchObject([{ globalIndex: 0, value: "-1" }])
      })
    ))
})

describe("what crosses to a child and back", () => {
  const IDENTITY = parseWat(
    "identity",
    `(module ${["i32", "i64", "f32", "f64"]
      .map((type) => `(func (export "${type}") (param ${type}) (result ${type}) local.get 0)`)
      .join("")})`
  )
  it("is the same value, -0, NaN, infinities and 64 bits included", () =>
    inProcesses(
      Effect.gen(function* () {
        for (const [type, value] of [
          ["i32", -1],
          ["i64", -(2n ** 63n)],
          ["f64", -0],
          ["f64", Number.NaN],
          ["f64", Number.NEGATIVE_INFINITY],
          ["f32", 0.5]
        ] as const)
          expect((yield* Munition.fire(IDENTITY, type, [value])).values).toEqual([value])
      })
    ))

  it("has a module of this process compiled once a child, whoever validated it before", () =>
    inProcesses(
      Effect.gen(function* () {
        const summary = yield* Munition.validate(IDENTITY)
        expect(summary.functions.map(({ name }) => name)).toEqual(["i32", "i64", "f32", "f64"])
        const { metadata } = yield* Munition.fire(IDENTITY, "i32", [7])
        expect(metadata.compileMicros).toBe(0)
      })
    ))

  it("is refused inline: the operator's isolation is no caller's to lift", () =>
    inProcesses(
      Effect.gen(function* () {
        const refused = yield* Effect.flip(Munition.fire(ADD, "add", [1, 2], { inline: true }))
        expect(refused.reason).toMatchObject({ _tag: "BadArguments", parameter: "inline" })
      })
    ))
})

describe("a thread that was started ahead", () => {
  it("is ended where guests are isolated in processes, and none of them gets it", () => {
    const started = startThread()
    return inProcesses(
      Effect.gen(function* () {
        const before = children.length
        expect(yield* adds).toEqual([42])
        expect(children.length - before).toBe(1)
        yield* Effect.promise(() => vi.waitFor(() => expect(started.worker.threadId).toBe(-1), 10_000))
      }),
      { started }
    )
  })
})

describe("a sandbox", () => {
  /** Whether the wrapper itself works where this runs. */
  const works = ([program = "", ...args]: ReadonlyArray<string>): boolean =>
    spawnSync(program, [...args, "/bin/true"], { env: {} }).status === 0

  const WRAPPERS = [
    ["env", "-i"],
    ["setsid"],
    ["prlimit", "--nofile=64", "--core=0"],
    ["unshare", "--net", "--map-root-user"],
    ["bwrap", "--ro-bind", "/", "/", "--unshare-net", "--die-with-parent"]
  ]
  for (const wrapper of WRAPPERS) {
    const title = `starts the child under ${wrapper[0]}`
    // Not every machine has every wrapper, nor lets everybody use it.
    if (!works(wrapper)) it.skip(`${title} (it does not work on this machine)`, () => {})
    else
      it(title, () =>
        inProcesses(
          Effect.gen(function* () {
            expect(yield* adds).toEqual([42])
            expect(children.at(-1)?.spawnargs.slice(0, wrapper.length)).toEqual(wrapper)
            const fiber = yield* running(SPIN)
            yield* Fiber.interrupt(fiber)
            expect(yield* adds).toEqual([42])
          }),
          { sandbox: wrapper }
        )
      )
  }

  it("as a function is given the whole command, without an environment, and decides what is run", () => {
    const seen: Array<ChildCommand> = []
    return inProcesses(adds, {
      sandbox: (command) => {
        seen.push(command)
        return { ...command, args: ["--title=guests", ...command.args] }
      }
    }).then((values) => {
      expect(values).toEqual([42])
      expect(seen).toEqual([{ executable: process.execPath, args: expect.any(Array), env: {} }])
      expect(children.at(-1)?.spawnargs[1]).toBe("--title=guests")
    })
  })

  it.each([
    ["is not there", { sandbox: ["/nowhere/at/all"] }, /could not be started.*ENOENT/],
    ["is below a file", { sandbox: ["/dev/null/x"] }, /could not be started.*ENOTDIR/],
    ["has an argument that cannot be one", { sandbox: ["env", "\0"] }, /could not be started.*null bytes/],
    ["throws", { sandbox: () => JSON.parse("{") }, /could not be started.*JSON/],
    ["ends at once", { sandbox: ["/bin/false"] }, /the process ended with 1/]
  ])("that %s fails the firing and says so", (_, options, cause) =>
    inProcesses(
      Effect.gen(function* () {
        const crash = yield* crashOf(ADD, "add", [1, 2])
        expect(crash.reason).toMatchObject({ _tag: "EngineLost", cause: expect.stringMatching(cause) })
      }),
      options
    )
  )
})

describe("closing the layer", () => {
  /** Pipes and sockets of this process. */
  const sockets = (): number =>
    readdirSync("/proc/self/fd").filter((fd) => {
      const link = linkOf(fd)
      return link.startsWith("socket:") || link.startsWith("pipe:")
    }).length
  // Linux alone lists the descriptors of a process as files.
  it.runIf(process.platform === "linux")("ends the children and leaves no descriptor", async () => {
    await inProcesses(adds)
    const socketsBefore = sockets()
    const before = children.length
    await inProcesses(Effect.andThen(adds, running(SPIN)))
    await vi.waitFor(() => expect(children.slice(before).every(hasEnded)).toBe(true))
    await vi.waitFor(() => expect(sockets()).toBeLessThanOrEqual(socketsBefore))
  })
})

const linkOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ""
  }
}
