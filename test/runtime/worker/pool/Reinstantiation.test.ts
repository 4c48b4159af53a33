import { describe, expect, it } from "vitest"
import { Reinstantiation } from "../../../../src/runtime/worker/pool/Reinstantiation.ts"

const memoryWith = (byte: number) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 3 })
  const bytes = new Uint8Array(memory.buffer)
  bytes[9] = byte
  return { memory, bytes }
}

describe("an instance that another follows over its memories", () => {
  it("leaves them as zeros to the next one, which finds what was there at first", () => {
    const [one, other] = [memoryWith(5), memoryWith(6)]
    const seen: Array<ReadonlyArray<number>> = []
    const way = new Reinstantiation([one.memory, other.memory], () => {
      seen.push([one.bytes[9] ?? -1, other.bytes[9] ?? -1, one.bytes[100] ?? -1])
      one.bytes[9] = 5
      other.bytes[9] = 6
    })
    one.bytes[100] = 1
    other.bytes[9] = 7
    expect(way.difference()).toBe("memory 0 differs at 100")
    expect(way.restore()).toBe(true)
    expect(seen).toEqual([[0, 0, 0]])
    expect(way.difference()).toBeUndefined()
  })

  it("is found to differ where the next one does not write what the first one did", () => {
    const { memory } = memoryWith(5)
    const way = new Reinstantiation([memory], () => undefined)
    expect(way.restore()).toBe(true)
    expect(way.difference()).toBe("memory 0 differs at 9")
  })

  it("has no next one where a memory has grown, and stays as it is", () => {
    const [one, other] = [memoryWith(5), memoryWith(6)]
    let made = 0
    const way = new Reinstantiation([one.memory, other.memory], () => void made++)
    other.memory.grow(1)
    expect(way.restore()).toBe(false)
    expect([made, one.bytes[9], new Uint8Array(other.memory.buffer)[9]]).toEqual([0, 5, 6])
  })

  it("has no next one where the engine has no room for it", () => {
    const { memory } = memoryWith(5)
    const way = new Reinstantiation([memory], () => {
      throw new RangeError("WebAssembly.Instance(): Out of memory: Cannot allocate")
    })
    expect(way.restore()).toBe(false)
  })
})
