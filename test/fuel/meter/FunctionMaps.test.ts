import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FunctionMaps } from "../../../src/fuel/meter/FunctionMaps.ts"
import type { MeterPlan } from "../../../src/fuel/meter/MeteredModule.ts"
import { InstructionReader } from "../../../src/wasm/InstructionReader.ts"
import { bodiesOf } from "../../../src/wasm/sectionOf.ts"
import { generateModule } from "../../fuzz/generateModule.ts"
import { decoded } from "../../wasm/modules.ts"
import { LEAVES } from "./leaves.ts"
import { attempt, bytesOf, METER_OPTIONS, MeteredInstance, metered, type Run } from "./runMetered.ts"

/**
 * Offsets: every instruction of the guest is found in the metered module, and from there found back. That the
 * frames of random traps are, is a law of `test/fuzz`.
 */

const tape = fc.array(fc.nat(0xffff), { minLength: 30, maxLength: 400, size: "max" })

const mapsOf = (bytes: Uint8Array, plan: MeterPlan, nan: "engine" | "canonical" = "engine") =>
  new FunctionMaps(decoded(bytes), plan, { ...METER_OPTIONS, nan })

/** The guest's frames of a metered run, as they would be without the meter. */
const framesOf = (run: Run, bytes: Uint8Array, plan: MeterPlan) => {
  const maps = mapsOf(bytes, plan)
  const imported = plan.guestFuncs - plan.bodyOffsets.length
  return run.frames
    .filter(({ funcIndex }) => funcIndex < plan.guestFuncs)
    .map(({ funcIndex, offset }) => ({
      funcIndex,
      offset: maps.mapOf(funcIndex)?.toOriginal(offset - (plan.bodyOffsets[funcIndex - imported] ?? 0))
    }))
}

const trapFrames = (wat: string | Uint8Array, name: string, ...args: ReadonlyArray<unknown>) => {
  const bytes = bytesOf(wat)
  const guest = new MeteredInstance(bytes)
  const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  // The cast: the guest exports a function by this name.
  const f = plain.exports[name] as (...args: ReadonlyArray<unknown>) => unknown
  return {
    expected: attempt(() => f(...args)).frames,
    got: framesOf(guest.call(name, ...args), bytes, guest.made.plan)
  }
}

describe("the map of a function's offsets", () => {
  it("finds every instruction that can be reached, and finds it back", () => {
    fc.assert(
      fc.property(tape, fc.constantFrom("engine", "canonical"), (numbers, nan) => {
        const bytes = generateModule(numbers)
        const { plan, bytes: meteredBytes } = metered(bytes, { nan })
        const maps = mapsOf(bytes, plan, nan)
        const imported = plan.guestFuncs - plan.bodyOffsets.length
        bodiesOf(decoded(bytes)).forEach((body, index) => {
          const map = maps.mapOf(imported + index)
          const reader = new InstructionReader(bytes, body.code.start, body.code.end)
          const lost: Array<number> = []
          let reached = true
          while (reader.next()) {
            const there = map?.toMetered(reader.start)
            const before = reached
            // What follows an instruction that does not go on is left out, up to some end or other arm.
            if (there === undefined && !before) {
              reached = false
              continue
            }
            reached = !LEAVES.has(reader.op)
            if (there === undefined) {
              lost.push(reader.start)
              continue
            }
            // What stands there is the instruction, a call of the helper that took its place, or an `if` round a branch.
            const byte = meteredBytes[(plan.bodyOffsets[index] ?? 0) + there]
            const stands =
              byte === bytes[reader.start] ||
              byte === 0x10 ||
              byte === 0x20 ||
              (byte === 0x04 && bytes[reader.start] === 0x0d)
            if (!stands || map?.toOriginal(there) !== reader.start) lost.push(reader.start)
          }
          expect(lost).toEqual([])
        })
      }),
      { numRuns: 60 }
    )
  })

  for (const [title, body] of [
    ["memory.fill", "i32.const 65530 i32.const 1 i32.const 7 memory.fill"],
    ["memory.copy", "nop i32.const 65530 i32.const 1 i32.const 7 memory.copy"],
    ["memory.init", "i32.const 0 i32.const 1 i32.const 7 memory.init $d"],
    [
      "the second of two in a row",
      "i32.const 0 i32.const 0 i32.const 9 i32.const 0 i32.const 0 i32.const 1 memory.fill memory.fill i32.const 1 i32.const 0 i32.const -1 memory.fill"
    ],
    [
      "a division after a growth that follows a growth",
      "i32.const 0 memory.grow memory.grow i32.const 0 i32.div_u drop"
    ]
  ] as const) {
    it(`takes the trap of ${title} to the instruction`, () => {
      const { expected, got } = trapFrames(
        `(module (memory 1) (data $d "abc") (func (export "f") ${body}) )`,
        "f"
      )
      expect(expected.length).toBe(1)
      expect(got).toEqual(expected)
    })
  }

  it("tells two replaced instructions apart that have nothing between them", () => {
    const bytes = bytesOf(`(module (memory 1) (func (export "f") i32.const 0 memory.grow memory.grow drop))`)
    const { plan } = metered(bytes)
    const map = mapsOf(bytes, plan).mapOf(0)
    const [body] = bodiesOf(decoded(bytes))
    const first = (body?.code.start ?? 0) + 2
    const [one, other] = [first, first + 2].map((offset) => map?.toMetered(offset) ?? -1)
    expect([one, other].map((offset) => map?.toOriginal(offset ?? -1))).toEqual([first, first + 2])
    expect(other).toBeGreaterThan(one ?? 0)
  })

  it("says where an exhausted guest was: at the loop whose next round was not paid", () => {
    const bytes = bytesOf(`(module (func (export "f") i32.const 1 drop loop i32.const 2 drop br 0 end))`)
    const guest = new MeteredInstance(bytes, { fuel: 5 })
    const [body] = bodiesOf(decoded(bytes))
    expect(framesOf(guest.call("f"), bytes, guest.made.plan)).toEqual([
      { funcIndex: 0, offset: (body?.code.start ?? 0) + 3 }
    ])
  })

  it("is absent for functions that are imported, and that there are not", () => {
    const bytes = bytesOf(`(module (import "m" "f" (func)) (func))`)
    const maps = mapsOf(bytes, metered(bytes).plan)
    expect([maps.mapOf(0), maps.mapOf(2), maps.mapOf(-1)]).toEqual([undefined, undefined, undefined])
    expect(maps.mapOf(1)).toBeDefined()
  })
})
