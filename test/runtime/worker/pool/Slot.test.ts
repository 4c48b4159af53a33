import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { nextSlotPlace, SLOT_TABLE, type SlotEvent, type SlotPlace } from "../../../../actors/SlotTable.ts"
import { callAtOnce } from "../../../../src/runtime/worker/GuestCall.ts"
import { benchOf, cell, GUEST, type Seat, tamper } from "./slots.ts"

const bench = benchOf(GUEST)

const seatOf = (): Seat => {
  const made = bench.make()
  if ("why" in made) throw new Error(made.why)
  return made
}

/** What can be asked of a slot: the events that follow, by where it is. */
interface Move {
  readonly name: string
  readonly ask: (seat: Seat) => void
  readonly events: Readonly<Partial<Record<SlotPlace, ReadonlyArray<SlotEvent>>>>
}

const MOVES: ReadonlyArray<Move> = [
  {
    name: "fires",
    ask: ({ slot }) => void slot.fireNow(bench.call("add", 1), cell),
    events: { idle: ["GIVEN", "RETURNED"] }
  },
  {
    name: "fires in turns",
    ask: ({ slot }) => void callAtOnce(slot.fire(bench.call("add", 1), cell)),
    events: { idle: ["GIVEN", "RETURNED"] }
  },
  {
    name: "fires what traps",
    ask: ({ slot }) => void slot.fireNow(bench.call("trap"), cell),
    events: { idle: ["GIVEN", "FAILED", "CAPTURED"] }
  },
  {
    name: "fires what has no fuel, in turns",
    ask: ({ slot }) => void callAtOnce(slot.fire({ ...bench.call("add", 1), fuel: 1 }, cell)),
    events: { idle: ["GIVEN", "FAILED", "CAPTURED"] }
  },
  {
    name: "fires what there is not",
    ask: ({ slot }) => void slot.fireNow(bench.call("subtract", 1), cell),
    events: {}
  },
  { name: "is put back", ask: ({ slot }) => slot.restore(), events: { restoring: ["RESTORED"] } },
  {
    name: "is put back and looked at",
    ask: ({ slot }) => void slot.restoreChecked(),
    events: { restoring: ["RESTORED"] }
  },
  { name: "is let go", ask: ({ slot }) => slot.close(), events: { idle: ["CLOSED"] } }
]

const FIRINGS = 5

describe("a slot", () => {
  it("is where its chart says, whatever it is asked, and a firing where there can be none is a defect", () => {
    const taken = new Set<string>(["making MADE"])
    fc.assert(
      fc.property(fc.array(fc.nat(MOVES.length - 1), { maxLength: 12 }), (numbers) => {
        const seat = seatOf()
        let place: SlotPlace = "idle"
        for (const number of numbers) {
          const { ask, events } = MOVES[number] ?? { ask: () => undefined, events: {} }
          const following: ReadonlyArray<SlotEvent> = events[place] ?? []
          if (number < FIRINGS && following.length === 0 && place !== "idle" && number !== FIRINGS - 1)
            expect(() => ask(seat)).toThrow(`a slot that is ${place} cannot take GIVEN`)
          else ask(seat)
          for (const event of following) {
            taken.add(`${place} ${event}`)
            place = nextSlotPlace(place, event) ?? "making"
          }
          expect(seat.slot.place).toBe(place)
        }
      }),
      { numRuns: 150 }
    )
    const all = Object.entries(SLOT_TABLE).flatMap(([from, to]) =>
      Object.keys(to).map((event) => `${from} ${event}`)
    )
    // These three are below.
    const others = ["making UNFIT", "restoring GREW", "restoring DIFFERED"]
    expect(all.filter((one) => !taken.has(one))).toEqual(others)
  })

  it.each(["restore", "restoreChecked"] as const)("whose memory has grown is let go by %s", (how) => {
    const { slot } = seatOf()
    slot.fireNow(bench.call("grow"), cell)
    expect(slot.place).toBe("restoring")
    expect(slot[how]()).toBeUndefined()
    expect(slot.place).toBe("cleaned")
  })

  it("that is not as it was is found out where it is looked at, and captured", () => {
    const seat = seatOf()
    seat.slot.fireNow(bench.call("add", 1), cell)
    tamper(seat)
    const found = seat.slot.restoreChecked()
    expect(found?.why).toBe("memory 0 differs at 1000000")
    const [memory] = Array.isArray(found?.differs.memories) ? found.differs.memories : []
    expect(memory?.bytes instanceof Uint8Array && memory.bytes[1_000_000]).toBe(1)
    expect(seat.slot.place).toBe("cleaned")
  })

  it("that is not looked at is used again, tampered with or not", () => {
    const seat = seatOf()
    seat.slot.fireNow(bench.call("add", 1), cell)
    tamper(seat)
    seat.slot.restore()
    expect(seat.slot.place).toBe("idle")
  })

  it("cannot be made of an instance that JavaScript could not put back to the last bit", () => {
    const nan = benchOf('(module (global (mut f32) (f32.const nan:0x200000)) (func (export "main")))')
    expect(nan.make()).toEqual({ why: "its state cannot be put back", passing: false })
  })

  it("cannot be made of an instance that cannot be made", () => {
    const beyond = benchOf(`(module (memory 1) (data (i32.const 65536) "a") (func (export "main")))`)
    expect(beyond.make()).toEqual({ why: "its instance could not be made", passing: true })
  })
})
