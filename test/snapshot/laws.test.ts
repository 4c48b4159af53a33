import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { CapturedState } from "../../src/snapshot/Snapshot.ts"
import { generateModule } from "../fuzz/generateModule.ts"
import { type Call, callsOf, playPlain } from "../fuzz/play.ts"
import { seedling } from "../fuzz/subjects.ts"
import { freshState, stateText, type Taken, type TakeOptions, take } from "./takeSnapshot.ts"

/**
 * What must hold of the snapshot of any module, over random ones: two memories of which one may have wide addresses,
 * tables that grow, globals of every type, segments that are read and dropped.
 *
 * About one in four has none: it traps, throws, or has state that cannot be written down.
 */
interface Subject extends Taken {
  readonly guest: Uint8Array<ArrayBuffer>
  readonly calls: ReadonlyArray<Call>
}

const subjectOf = (numbers: ReadonlyArray<number>, options: TakeOptions = {}): Subject | undefined => {
  const guest = generateModule(numbers, { alone: true })
  const [init, ...calls] = callsOf(guest)
  const made = take(guest, init?.name, { keepInit: true, ...options })
  return "state" in made && "report" in made ? { ...made, guest, calls } : undefined
}

/** Holds a law over random modules that have a snapshot. *Returns* how many had. */
const hold = (law: (subject: Subject) => void, numRuns = 60): number => {
  let held = 0
  const property = fc.property(seedling(), ({ numbers }) => {
    const subject = subjectOf(numbers)
    if (subject === undefined) return
    law(subject)
    held++
  })
  fc.assert(property, { numRuns })
  return held
}

/** Initialiser first and then the others on one instance, against the others on the snapshot. */
const goesOn = ({ guest, bytes, calls }: Subject): void => {
  const [init] = callsOf(guest)
  const whole = playPlain(guest, init === undefined ? [] : [init, ...calls])
  const rest = playPlain(bytes, calls)
  const told = (rounds: typeof rest.rounds) => rounds.map(({ name, outcome }) => `${name} ${outcome}`)
  expect(told(rest.rounds)).toEqual(told(whole.rounds.slice(1)))
  expect(rest.state).toEqual(whole.state)
}

describe("the snapshot of a random module", () => {
  it("goes on as the instance does that it was taken of", () => {
    expect(hold(goesOn, 120)).toBeGreaterThan(40)
  })

  it("is taken by V8 and by the meter, and is then in the state that was captured", () => {
    const law = ({ bytes, state }: Subject) => {
      expect(WebAssembly.validate(bytes)).toBe(true)
      expect(stateText(freshState(bytes))).toBe(stateText(state))
    }
    expect(hold(law)).toBeGreaterThan(20)
  })

  it("is the same bytes when it is taken again, and when it is taken of itself doing nothing", () => {
    const law = ({ guest, bytes, state }: Subject) => {
      const [init] = callsOf(guest)
      const again = take(guest, init?.name, { keepInit: true })
      expect("bytes" in again && Buffer.compare(again.bytes, bytes)).toBe(0)
      // Its initialiser would do something more, so the state that it had is what is written.
      const itself = take(bytes, init?.name, { keepInit: true, spoil: () => state })
      if ("bytes" in itself) expect(Buffer.compare(itself.bytes, bytes)).toBe(0)
    }
    expect(hold(law)).toBeGreaterThan(20)
  })

  it.each<[string, (state: CapturedState) => CapturedState]>([
    ["a byte of memory", withByte],
    ["a page", withPage],
    ["a global", withGlobal]
  ])("is noticed to be another when %s is", (_, spoil) => {
    let noticed = false
    const property = fc.property(seedling(), ({ numbers }) => {
      const made = subjectOf(numbers, { spoil })
      if (made === undefined) return
      noticed ||= stateText(freshState(made.bytes)) !== stateText(subjectOf(numbers)?.state ?? made.state)
    })
    fc.assert(property, { numRuns: 10 })
    expect(noticed).toBe(true)
  })
})

function withByte(state: CapturedState): CapturedState {
  if (!Array.isArray(state.memories)) return state
  const memories = state.memories.map((memory) => ({ ...memory, bytes: memory.bytes.slice() }))
  const bytes = memories[0]?.bytes
  if (bytes !== undefined) bytes[4_000] = (bytes[4_000] ?? 0) ^ 1
  return { ...state, memories }
}

function withPage(state: CapturedState): CapturedState {
  if (!Array.isArray(state.memories)) return state
  const memories = state.memories.map((memory) =>
    memory.pages === 4 ? memory : { ...memory, pages: memory.pages + 1, bytes: longer(memory.bytes) }
  )
  return { ...state, memories }
}

const longer = (bytes: Uint8Array): Uint8Array => {
  const made = new Uint8Array(bytes.length + 65_536)
  made.set(bytes)
  return made
}

function withGlobal(state: CapturedState): CapturedState {
  if (!Array.isArray(state.globals)) return state
  const globals = state.globals.map((global) => (global.type === "i32" ? { ...global, value: "77" } : global))
  return { ...state, globals }
}
