import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, describe, expect, it } from "vitest"
import type { HostFunction } from "../../src/host/HostFunction.ts"
import { Munition } from "../../src/index.ts"
import type { Outcome, Pool, PoolCall } from "../../supervisors/pool/Pool.ts"
import { parseWat } from "../guests/wat.ts"
import { localOf } from "../supervisors/munition.ts"

/** What a guest could leave behind in a pool, and does not: each call is told what `Munition.fire` tells. */

const HOST = new URL("./freshHost.ts", import.meta.url).href
const hostFunction = (name: string): HostFunction => localOf(name, [], HOST)

interface Attack {
  /** Fields of the module. */
  readonly module: string
  readonly calls: ReadonlyArray<PoolCall>
  readonly host?: string
}

const call = (functionName: string, ...args: ReadonlyArray<number>): PoolCall => ({ functionName, args })
const twice = (...calls: ReadonlyArray<PoolCall>) => [...calls, ...calls]

const COUNT = `(func (export "count") (result i32)
  (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))) (i32.load (i32.const 8)))`

const ATTACKS: Readonly<Record<string, Attack>> = {
  writes: { module: `(memory 1) ${COUNT}`, calls: twice(call("count"), call("count")) },
  "a memory that has grown": {
    module: `(memory 1 5) ${COUNT} (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "growTrap") (drop (memory.grow (i32.const 2))) unreachable)
      (func (export "growMost") (result i32) (loop $l (br_if $l (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) (memory.size))
      (func (export "size") (result i32) (memory.size))`,
    calls: twice(
      ...[call("grow", 1), call("size"), call("growTrap"), call("size"), call("grow", 0), call("count")],
      ...[call("growMost"), call("grow", 4), call("grow", 5), call("size"), call("count")]
    )
  },
  "a table that has grown or is written": {
    module: `(table $t 2 9 funcref) (table $x 1 9 externref) (elem $e func $a $b) (elem (i32.const 0) $a)
      (func $a (result i32) (i32.const 1)) (func $b (result i32) (i32.const 2))
      (func (export "grow") (result i32) (table.grow $t (ref.func $b) (i32.const 3)))
      (func (export "growExtern") (result i32) (table.grow $x (ref.null extern) (i32.const 3)))
      (func (export "init") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2)))
      (func (export "clear") (table.fill $t (i32.const 0) (ref.null func) (i32.const 2)))
      (func (export "call") (param i32) (result i32) (call_indirect $t (result i32) (local.get 0)))`,
    calls: twice(
      ...[call("call", 0), call("call", 1), call("init"), call("call", 1), call("clear"), call("call", 0)],
      ...[call("grow"), call("call", 3), call("growExtern"), call("call", 0)]
    )
  },
  "segments that are dropped": {
    module: `(memory 1) (data $d "abcd") (func (export "drop") (data.drop $d))
      (func (export "init") (result i32) (memory.init $d (i32.const 4) (i32.const 0) (i32.const 4)) (i32.load (i32.const 4)))
      (func (export "read") (result i32) (i32.load (i32.const 4)))`,
    calls: twice(call("init"), call("read"), call("drop"), call("init"), call("read"), call("init"))
  },
  "a memory that has grown where another instance is to follow": {
    module: `(memory 1 5) (memory $m 1 4) (data $d "abcd") ${COUNT} (func (export "drop") (data.drop $d))
      (func (export "grow") (result i32) (i32.store $m (i32.const 65532) (i32.const 3)) (memory.grow $m (i32.const 1)))
      (func (export "sum") (result i32) (i32.add (memory.size $m) (i32.load $m (i32.const 65532))))`,
    calls: twice(
      call("grow"),
      call("sum"),
      call("count"),
      call("drop"),
      call("grow"),
      call("count"),
      call("sum")
    )
  },
  "a large memory that is written everywhere": {
    module: `(memory 64 66) (data $d "abcdefgh") (data (i32.const 4194296) "12345678")
      (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
      (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
      (func (export "init") (param i32) (memory.init $d (local.get 0) (i32.const 0) (i32.const 8)))
      (func (export "store") (param i32) (i64.store (local.get 0) (i64.const -1)))
      (func (export "vector") (param i32) (v128.store (local.get 0) (v128.const i64x2 -1 -1)))
      (func (export "sum") (result i64) (local $i i32) (local $s i64) (loop $l
        (local.set $s (i64.add (i64.mul (local.get $s) (i64.const 31)) (i64.load (local.get $i))))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 4194304)))) (local.get $s))`,
    calls: twice(
      ...[
        call("fill", 0, 7, 4_194_304),
        call("sum"),
        call("fill", 4_090, 1, 10),
        call("store", 8_191),
        call("sum")
      ],
      ...[
        call("vector", 12_287),
        call("sum"),
        call("copy", 100_000, 4_194_200, 104),
        call("init", 4_194_296)
      ],
      ...[call("sum"), call("store", 4_194_297), call("sum")]
    ).map((one) => ({ ...one, fuel: 20_000_000 }))
  },
  "globals, of bits that are no number too": {
    module: `(global $a (mut i64) (i64.const 7)) (global $f (mut f32) (f32.const 1.5)) (global $d (mut f64) (f64.const -0))
      (global $r (mut funcref) (ref.null func)) (memory 1)
      (func (export "spoil") (global.set $a (i64.const -1)) (global.set $f (f32.const nan:0x234567))
        (global.set $d (f64.const nan:0x4000000000001)) (global.set $r (ref.func 0)))
      (func (export "read") (result i64 i32 i64 i32) (global.get $a) (i32.reinterpret_f32 (global.get $f))
        (i64.reinterpret_f64 (global.get $d)) (ref.is_null (global.get $r)))
      (func (export "spoilMemory") (f64.store (i32.const 8) (f64.const nan:0x4000000000001)))
      (func (export "readMemory") (result i64) (i64.load (i32.const 8)))`,
    calls: twice(call("read"), call("spoil"), call("read"), call("spoilMemory"), call("readMemory"))
  },
  "a vector in a global": {
    module: `(memory 1) (global $v (mut v128) (v128.const i64x2 1 2)) ${COUNT}
      (func (export "spoil") (global.set $v (v128.const i64x2 -1 -1)) (i32.store (i32.const 8) (i32.const 5)))
      (func (export "read") (result i64) (i64x2.extract_lane 1 (global.get $v)))`,
    calls: twice(call("read"), call("spoil"), call("read"), call("count"))
  },
  "a start function's doings": {
    module: `(memory 1) (global $g (mut i32) (i32.const 1)) (start $s) (data (i32.const 0) "\\05")
      (func $s (global.set $g (i32.mul (global.get $g) (i32.const 2)))
        (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
      (func (export "read") (result i32 i32) (global.get $g) (i32.load (i32.const 0)))
      (func (export "spoil") (global.set $g (i32.const 50)) (i32.store (i32.const 0) (i32.const 9)))`,
    calls: [...twice(call("read"), call("spoil"), call("read")), { ...call("read"), fuel: 3 }, call("read")]
  },
  exceptions: {
    module: `(memory 1) (tag $e (param i32)) ${COUNT}
      (func (export "throw") (i32.store (i32.const 8) (i32.const 9)) (throw $e (i32.const 3)))
      (func (export "catch") (result i32) (try (result i32) (do (throw $e (i32.const 4))) (catch $e)))`,
    calls: twice(call("throw"), call("count"), call("catch"), call("count"))
  },
  depth: {
    module: `(func $deep (export "deep") (param i32) (result i32)
      (if (result i32) (local.get 0) (then (i32.add (i32.const 1) (call $deep (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))`,
    calls: twice(call("deep", 5_000), call("deep", 5_000), call("deep", 90_000), call("deep", 5_000))
  },
  fuel: {
    module: `(memory 1) ${COUNT} (func (export "spin") (loop (i32.store (i32.const 8) (i32.const 3)) (br 0)))`,
    calls: [
      ...[call("count"), { ...call("spin"), fuel: 5_000 }, call("count"), { ...call("count"), fuel: 0 }],
      ...[
        { ...call("count"), fuel: 8 },
        { ...call("count"), fuel: 9 },
        { ...call("count"), fuel: 10 },
        call("count")
      ]
    ]
  },
  "a deadline that has passed": {
    module: `(memory 1) ${COUNT} (func (export "spin") (loop (i32.store (i32.const 8) (i32.const 3)) (br 0)))`,
    calls: [call("count"), { ...call("spin"), fuel: 9e15, timeout: 30 }, call("count")]
  },
  "clock, chance and log": {
    module: `(memory 1) (import "env" "log_info" (func $log (param i32 i32)))
      (import "env" "get_random_u64" (func $random (result i64))) (import "env" "get_time_ms" (func $time (result i64)))
      (func (export "ask") (param i32) (result i64 i64) (loop $l (drop (call $random)) (drop (call $time))
          (call $log (i32.const 0) (i32.const 3))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (call $random) (call $time))
      (func (export "trap") (drop (call $random)) (call $log (i32.const 0) (i32.const 3)) unreachable)`,
    // A firing may log a thousand lines.
    calls: twice(...[call("ask", 1), call("ask", 20), call("trap"), call("ask", 1)], {
      ...call("ask", 1_100),
      fuel: 5_000_000
    })
  },
  "what a host function was refused": {
    module: `(memory 1) (import "env" "log_info" (func $log (param i32 i32))) ${COUNT}
      (func (export "beyond") (call $log (i32.const 65530) (i32.const 100)))
      (func (export "long") (call $log (i32.const 0) (i32.const 65000)))`,
    calls: twice(call("beyond"), call("count"), call("long"), call("count"))
  },
  "calls that cannot be made": {
    module: `(memory 1) ${COUNT} (func (export "id") (param i32) (result i32) (local.get 0))`,
    calls: twice(call("nowhere"), call("count"), call("id"), call("count"), call("id", 1.5), call("id", 4))
  },
  "a memory that a host function keeps for another firing": {
    module: `(memory 1) (import "host" "f" (func $f (result i32))) ${COUNT}
      (func (export "host") (result i32) (drop (call $f)) (i32.load (i32.const 8)))`,
    calls: twice(call("host"), call("host"), call("count")),
    host: "keepAndSpill"
  },
  "a memory that a host function writes to when the firing is over": {
    module: `(memory 1) (import "host" "f" (func $f (result i32))) ${COUNT}
      (func (export "host") (result i32) (drop (call $f)) (i32.load (i32.const 8)))`,
    calls: twice(call("host"), call("host"), call("count")),
    host: "writeLater"
  }
}

