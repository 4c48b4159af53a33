import type { Kind } from "./kernels.ts"
import type { Outcome, Run, Subject } from "./Subject.ts"
import { median, minimum } from "./statistics.ts"
import { FLOOR, FLOOR_FUEL, type Variant } from "./variants.ts"

/**
 * Times one subject in all its variants, in turn: in each round every variant runs once, and each round begins
 * with another one, so that what the machine does meanwhile meets all of them.
 *
 * Steady is a run of what ran before. First is what the first firing of a module waits for: reading and metering
 * it, compiling, instantiating, one run; of bytes that V8 has not seen, since it keeps the code of those that it
 * has. A wrong answer is an error, and so are units that depend on the variant.
 */
export interface Measured {
  readonly variant: string
  /** The rule that is off. */
  readonly without: string | undefined
  readonly bytes: number
  /** Units of one run. */
  readonly fuel: number | undefined
  readonly steady: Times
  readonly first: Times
  /** The part of `first` before there was anything to compile. */
  readonly meter: Times
}

export interface Times {
  readonly minMs: number
  readonly medianMs: number
  /**
   * The mean of what the thread had of its processor. That clock goes in steps, so one time of it says nothing and
   * the mean of many does, also on a machine so busy that not even a minimum is undisturbed.
   */
  readonly cpuMs: number
}

export interface SubjectResult {
  readonly name: string
  readonly kind: Kind
  readonly answer: string
  readonly variants: ReadonlyArray<Measured>
}

export interface Rounds {
  readonly steady: number
  readonly first: number
}

export const measure = (
  subject: Subject,
  variants: ReadonlyArray<Variant>,
  rounds: Rounds
): SubjectResult => {
  const expected = new Expected(subject)
  const lanes: Array<Lane> = []
  // The floor comes last, for what it must have is known when another has run.
  for (const variant of variants.toSorted((a, b) => Number(a.name === FLOOR) - Number(b.name === FLOOR))) {
    if (variant.name === FLOOR && expected.fuel > FLOOR_FUEL) continue
    lanes.push(new Lane(subject, variant, expected))
  }
  for (let round = 0; round < rounds.first; round++) inTurn(lanes, round, (lane) => lane.timeFirst())
  for (let round = 0; round < rounds.steady; round++) inTurn(lanes, round, (lane) => lane.timeSteady())
  const measured = lanes.map((lane) => lane.result())
  return {
    name: subject.name,
    kind: subject.kind,
    answer: expected.answer,
    variants: variants.flatMap(({ name }) => measured.filter((m) => m.variant === name))
  }
}

/** What the first run gave, and every other has to give. */
class Expected {
  readonly #name: string
  #answer: string | undefined
  #fuel: number | undefined

  constructor(subject: Subject) {
    this.#name = subject.name
    this.#answer = subject.answer
  }

  get answer(): string {
    return this.#answer ?? ""
  }

  get fuel(): number {
    return this.#fuel ?? 0
  }

  check(variant: Variant, { answer, fuel }: Outcome): void {
    this.#answer ??= answer
    if (fuel !== undefined) this.#fuel ??= fuel
    if (answer !== this.#answer)
      throw new Error(`${this.#name}, ${variant.name}: expected the answer ${this.#answer}, got ${answer}`)
    if (fuel !== undefined && fuel !== this.#fuel)
      throw new Error(`${this.#name}, ${variant.name}: expected ${this.#fuel} units of fuel, got ${fuel}`)
  }
}

/** V8 compiles a function with its optimiser in the background, when it has run for a while. */
const WARM_UP_RUNS = 3

/** One variant of the subject, and all its times. */
class Lane {
  readonly #variant: Variant
  readonly #subject: Subject
  readonly #expected: Expected
  readonly #run: Run
  readonly #bytes: number
  readonly #steady: Array<Time> = []
  readonly #first: Array<Time> = []
  readonly #meter: Array<Time> = []
  #fuel: number | undefined

  constructor(subject: Subject, variant: Variant, expected: Expected) {
    this.#variant = variant
    this.#subject = subject
    this.#expected = expected
    const { bytes, run, outcomes } = named(`${subject.name}, ${variant.name}`, () => {
      const { bytes, attach } = variant.build(subject.wasm)
      const run = subject.load(new WebAssembly.Module(unseen(bytes)), attach)
      return { bytes, run, outcomes: Array.from({ length: WARM_UP_RUNS }, run) }
    })
    this.#bytes = bytes.length
    this.#run = run
    for (const outcome of outcomes) this.#check(outcome)
  }

  timeSteady(): void {
    const clock = startClock()
    const outcome = this.#run()
    this.#steady.push(clock())
    this.#check(outcome)
  }

  timeFirst(): void {
    const clock = startClock()
    const { bytes, attach } = this.#variant.build(this.#subject.wasm)
    const metered = clock()
    const outcome = this.#subject.load(new WebAssembly.Module(unseen(bytes)), attach)()
    this.#first.push(clock())
    this.#meter.push(metered)
    this.#check(outcome)
  }

  result(): Measured {
    return {
      variant: this.#variant.name,
      without: this.#variant.without,
      bytes: this.#bytes,
      fuel: this.#fuel,
      steady: timesOf(this.#steady),
      first: timesOf(this.#first),
      meter: timesOf(this.#meter)
    }
  }

  #check(outcome: Outcome): void {
    this.#expected.check(this.#variant, outcome)
    this.#fuel = outcome.fuel
  }
}

interface Time {
  readonly wallMs: number
  readonly cpuMs: number
}

const startClock = (): (() => Time) => {
  const cpu = process.threadCpuUsage()
  const began = performance.now()
  return () => {
    const wallMs = performance.now() - began
    const { user, system } = process.threadCpuUsage(cpu)
    return { wallMs, cpuMs: (user + system) / 1_000 }
  }
}

const timesOf = (times: ReadonlyArray<Time>): Times => {
  const wallMs = times.map((time) => time.wallMs)
  const cpuMs = times.reduce((sum, time) => sum + time.cpuMs, 0) / times.length
  return { minMs: minimum(wallMs), medianMs: median(wallMs), cpuMs }
}

const inTurn = (lanes: ReadonlyArray<Lane>, round: number, act: (lane: Lane) => void): void => {
  for (let i = 0; i < lanes.length; i++) {
    const lane = lanes[(round + i) % lanes.length]
    if (lane !== undefined) act(lane)
  }
}

/** A guest's own error says what, not who. */
const named = <A>(who: string, act: () => A): A => {
  try {
    return act()
  } catch (cause) {
    throw new Error(`${who}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

let copies = 0

/** The same module with a custom section that no other has. */
const unseen = (wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  const section = Uint8Array.of(0, 6, 1, 0x62, 0, 0, 0, 0)
  new DataView(section.buffer).setUint32(4, ++copies)
  const bytes = new Uint8Array(wasm.length + section.length)
  bytes.set(wasm)
  bytes.set(section, wasm.length)
  return bytes
}
