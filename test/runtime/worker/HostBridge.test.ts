import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { importKey } from "../../../src/host/HostDeclaration.ts"
import { localFunction, remoteFunction } from "../../../src/host/HostFunction.ts"
import type { FiringServices } from "../../../src/runtime/worker/FiringServices.ts"
import type { RemoteReply } from "../../../src/runtime/worker/RemoteCalls.ts"
import { declared, fireHere } from "../fireHere.ts"

const local = declared(
  localFunction({
    module: "host",
    name: "f",
    params: [],
    results: ["i32"],
    capability: "host:f",
    url: "file:///nowhere.js",
    exportName: "f"
  })
)
const CALLS_IT = `(module (import "host" "f" (func $f (result i32))) (memory 1)
  (func (export "main") (result i32) call $f))`

/** Fires a guest that calls one local host function, which does this. */
const fireLocal = (call: (...args: ReadonlyArray<unknown>) => unknown, fuel = 100_000) =>
  fireHere(
    CALLS_IT,
    { fuel, grants: ["host:f"], hostFunctions: [local] },
    // The cast: what a caller's own module exports is of no type that anybody has checked.
    { locals: new Map([[importKey("host", "f"), call]]) as unknown as FiringServices["locals"] }
  )

describe("a local host function", () => {
  it.each([
    [
      "throws",
      () => {
        throw new Error("broke")
      },
      "broke"
    ],
    [
      "throws what is no error",
      () => {
        throw 7
      },
      "7"
    ],
    [
      "answers with text",
      () => "7",
      "result 0: expected i32, an integer -2147483648..4294967295, got string"
    ],
    [
      "answers with nothing",
      () => undefined,
      "result 0: expected i32, an integer -2147483648..4294967295, got undefined"
    ],
    ["answers with too much", () => [1, 2], "expected 1 results, got 2"],
    [
      "answers with a promise",
      () => Promise.reject(new Error("late")),
      "it answers with a promise, and a guest cannot wait for one"
    ]
  ])("that %s fails the firing, and says what was wrong", (_, call, cause) => {
    expect(fireLocal(call)).toMatchObject({
      kind: "failed",
      reason: { _tag: "HostFailed", module: "host", name: "f", cause }
    })
  })

  it("keeps of a long error its beginning", () => {
    const report = fireLocal(() => {
      throw new Error("x".repeat(5_000))
    })
    if (report.kind !== "failed" || report.reason._tag !== "HostFailed") throw new Error(report.kind)
    expect(report.reason.cause).toHaveLength(1_000)
  })

  it("does not act when the account cannot pay for it, to the unit", () => {
    let acted = 0
    const act = () => {
      acted += 1
      return 1
    }
    // The price is 250; `main` itself costs one to enter and one to call.
    expect(fireLocal(act, 252)).toMatchObject({ kind: "returned", fuel: { used: 252, remaining: 0 } })
    expect(acted).toBe(1)
    expect(fireLocal(act, 251)).toMatchObject({ reason: { _tag: "OutOfFuel" } })
    expect(acted).toBe(1)
  })

  it("that is not loaded fails the firing when it is called", () => {
    const report = fireHere(CALLS_IT, { grants: ["host:f"], hostFunctions: [local] })
    expect(report).toMatchObject({ reason: { _tag: "HostFailed", cause: "there is no such function" } })
  })
})

const remote = declared(
  remoteFunction({
    module: "host",
    name: "f",
    params: ["i32", "i32"],
    results: ["i32"],
    capability: "host:f",
    reads: [{ offsetParam: 0, lengthParam: 1 }],
    run: () => Effect.succeed({ result: 0 })
  })
)

/** Fires a guest that calls one remote host function, which answers this. */
const fireRemote = (reply: unknown, offset = 0, length = 4) => {
  const asked: Array<ReadonlyArray<Uint8Array>> = []
  const report = fireHere(
    `(module (import "host" "f" (func $f (param i32 i32) (result i32))) (memory 1) (data (i32.const 0) "abcd")
      (func (export "main") (result i32)
        (call $f (i32.const ${offset}) (i32.const ${length})) (i32.load (i32.const 8)) i32.add))`,
    { grants: ["host:f"], hostFunctions: [remote] },
    {
      callRemote: () => (_declaration, _args, reads) => {
        asked.push(reads)
        return reply as RemoteReply // Whatever an Effect of the caller's answers.
      }
    }
  )
  return { report, asked }
}

describe("a remote host function", () => {
  it("gets the ranges that it reads, and what it writes is in memory when the guest goes on", () => {
    const writes = [{ offset: 8, bytes: Uint8Array.of(5, 0, 0, 0) }]
    const { report, asked } = fireRemote({ kind: "answered", result: 2, writes })
    expect(asked).toEqual([[new TextEncoder().encode("abcd")]])
    expect(report).toMatchObject({ kind: "returned", values: [7] })
  })

  it("is not asked about memory that the guest does not have", () => {
    const { report, asked } = fireRemote({ kind: "answered", result: 2, writes: [] }, 65_533)
    expect(asked).toEqual([])
    expect(report).toMatchObject({ reason: { _tag: "Trapped", kind: "out of bounds memory access" } })
  })

  it.each([
    [undefined],
    [7],
    [[7]],
    [[{ offset: 8 }]],
    [[{ offset: 8, bytes: "text" }]],
    [[{ offset: "8", bytes: new Uint8Array(1) }]]
  ])("fails the firing when its writes are %j", (writes) => {
    const { report } = fireRemote({ kind: "answered", result: 2, writes })
    expect(report).toMatchObject({
      reason: { _tag: "HostFailed", cause: "its writes are not a list of { offset, bytes }" }
    })
  })

  it("writes nothing outside the guest's memory", () => {
    const writes = [{ offset: 65_533, bytes: new Uint8Array(4) }]
    const { report } = fireRemote({ kind: "answered", result: 2, writes })
    expect(report).toMatchObject({ reason: { _tag: "Trapped", kind: "out of bounds memory access" } })
  })

  it("stops the guest for the reason that ended the waiting", () => {
    expect(fireRemote({ kind: "stopped", stop: "deadline" }).report).toMatchObject({
      reason: { _tag: "TimedOut" }
    })
    expect(fireRemote({ kind: "stopped", stop: "cancelled" }).report).toMatchObject({
      reason: { _tag: "Cancelled" }
    })
  })

  it("cannot be waited for on the caller's own thread", () => {
    const report = fireHere(
      `(module (import "host" "f" (func $f (param i32 i32) (result i32))) (memory 1)
        (func (export "main") (result i32) (call $f (i32.const 0) (i32.const 0))))`,
      { grants: ["host:f"], hostFunctions: [remote] }
    )
    expect(report).toMatchObject({ reason: { _tag: "HostFailed", module: "host", name: "f" } })
  })
})