const runtime = ManagedRuntime.make(Munition.layer({ threadsMax: 1 }))
afterAll(() => runtime.dispose())

describe.each([
  ["on its caller's thread", true, false],
  ["on a thread of its own", false, false],
  ["on a thread of its own, all in one message", false, true]
])("a pool %s", (_, inline, batched) => {
  it.each(Object.entries(ATTACKS))("keeps nothing of %s", async (title, { module, calls, host }) => {
    const wasm = parseWat(title, `(module ${sorted(module)})`)
    const options = {
      inline,
      size: { min: 0, max: batched ? 1 : 4 },
      verify: 1,
      capabilities: ["log", "time:virtual", "random:virtual=9", ...(host === undefined ? [] : ["host:f"])],
      hostFunctions: host === undefined ? [] : [hostFunction(host)]
    }
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    const told = Effect.provide(Logger.layer([logger]))
    const fired: Array<unknown> = []
    for (const { functionName, args, ...own } of calls)
      fired.push(
        tell(
          await runtime.runPromise(
            told(outcomeOf(Munition.fire(wasm, functionName, args, { ...options, ...own })))
          )
        )
      )
    const firedLines = lines.splice(0)
    const pooled = await runtime.runPromise(
      told(
        Effect.scoped(
          Effect.gen(function* () {
            const pool: Pool = yield* Effect.orDie(Munition.makePool(wasm, options))
            const outcomes: Array<Outcome> = []
            if (batched) outcomes.push(...(yield* pool.fireAll(calls)))
            else
              for (const { functionName, args, ...own } of calls)
                outcomes.push(
                  yield* Effect.tap(outcomeOf(pool.fire(functionName, args, own)), Effect.sleep(2))
                )
            const { freshness } = yield* pool.load
            expect(freshness.way).not.toBe("new")
            return outcomes.map(tell)
          })
        )
      )
    )
    expect(pooled).toEqual(fired)
    expect(lines).toEqual(firedLines)
  })
})

