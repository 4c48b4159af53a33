import * as Effect from "effect/Effect"
import { afterEach, describe, expect, it } from "vitest"
import { Munition, remoteFunction } from "../../../src/index.ts"
import type { Sandbox } from "../../../src/runtime/process/ChildOptions.ts"
import { encodeFrame } from "../../../src/runtime/worker/Frames.ts"
import { BadWire, pack } from "../../../src/runtime/worker/wire.ts"
import { ADD, callsHost, withMunition } from "../../supervisors/munition.ts"
import { declared } from "../fireHere.ts"

/**
 * A child that somebody else controls: it waits for the first byte of a request, then writes what it likes to the
 * channel and to the notes, and goes on living until it is killed.
 */
const hostile =
  (channel: Uint8Array, notes: Uint8Array = new Uint8Array(), times = 1): Sandbox =>
  (command) => ({
    ...command,
    args: [
      "-e",
      `const fs = require("node:fs"); const [a, b] = process.argv.slice(1).map((t) => Buffer.from(t, "base64"))
       process.on("SIGTERM", () => {}); fs.readSync(3, Buffer.alloc(1))
       const write = (fd, b) => { for (let at = 0; at < b.length; ) at += fs.writeSync(fd, b, at) }
       write(4, b); for (let i = 0; i < ${times}; i++) write(3, a); setInterval(() => {}, 1000)`,
      Buffer.from(channel).toString("base64"),
      Buffer.from(notes).toString("base64")
    ]
  })

const frameOf = (told: unknown): Uint8Array => {
  const frame = pack(told)
  if (frame instanceof BadWire) throw new Error(frame.what)
  return Buffer.concat(encodeFrame(frame))
}

const textFrame = (text: string): Uint8Array => Buffer.concat(encodeFrame({ text, parts: [] }))

const note = (firing: number, phase: number): Uint8Array => {
  const words = new DataView(new ArrayBuffer(8))
  words.setInt32(0, firing, true)
  words.setInt32(4, phase, true)
  return new Uint8Array(words.buffer)
}

/** Phase `compiling` first, so that the firing counts as begun and is not given to another one of these. */
const BEGUN = note(1, 2)

const causeOf = (sandbox: Sandbox, wasm = ADD, options: Parameters<typeof Munition.fire>[3] = {}) =>
  withMunition(
    Effect.gen(function* () {
      const failed = yield* Effect.flip(Munition.fire(wasm, "add", [1, 2], options))
      return failed._tag === "Crash" && failed.reason._tag === "EngineLost" ? failed.reason.cause : failed
    }),
    { threadsMax: 1, isolation: "process", sandbox }
  )

const RAN = {
  steps: ["INSTANTIATED", "CALLED", "RETURNED", "CLEANED"].map((event) => ({ event, atMicros: 1 })),
  compileMicros: 0,
  durationMicros: 1,
  fuel: { allocated: 100_000, used: 4, remaining: 99_996 },
  memory: { pages: 0, highWaterBytes: 0 },
  nondeterminism: [],
  engine: "v8",
  versions: { node: "1", v8: "1", munition: "1" }
}
const RETURNED = { kind: "returned", ...RAN, values: [3], typed: [{ type: "i32", value: "3" }] }
const report = (told: object): Uint8Array =>
  frameOf({ kind: "report", firing: 1, report: { ...RETURNED, ...told } })

afterEach(() => {
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false)
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})

