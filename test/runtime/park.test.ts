import { describe, expect, it } from "vitest"
import { SLICE_FIRST } from "../../src/fuel/Account.ts"
import type { Value } from "../../src/outcome/Value.ts"
import { RUN_POLICY_DEFAULT } from "../../src/runtime/RunPolicy.ts"
import type { EngineInstance } from "../../src/runtime/worker/Engine.ts"
import { EngineFault } from "../../src/runtime/worker/EngineFault.ts"
import { jspi } from "../../src/runtime/worker/jspi.ts"
import { patientAccount, waiting } from "../fuel/patientAccount.ts"
import { parseWat } from "../guests/wat.ts"
import { fireHere, v8Engine } from "./fireHere.ts"

/**
 * Guests that give their thread to others at the end of a slice. The scheduler is a list: whoever comes to the end of
 * a slice while others wait goes to the end of it.
 */
class Turns {
  readonly trace: Array<string> = []
  readonly #waiting: Array<() => void> = []
  #turning = false

  get someoneWaits(): boolean {
    return this.#waiting.length > 0
  }

  /** Resolves as soon as someone waits, before it is his turn. */
  readonly seen: Promise<void>
  #see: () => void = () => undefined

  constructor() {
    this.seen = new Promise((resolve) => {
      this.#see = resolve
    })
  }

  /** Resolves when it is the caller's turn. */
  wait(): Promise<void> {
    return new Promise((resume) => {
      this.#waiting.push(resume)
      this.#see()
      this.#turn()
    })
  }

  #turn(): void {
    if (this.#turning) return
    this.#turning = true
    setImmediate(() => {
      this.#turning = false
      this.#waiting.shift()?.()
      if (this.someoneWaits) this.#turn()
    })
  }
}

interface Ended {
  readonly values: ReadonlyArray<Value> | undefined
  readonly failure: string | undefined
  readonly charged: number
  readonly slices: number
  readonly byte: number
  readonly captured: boolean
}

interface Options {
  readonly fuel?: number
  readonly args?: ReadonlyArray<Value>
  readonly deadlineMs?: () => number
  readonly now?: () => number
  readonly isCancelled?: () => boolean
  readonly shouldPark?: () => boolean
  readonly functionName?: string
}

/** Runs a guest to its end, giving others their turn, and captures it if it fails. */
const run = async (name: string, wat: string, turns: Turns, options: Options = {}): Promise<Ended> => {
  const compiled = v8Engine.compile(parseWat(name, wat), RUN_POLICY_DEFAULT)
  if ("_tag" in compiled) throw new Error(compiled._tag)
  const account = patientAccount({
    allocated: options.fuel ?? 10 * SLICE_FIRST,
    now: options.now ?? (() => 0),
    isCancelled: options.isCancelled ?? (() => false),
    sharing: waiting(options.shouldPark ?? (() => true)),
    sliceMax: SLICE_FIRST,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs() })
  })
  const instance: EngineInstance = v8Engine.instantiate(compiled, {
    account,
    links: [],
    caller: { fault: undefined, call: () => undefined },
    policy: RUN_POLICY_DEFAULT,
    park: async () => {
      turns.trace.push(name)
      await turns.wait()
    }
  })
  const { suspendable } = instance
  if (suspendable === undefined) throw new Error("the engine cannot suspend")
  const ended = (values: Ended["values"], failure: Ended["failure"]): Ended => {
    account.settle(instance.fuelRemaining())
    const { memories } = instance.capture()
    const bytes = Array.isArray(memories) ? memories[0]?.bytes : undefined
    return {
      values,
      failure,
      charged: account.charged,
      slices: account.slices,
      byte: bytes?.[0] ?? -1,
      captured: bytes instanceof Uint8Array
    }
  }
  try {
    await suspendable.start()
    return ended(await suspendable.call(options.functionName ?? "main", options.args ?? []), undefined)
  } catch (thrown) {
    if (!(thrown instanceof EngineFault)) throw thrown
    return ended(undefined, thrown.failure.kind)
  }
}

/** Writes its number to memory, then never ends. */
const spinner = (number: number): string => `(module (memory 1)
  (func (export "main") (i32.store8 (i32.const 0) (i32.const ${number})) (loop $l (br $l))))`

/** Adds up to its argument, about eight units a round. */
const SUM = `(module (memory 1) (func (export "main") (param i32) (result i64) (local i64)
  (loop $l
    (local.set 1 (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
  (local.get 1)))`