const outcomeOf = <A extends Outcome, E extends Outcome, R>(
  fired: Effect.Effect<A, E, R>
): Effect.Effect<Outcome, never, R> => Effect.catch(fired, (ended) => Effect.succeed<Outcome>(ended))

/** Imports come first. */
const sorted = (fields: string): string => {
  const imports =
    fields.match(
      /\(import "\w+" "\w+" \(func \$\w+ [^\n]*?\)\)\)|\(import "\w+" "\w+" \(func \$\w+ \(param i32 i32\)\)\)/g
    ) ?? []
  return [...imports, imports.reduce((rest, one) => rest.replace(one, ""), fields)].join("\n")
}

/** All that is told of a firing but times and names. */
const tell = (outcome: Outcome): unknown => {
  if (outcome._tag === "Refused") return [outcome._tag, outcome.reason]
  const { fuel, memory, lifecycle, nondeterminism } = outcome.metadata
  const life = lifecycle.map(({ state, event }) => [state, event])
  if (outcome._tag === "Returned")
    return [outcome._tag, outcome.values, outcome.metadata.typed, fuel, memory, life, nondeterminism]
  const { forensics } = outcome
  // When a deadline is found to have passed is not the same twice.
  if (outcome.reason._tag === "TimedOut") return [outcome._tag, outcome.reason._tag, life]
  const { memories, globals, tables, journal, stack, argumentsDigest, moduleHash, functionName } = forensics
  return [
    ...[outcome._tag, outcome.reason, fuel, memory, life, nondeterminism],
    {
      memories,
      globals,
      tables,
      journal,
      stack,
      argumentsDigest,
      moduleHash,
      functionName,
      fuel: forensics.fuel
    }
  ]
}
