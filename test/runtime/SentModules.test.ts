import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { BYTES_MAX, MODULES_MAX, SentModules } from "../../src/runtime/SentModules.ts"

describe("modules that are sent", () => {
  it("are there when they are named, and never more than the bounds", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: Math.floor(BYTES_MAX / 3) }), {
      minLength: 1,
      maxLength: 9
    })
    fc.assert(
      fc.property(sizes, fc.array(fc.nat({ max: 8 }), { maxLength: 60 }), (bytesOf, fired) => {
        const modules = bytesOf.map((bytes) => ({ bytes }))
        const sent = new SentModules<(typeof modules)[number]>()
        const there = new Map<number, (typeof modules)[number]>()
        for (const at of fired) {
          const module = modules[at % modules.length]
          if (module === undefined) continue
          const { number, isNew, forget } = sent.send(module, module.bytes)
          if (isNew) there.set(number, module)
          for (const old of forget) expect(there.delete(old)).toBe(true)
          expect(there.get(number)).toBe(module)
          const bytes = [...there.values()].reduce((sum, one) => sum + one.bytes, 0)
          expect(bytes).toBeLessThanOrEqual(BYTES_MAX)
        }
      })
    )
  })

  it("are forgotten from the least recently fired one on, above the bound and not at it", () => {
    const sent = new SentModules<object>()
    const modules = Array.from({ length: MODULES_MAX + 1 }, () => ({}))
    for (const module of modules.slice(0, -1)) expect(sent.send(module, 1).forget).toEqual([])
    // The first one is fired again, so the second one is the oldest.
    expect(sent.send(modules[0] ?? {}, 1)).toEqual({ number: 1, isNew: false, forget: [] })
    expect(sent.send(modules[MODULES_MAX] ?? {}, 1).forget).toEqual([2])
  })

  it("are kept while they are the last, however large", () => {
    const sent = new SentModules<object>()
    const small = {}
    sent.send(small, 1)
    const large = {}
    expect(sent.send(large, 2 * BYTES_MAX).forget).toEqual([1])
    expect(sent.send(large, 2 * BYTES_MAX)).toMatchObject({ isNew: false, forget: [] })
    expect(sent.send(small, 1)).toMatchObject({ isNew: true, forget: [2] })
  })
})