// Node 22 and 24 cannot suspend a guest.
describe.skipIf(jspi === undefined)("guests on one thread that wait at the end of a slice", () => {
  it("take turns, slice by slice, and each ends with its own fuel and its own state", async () => {
    const turns = new Turns()
    const [a, b] = await Promise.all([
      run("a", spinner(11), turns),
      run("b", spinner(22), turns, { fuel: 12 * SLICE_FIRST })
    ])
    expect(turns.trace.join("")).toMatch(/^(ab){8,9}a?b*$/)
    expect(a).toMatchObject({ failure: "fuel", byte: 11, captured: true })
    expect(b).toMatchObject({ failure: "fuel", byte: 22, captured: true })
    expect(a.charged).toBeGreaterThan(10 * SLICE_FIRST)
  })

  it("let a newcomer be answered between their slices", async () => {
    const turns = new Turns()
    const both = [run("a", spinner(1), turns), run("b", spinner(2), turns)]
    const add = `(module (memory 1) (func (export "add") (param i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 1))))`
    const answered = await run("c", add, turns, { functionName: "add", args: [40, 2] })
    expect(answered.values).toEqual([42])
    // They were not nearly through.
    expect(turns.trace.length).toBeLessThan(6)
    await Promise.all(both)
    expect(turns.trace.length).toBeGreaterThan(16)
  })

  it("use the fuel, and get the result, of one that never waits", async () => {
    const options = { args: [100_000], fuel: 1e7 }
    const parked = await run("sum", SUM, new Turns(), options)
    const alone = await run("sum", SUM, new Turns(), { ...options, shouldPark: () => false })
    expect(parked.values).toEqual([5_000_050_000n])
    expect([parked.charged, parked.values, parked.slices]).toEqual([
      alone.charged,
      alone.values,
      alone.slices
    ])
    const report = fireHere(parseWat("sum", SUM), { args: [100_000], fuel: 1e7 })
    expect(report).toMatchObject({ kind: "returned", fuel: { used: parked.charged } })
  })

  it("are ended by a deadline that passes while they wait, and captured", async () => {
    let now = 0
    const turns = new Turns()
    const ended = run("late", spinner(33), turns, {
      now: () => now,
      deadlineMs: () => 1_000
    })
    await turns.seen
    now = 1_000
    expect(await ended).toMatchObject({ failure: "deadline", byte: 33, captured: true, slices: 1 })
    expect((await ended).charged).toBeLessThanOrEqual(SLICE_FIRST + 16)
    expect(turns.trace).toEqual(["late"])
  })

  it("are ended by a cancellation while they wait, and captured", async () => {
    let cancelled = false
    const turns = new Turns()
    const ended = run("gone", spinner(44), turns, { isCancelled: () => cancelled })
    await turns.seen
    cancelled = true
    expect(await ended).toMatchObject({ failure: "cancelled", byte: 44, captured: true, slices: 1 })
    expect(turns.trace).toEqual(["gone"])
  })

  it("wait in a start function, and in what is called indirectly", async () => {
    const start = `(module (memory 1)
      (func $start (local i32)
        (loop $l (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 20000))))
        (i32.store8 (i32.const 0) (i32.const 5)))
      (start $start)
      (table 1 funcref) (elem (i32.const 0) $start)
      (func (export "main") (result i32) (call_indirect (i32.const 0)) (i32.load8_u (i32.const 0))))`
    const turns = new Turns()
    const ended = await run("start", start, turns)
    expect(ended).toMatchObject({ values: [5], failure: undefined })
    expect(turns.trace.length).toBeGreaterThan(2)
  })

  it("cannot catch being stopped while they wait", async () => {
    const catching = `(module (memory 1) (func (export "main")
      (loop $l (try (do (loop $m (br $m))) (catch_all (i32.store8 (i32.const 0) (i32.const 99)))) (br $l))))`
    let cancelled = false
    const turns = new Turns()
    const ended = run("catcher", catching, turns, { isCancelled: () => cancelled })
    await turns.seen
    cancelled = true
    expect(await ended).toMatchObject({ failure: "cancelled", byte: 0 })
  })
})

it("lets a guest that is to wait go on at once where nobody can make it wait", () => {
  const compiled = v8Engine.compile(parseWat("spin", spinner(1)), RUN_POLICY_DEFAULT)
  if ("_tag" in compiled) throw new Error(compiled._tag)
  const account = patientAccount({ allocated: 1e6, sharing: waiting(() => true) })
  const instance = v8Engine.instantiate(compiled, {
    account,
    links: [],
    caller: { fault: undefined, call: () => undefined },
    policy: RUN_POLICY_DEFAULT
  })
  expect(() => instance.call("main", [])).toThrow(expect.objectContaining({ failure: { kind: "fuel" } }))
})