describe("a child that somebody else controls", () => {
  it("may answer as an honest one would: these are the frames that the others spoil", () =>
    withMunition(
      Effect.gen(function* () {
        expect((yield* Munition.fire(ADD, "add", [1, 2])).values).toEqual([3])
      }),
      { threadsMax: 1, isolation: "process", sandbox: hostile(report({}), BEGUN) }
    ))

  const LONG = new Uint8Array(8)
  new DataView(LONG.buffer).setUint32(0, 2 ** 32 - 1, true)
  const MANY = new Uint8Array(8)
  new DataView(MANY.buffer).setUint32(4, 2 ** 32 - 1, true)
  const HUGE = new Uint8Array(16)
  new DataView(HUGE.buffer).setUint32(4, 1, true)
  new DataView(HUGE.buffer).setFloat64(8, 2 ** 45, true)

  it.each<readonly [string, Uint8Array, RegExp]>([
    ["a text of 4 GiB", LONG, /text: expected at most 33554432, got 4294967295/],
    ["4,294,967,295 parts", MANY, /parts: expected at most 131072/],
    ["a part of 32 TiB", HUGE, /bytes of parts: expected at most/],
    ["noise", Buffer.alloc(4_096, 0xa5), /expected at most/],
    ["a text that is not JSON", textFrame("{"), /JSON/],
    ["lists within lists", textFrame("[".repeat(2e4) + "]".repeat(2e4)), /nested|stack/i],
    ["what is no message", textFrame("7"), /kind: expected/],
    ["a message of a kind that there is not", frameOf({ kind: "constructor" }), /kind: expected/],
    [
      "a prototype",
      textFrame(
        `{"__proto__":{"polluted":1,"kind":"lost","cause":"x"},"constructor":{"prototype":{"polluted":1}}}`
      ),
      /kind: expected/
    ],
    ["the report of another firing", frameOf({ kind: "report", firing: 2, report: RETURNED }), /firing/],
    ["two reports", Buffer.concat([report({ values: undefined }), report({})]), /report\.values/],
    [
      "a state that nobody asked for",
      report({ state: { memories: [], globals: [], tables: [], journal: { entries: [], dropped: 0 } } }),
      /report\.state: expected none/
    ],
    ["a report without fuel", report({ fuel: undefined }), /report\.fuel: expected an object/],
    [
      "more fuel than was given",
      report({ fuel: { allocated: 1e6, used: 1, remaining: 999_999 } }),
      /allocated: expected 100000/
    ],
    [
      "fuel that does not add up",
      report({ fuel: { allocated: 100_000, used: 1, remaining: 1 } }),
      /report\.fuel\.used/
    ],
    ["a life that the chart does not have", report({ steps: [{ event: "CLEANED", atMicros: 1 }] }), /steps/],
    ["a life without an end", report({ steps: RAN.steps.slice(0, 3) }), /steps: expected an end in cleaned/],
    ["a list that is none", report({ typed: { length: 1e9 } }), /typed: expected a list/],
    ["a report of another kind than was asked for", report({ kind: "started" }), /kind: expected refused/],
    [
      "a question for a firing without remote functions",
      frameOf({ kind: "question", remote: 1, question: { module: "", name: "", args: [], reads: [] } }),
      /remote: expected/
    ],
    ["a part that is not there", textFrame(`{"$":1,"v":7}`), /no such part/]
  ])("is killed and lost when it sends %s", async (_, channel, cause) => {
    expect(await causeOf(hostile(channel, BEGUN))).toMatch(cause)
  })

  it.each([
    [
      "lines without end",
      frameOf({ kind: "log", firing: 1, record: { level: "info", text: "x", bytes: 1, notes: [] } }),
      /log: expected at most 1000 lines/
    ],
    ["pulses without end", frameOf({ kind: "pulse", running: 1, silentMs: 0 }), /pulse: expected one each/]
  ])("is killed and lost when it sends %s", async (_, channel, cause) => {
    expect(await causeOf(hostile(channel, BEGUN, 20_000))).toMatch(cause)
  })

  it.each([
    [
      "a phase that goes back",
      Buffer.concat([note(1, 3), note(1, 2)]),
      /the phase compiling after executing/
    ],
    ["a phase that there is not", Buffer.concat([BEGUN, note(1, 77)]), /the phase undefined/],
    ["notes without end", Buffer.concat([BEGUN, ...new Array(100).fill(note(9, 2))]), /more notes/]
  ])("is killed and lost when it notes %s", async (_, notes, cause) => {
    expect(await causeOf(hostile(new Uint8Array(), notes))).toMatch(cause)
  })

  it("cannot call a remote function that was declared and not granted", async () => {
    let calls = 0
    const remote = declared(
      remoteFunction({
        module: "host",
        name: "f",
        results: ["i32"],
        capability: "host:f",
        run: () => Effect.sync(() => ({ result: ++calls }))
      })
    )
    const question = frameOf({
      kind: "question",
      remote: 1,
      question: { module: "host", name: "f", args: [], reads: [] }
    })
    const cause = await causeOf(hostile(question, BEGUN), callsHost(), { hostFunctions: [remote] })
    expect(cause).toMatch(/question\.name: expected a remote function that was granted/)
    expect(calls).toBe(0)
  })

  it("cannot have a firing done again that has asked something, by not telling that it has begun", async () => {
    const remote = declared(
      remoteFunction({
        module: "host",
        name: "f",
        results: ["i32"],
        capability: "host:f",
        run: () => Effect.succeed({ result: 1 })
      })
    )
    const question = { module: "host", name: "f", args: [], reads: [] }
    const words = [
      { kind: "question", remote: 1, question },
      { kind: "lost", cause: "gone" }
    ]
    let started = 0
    const sandbox: Sandbox = (command) => {
      started++
      const hostileOne = hostile(Buffer.concat(words.map(frameOf)))
      return typeof hostileOne === "function" ? hostileOne(command) : command
    }
    const cause = await causeOf(sandbox, callsHost(), { hostFunctions: [remote], capabilities: ["host:f"] })
    expect(cause).toBe("gone")
    expect(started).toBe(1)
  })

  it("that hangs up and reads nothing is lost at once", async () => {
    const hangsUp: Sandbox = (command) => ({
      ...command,
      args: [
        "-e",
        `const fs = require("node:fs"); fs.readSync(3, Buffer.alloc(1)); process.on("SIGTERM", () => {})
         fs.writeSync(4, Buffer.from(process.argv[1], "base64"))
         new (require("node:net").Socket)({ fd: 3 }).end(); setInterval(() => {}, 1000)`,
        Buffer.from(BEGUN).toString("base64")
      ]
    })
    expect(await causeOf(hangsUp)).toBe("the process ended with SIGKILL")
  })

  it("cannot put an escape sequence into a cause", async () => {
    const lost = frameOf({ kind: "lost", cause: "\u001b[2Jgone" })
    expect(await causeOf(hostile(lost, BEGUN))).toBe("\\u{1b}[2Jgone")
  })
})
