import { describe, expect, it } from "vitest"
import { UNCHECKED_MAX } from "../../../src/fuel/meter/LookState.ts"
import { body, exported, module, repeat, section } from "../../guests/assemble.ts"
import { MeteredInstance } from "./runMetered.ts"

/** Modules made against the meter, too long to be files. */

const END = 0x0b
const CALL_LEAF = [0x10, 0]

/**
 * `leaf` costs 4,082 units, all charged by its callers; `far` leaves a block and calls it so often that it costs
 * 2^32 units to the unit; `f` calls `far`.
 */
const farTooLong = (): Uint8Array<ArrayBuffer> => {
  const leafUnits = 4082
  const calls = Math.floor(2 ** 32 / (leafUnits + 1))
  const rest = 2 ** 32 - calls * (leafUnits + 1)
  return module(
    section(1, 1, [0x60, 0, 0]),
    section(3, 3, [0, 0, 0]),
    section(7, 1, exported("f", 2)),
    section(
      10,
      3,
      body([[1, 0x7c]], [0x20, 0], repeat(leafUnits - 2, [0x9f]), [0x1a, END]),
      body([], [0x02, 0x40, 0x0c, 0, END], repeat(calls, CALL_LEAF), repeat(rest, [0x41, 0, 0x1a]), [END]),
      body([], [0x10, 1, END])
    )
  )
}

describe("a guest made against the meter", () => {
  it("is stopped where what one function charges does not fit 32 bits", () => {
    expect(new MeteredInstance(farTooLong(), { fuel: 1_000_000 }).call("f").stop).toBe("fuel")
  })

  it("charges no more than UNCHECKED_MAX in one frame by calls that go on to bounded functions", () => {
    const units = (count: number) => "i32.const 1 drop ".repeat(count)
    const guest = new MeteredInstance(
      `(module
        (func $bounded ${units(500)})
        (type $unit (func)) (table funcref (elem $bounded $f))
        (func $f (param i32) local.get 0 if loop br 0 end end ${units(240)}
          (return_call_indirect (type $unit) (i32.const 0)))
        (func (export "f") (param i32)
          ${"i32.const 0 call $f ".repeat(500)} local.get 0 if loop br 0 end end))`,
      { fuel: 1003 }
    )
    expect(guest.call("f", 0).stop).toBe("fuel")
    expect(guest.lowest).toBeGreaterThanOrEqual(-2 * UNCHECKED_MAX)
  })
})
