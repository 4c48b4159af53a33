import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import fc from "fast-check"
import { describe, expect, it, vi } from "vitest"
import { Munition } from "../../src/index.ts"
import { MEMORIES_DEFAULT_MAX, MemoryLedger } from "../../src/runtime/MemoryLedger.ts"
import { memoriesOfProcess } from "../../src/runtime/memoriesOfProcess.ts"
import { parseWat } from "../guests/wat.ts"

/** The ledger against plain sums, and what becomes of instances that it has no room for. */
const GUEST = parseWat(
  "held",
  `(module (memory 4) (func (export "grow") (result i32) (memory.grow (i32.const 2))))`
)
const PLAIN = parseWat("plain", `(module (func (export "one") (result i32) (i32.const 1)))`)

describe("the ledger of memories", () => {
  it("law: holds the sum of its rows, and less than nothing of none", () => {
    const step = fc.record({
      row: fc.nat(5),
      memories: fc.nat(20),
      pages: fc.nat(900),
      empties: fc.boolean()
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ledger = new MemoryLedger()
        const model = new Map<number, { memories: number; pages: number }>()
        for (const { row, memories, pages, empties } of steps) {
          const known = model.get(row) ?? { memories: 0, pages: 0 }
          if (empties) ledger.empty(row)
          else new MemoryLedger(ledger.buffer, row).add(memories, pages)
          model.set(
            row,
            empties
              ? { memories: 0, pages: 0 }
              : { memories: known.memories + memories, pages: known.pages + pages }
          )
        }
        const all = [...model.values()]
        expect(ledger.held).toEqual({
          memories: all.reduce((sum, one) => sum + one.memories, 0),
          pages: all.reduce((sum, one) => sum + one.pages, 0)
        })
      })
    )
  })

  it("says which bound would be passed, and by what", () => {
    const ledger = new MemoryLedger()
    ledger.bound(2, 160)
    ledger.add(2, 100)
    expect(ledger.over(1, 1)).toEqual({ limit: "memoriesMax", bound: 2, value: 3 })
    expect(ledger.over(0, 61)).toEqual({ limit: "memoryMbMax", bound: 10, value: 11 })
    expect(ledger.over(0, 60)).toBeUndefined()
  })
})

describe("guests whose memories the process has no room for", () => {
  const within = <A, E>(
    options: Parameters<typeof Munition.layer>[0],
    program: Effect.Effect<A, E, Layer.Success<ReturnType<typeof Munition.layer>>>
  ) => Effect.runPromise(Effect.provide(program, Layer.merge(Munition.layer(options), Logger.layer([]))))

  it.each([
    [{ memoriesMax: 3 }, { limit: "memoriesMax", bound: 3, value: 4 }],
    [{ memoryMbMax: 1 }, { limit: "memoryMbMax", bound: 1, value: 2 }]
  ])(
    "are refused before V8 fails, with numbers, and fired again when there is room: %o",
    async (options, over) => {
      // What other tests of this process have left is not this one's.
      await vi.waitFor(() => {
        globalThis.gc?.()
        expect(memoriesOfProcess.held.memories).toBe(0)
      }, 20_000)
      await within(
        { ...options, threadsMax: 1 },
        Effect.gen(function* () {
          const scope = yield* Scope.make()
          const room = over.limit === "memoryMbMax" ? 4 : 3
          for (let i = 0; i < room; i++) yield* Scope.provide(Munition.reside(GUEST), scope)
          expect(memoriesOfProcess.held).toEqual({ memories: room, pages: 4 * room })
          expect(yield* Effect.flip(Munition.fire(GUEST, "grow"))).toMatchObject({
            _tag: "Refused",
            reason: { _tag: "LimitExceeded", ...over }
          })
          // One that has no memory needs no room.
          expect((yield* Munition.fire(PLAIN, "one")).values).toEqual([1])
          yield* Scope.close(scope, Exit.void)
        })
      )
      // With its thread all that it had has gone.
      await vi.waitFor(() => expect(memoriesOfProcess.held).toEqual({ memories: 0, pages: 0 }), 10_000)
      memoriesOfProcess.bound(MEMORIES_DEFAULT_MAX, 2 ** 31 - 1)
    }
  )

  it("are counted with what they have grown by", () =>
    within(
      { threadsMax: 1 },
      Effect.scoped(
        Effect.gen(function* () {
          const before = memoriesOfProcess.held
          const resident = yield* Munition.reside(GUEST)
          yield* resident.call("grow")
          expect(memoriesOfProcess.held).toEqual({ memories: before.memories + 1, pages: before.pages + 6 })
        })
      )
    ))
})
