import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { HostMemory, MemoryFault } from "../../src/host/HostMemory.ts"
import { makeContext } from "./guest.ts"

describe("a host function's access to memory", () => {
  it("reads copies that a later write does not change", () => {
    const { memory, bytes } = makeContext(new Uint8Array([1, 2, 3, 4]))
    const read = memory.read(1, 2)
    bytes[1] = 9
    expect(read).toEqual(new Uint8Array([2, 3]))
  })

  it("writes copies, in order, for the journal", () => {
    const { memory, bytes } = makeContext(new Uint8Array(4))
    const mine = new Uint8Array([7, 8])
    expect(memory.write(2, mine)).toBeUndefined()
    mine[0] = 0
    expect(bytes).toEqual(new Uint8Array([0, 0, 7, 8]))
    expect(memory.writes).toEqual([{ offset: 2, bytes: new Uint8Array([7, 8]) }])
  })

  it.each([
    [60, 5],
    [65, 0],
    [-1, 1],
    [0, -1],
    [0.5, 1],
    [Number.NaN, 1],
    [2 ** 53, 1],
    [1, 2 ** 53 - 1]
  ])("at %d of %d bytes is out of bounds in a memory of 64, and free", (offset, length) => {
    const { memory, left } = makeContext(new Uint8Array(64), undefined, 100)
    expect(memory.read(offset, length)).toMatchObject({ _tag: "MemoryFault", kind: "OutOfBounds" })
    expect(left()).toBe(100)
  })

  it("at the very end of memory may be empty", () => {
    expect(makeContext().memory.read(64, 0)).toEqual(new Uint8Array(0))
  })

  it("is bounded by the call's total, not by each access", () => {
    const { memory } = makeContext(new Uint8Array(64), { readBytesMax: 8, writeBytesMax: 4 })
    expect(memory.read(0, 8)).toBeInstanceOf(Uint8Array)
    expect(memory.read(0, 1)).toMatchObject({ kind: "OverBound", what: expect.stringContaining("at most 8") })
    expect(memory.write(0, new Uint8Array(4))).toBeUndefined()
    expect(memory.write(0, new Uint8Array(1))).toMatchObject({ kind: "OverBound" })
  })

  it("begins each call with its own bound, no fault and no writes, and leaves the last call's writes alone", () => {
    const { memory } = makeContext(new Uint8Array(8), { readBytesMax: 1, writeBytesMax: 1 })
    memory.write(0, new Uint8Array([1]))
    memory.read(9, 1)
    const writes = memory.writes
    memory.begin({ readBytesMax: 0, writeBytesMax: 1 })
    expect([memory.fault, memory.writes]).toEqual([undefined, []])
    expect(memory.write(0, new Uint8Array([2]))).toBeUndefined()
    expect(memory.read(0, 1)).toMatchObject({ kind: "OverBound" })
    expect(writes).toEqual([{ offset: 0, bytes: new Uint8Array([1]) }])
  })

  it("is none before the first call begins", () => {
    const memory = new HostMemory(
      () => new Uint8Array(8),
      () => true
    )
    expect(memory.read(0, 1)).toMatchObject({ kind: "OverBound" })
  })

  it("that cannot be paid does not happen", () => {
    const { memory, bytes } = makeContext(new Uint8Array(4), undefined, 3)
    expect(memory.write(0, new Uint8Array([1, 1, 1, 1]))).toMatchObject({ kind: "OutOfFuel" })
    expect(bytes).toEqual(new Uint8Array(4))
    expect(memory.writes).toEqual([])
  })

  it("keeps the first fault, whatever the host function does with it", () => {
    const { memory } = makeContext(new Uint8Array(4))
    memory.read(9, 1)
    memory.read(0, 1)
    memory.read(8, 1)
    expect(memory.fault?.what).toBe("read of 1 bytes at 9: memory has 4")
  })

  it("law: the recorded writes applied to the old memory give the new memory", () => {
    const writes = fc.array(fc.tuple(fc.integer({ min: -2, max: 40 }), fc.uint8Array({ maxLength: 16 })))
    fc.assert(
      fc.property(writes, (asked) => {
        const { memory, bytes } = makeContext(new Uint8Array(32))
        for (const [offset, some] of asked) memory.write(offset, some)
        const again = new Uint8Array(32)
        for (const write of memory.writes) again.set(write.bytes, write.offset)
        expect(again).toEqual(bytes)
      })
    )
  })

  it("law: an access either lies in memory or faults", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (offset, length) => {
        const read = makeContext().memory.read(offset, length)
        return read instanceof MemoryFault || (offset >= 0 && read.length === length && offset + length <= 64)
      })
    )
  })
})
