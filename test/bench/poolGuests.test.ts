import { describe, expect, it } from "vitest"
import { functionOf, memoryOf, sampler, samplerOf17Pages, withPages, writer } from "./poolGuests.ts"

const make = (wasm: Uint8Array<ArrayBuffer>) => new WebAssembly.Instance(new WebAssembly.Module(wasm))
const writtenBy = (name: string, bytes: number): number => {
  const instance = make(writer())
  functionOf(instance, name)(bytes)
  return memoryOf(instance).filter((byte) => byte === 7).length
}

describe("the guests of the bench of the pools", () => {
  it("differ in nothing but the size of the memory, where pages are declared", () => {
    const wide = samplerOf17Pages()
    expect(memoryOf(make(wide))).toHaveLength(17 * 65_536)
    expect(withPages(wide, 1)).toEqual(sampler())
    expect(functionOf(make(wide), "increment")()).toBe(1)
  })

  it("write as much as they are told, in one piece and in many", () => {
    expect(writtenBy("write", 65_536)).toBe(65_536)
    expect(writtenBy("scatter", 65_536)).toBe(65_536)
  })
})
