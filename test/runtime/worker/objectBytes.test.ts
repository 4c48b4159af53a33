import { expect, it } from "vitest"
import { body, exported, module, section } from "../../guests/assemble.ts"
import { engineHas } from "../../guests/features.ts"
import { endOf, fireHere } from "../fireHere.ts"

/** An array of 1,000 bytes in a global's initialiser, and `main`, which makes another of so many. */
const guest = (bytes: number) => {
  const i32 = (value: number) => [0x41, ...signed(value)]
  return module(
    section(1, 2, [0x5e, 0x78, 1], [0x60, 0, 0]),
    section(3, 1, [1]),
    section(6, 1, [0x63, 0, 0, ...i32(1_000), 0xfb, 7, 0, 0x0b]),
    section(7, 1, exported("main", 0)),
    section(10, 1, body([], i32(bytes), [0xfb, 7, 0, 0x1a, 0x0b]))
  )
}

/** A number below 2^13 as a signed LEB128 of two bytes. */
const signed = (value: number): ReadonlyArray<number> => [(value & 0x7f) | 0x80, value >> 7]

// Skipped where the engine does not have the feature yet.

it.skipIf(!engineHas("gc"))(
  "counts the objects of constant expressions and those that the guest makes against one bound",
  () => {
    // Each array has a header of 16 bytes.
    const policy = { objectBytesMax: 1_016 + 116 }
    expect(endOf(fireHere(guest(100), { policy }))).toBe("returned")
    expect(endOf(fireHere(guest(101), { policy }))).toBe("failed OutOfMemory")
    expect(fireHere(guest(0), { policy: { objectBytesMax: 1_015 } })).toMatchObject({
      reason: { _tag: "LimitExceeded", limit: "objectBytesMax", bound: 1_015, value: 1_016 }
    })
  }
)
