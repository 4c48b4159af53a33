import { describe, expect, it } from "vitest"
import { SlotRack } from "../../../../src/runtime/worker/pool/SlotRack.ts"
import { benchOf, cell, GUEST, type Seat, tamper } from "./slots.ts"

const bench = benchOf(GUEST)

/** A rack, and every slot that it has made. */
const rackOf = (verifyEvery = 0, make = bench.make) => {
  const made: Array<Seat> = []
  const rack = new SlotRack<Seat>(
    () => {
      const one = make()
      if ("slot" in one) made.push(one)
      return one
    },
    verifyEvery,
    100
  )
  const take = (): Seat => {
    const seat = rack.take()
    if (seat === undefined) throw new Error(rack.unfit?.why)
    return seat
  }
  const fire = (seat: Seat, name = "add") =>
    seat.slot.fireNow(name === "add" ? bench.call("add", 1) : bench.call(name), cell)
  return { rack, made, take, fire }
}

describe("the slots of a rack", () => {
  it("are as many as were needed at once, and the one that was used last comes first", () => {
    const { rack, made, take, fire } = rackOf()
    for (let i = 0; i < 10; i++) {
      const seat = take()
      expect(fire(seat)).toMatchObject({ kind: "returned", values: [1] })
      expect(rack.restore(seat)).toBe(true)
      rack.give(seat)
    }
    expect(made).toHaveLength(1)
    const [first, second] = [take(), take()]
    expect(made).toHaveLength(2)
    rack.give(second)
    rack.give(first)
    expect(take()).toBe(first)
  })

  it.each(["trap", "grow"])("are never used again after a firing that did %s", (name) => {
    const { rack, made, take, fire } = rackOf()
    const seat = take()
    fire(seat, name)
    expect(rack.restore(seat)).toBe(false)
    rack.give(seat)
    expect(rack.idle).toBe(0)
    expect(take()).not.toBe(seat)
    expect(made).toHaveLength(2)
  })

  it("are made ahead until there are so many, and let go until there are so few", () => {
    const { rack, made } = rackOf()
    rack.fill(3)
    expect([rack.idle, made.length]).toEqual([3, 3])
    rack.fill(2)
    expect(rack.idle).toBe(3)
    rack.trim(1)
    expect(made.map(({ slot }) => slot.place).toSorted()).toEqual(["cleaned", "cleaned", "idle"])
    rack.trim(0)
    expect(rack.idle).toBe(0)
  })
})

describe("the share that is looked at", () => {
  /** After how many firings a rack finds that an instance is not as it was. */
  const foundAfter = (verifyEvery: number, most: number): number | undefined => {
    const { rack, take, fire } = rackOf(verifyEvery)
    for (let i = 1; i <= most; i++) {
      const seat = take()
      fire(seat)
      tamper(seat)
      rack.restore(seat)
      rack.give(seat)
      if (rack.unfit !== undefined) return i
    }
    return undefined
  }
  it("is none at 0, each one at 1, and one of so many at any other", () => {
    expect([0, 1, 2, 7].map((every) => foundAfter(every, 20))).toEqual([undefined, 1, 2, 7])
  })
})

describe("a rack of which a slot was found to differ", () => {
  it("has evidence and gives no slot any more; those in use end with their firing, idle ones at once", () => {
    const { rack, made, take, fire } = rackOf(1)
    const [differing, used, spare, unused] = [take(), take(), take(), take()]
    rack.give(spare)
    fire(used)
    fire(differing)
    tamper(differing)
    expect(rack.restore(differing)).toBe(false)
    expect(rack.unfit).toMatchObject({ why: "memory 0 differs at 1000000", differs: { memories: [{}] } })
    expect(spare.slot.place).toBe("cleaned")
    expect(rack.restore(used)).toBe(false)
    rack.give(unused)
    expect(rack.take()).toBeUndefined()
    rack.fill(3)
    expect(rack.idle).toBe(0)
    expect(made.map(({ slot }) => slot.place)).toEqual(["cleaned", "cleaned", "cleaned", "cleaned"])
  })
})

describe("a rack of which no slot can be made", () => {
  it("says why, and tries no more", () => {
    let tries = 0
    const { rack } = rackOf(0, () => {
      tries++
      return { why: "it is Monday", passing: false }
    })
    rack.fill(2)
    expect(rack.take()).toBeUndefined()
    expect(rack.unfit).toEqual({ why: "it is Monday", differs: undefined })
    expect(tries).toBe(1)
  })

  it("tries again where that passes", () => {
    let tries = 0
    const { rack } = rackOf(0, () => (tries++ === 0 ? { why: "it is Monday", passing: true } : bench.make()))
    expect(rack.take()).toBeUndefined()
    expect(rack.unfit).toBeUndefined()
    expect(rack.take()?.slot.place).toBe("idle")
  })
})
