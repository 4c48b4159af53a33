import { MessageChannel } from "node:worker_threads"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { FiringRequest } from "../../../src/runtime/Firing.ts"
import { FiringCell } from "../../../src/runtime/FiringCell.ts"
import { Assigned, type Heard } from "../../../src/runtime/process/Assigned.ts"
import { Wrong } from "../../../src/runtime/process/Shape.ts"
import { RUN_POLICY_DEFAULT } from "../../../src/runtime/RunPolicy.ts"
import { SchedulerCell } from "../../../src/runtime/SchedulerCell.ts"

const FUEL = 1_000
const asked = (goal: FiringRequest["goal"], cell: FiringCell): FiringRequest => ({
  goal,
  bytes: new Uint8Array(8),
  compiled: undefined,
  functionName: "main",
  args: [],
  fuel: FUEL,
  timeoutMs: 100,
  policy: RUN_POLICY_DEFAULT,
  grants: { granted: [{ capability: "host:f" }], notices: [] } as unknown as FiringRequest["grants"],
  declarations: [
    {
      kind: "remote",
      module: "host",
      name: "f",
      capability: "host:f",
      type: { params: [], results: [] },
      reads: [],
      bound: { readBytesMax: 0 }
    }
  ] as unknown as FiringRequest["declarations"],
  cell: cell.buffer
})

const SMALL = { text: "", parts: [] }
const PULSE = { kind: "pulse", running: 1, silentMs: 0 }
const LOG = { kind: "log", firing: 1, record: { level: "info", text: "x", bytes: 1, notes: [] } }
const questionOf = (remote: number) => ({
  kind: "question",
  remote,
  question: { module: "host", name: "f", args: [], reads: [] }
})
const RAN = {
  compileMicros: 0,
  durationMicros: 1,
  fuel: { allocated: FUEL, used: 4, remaining: 996 },
  memory: { pages: 0, highWaterBytes: 0 },
  nondeterminism: [],
  engine: "v8",
  versions: { node: "1", v8: "1", munition: "1" }
}
const STEPS = ["INSTANTIATED", "CALLED", "RETURNED", "CLEANED"]
const reportOf = (firing: number, report: object) => ({
  kind: "report",
  firing,
  report: { ...RAN, ...report }
})
const steps = (events: ReadonlyArray<string>) => events.map((event) => ({ event, atMicros: 1 }))
const STARTED = { kind: "started", steps: steps(["INSTANTIATED"]) }
const RETURNED = { kind: "returned", steps: steps(STEPS), values: [], typed: [] }

const ports: Array<MessageChannel> = []
const portOf = () => {
  const channel = new MessageChannel()
  ports.push(channel)
  return channel.port1
}
const note = (firing: number, phase: number) => new Uint8Array(new Int32Array([firing, phase]).buffer)

const given = (goal: FiringRequest["goal"] = "fire") => {
  const assigned = new Assigned(new SchedulerCell())
  const cell = new FiringCell()
  assigned.fired(1, asked(goal, cell), portOf())
  return { assigned, cell }
}
const wrongOf = (heard: Heard | Wrong | undefined): string =>
  heard instanceof Wrong ? heard.what : `not refused: ${heard?.kind}`

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] })
})
afterEach(() => {
  vi.useRealTimers()
  for (const { port1 } of ports.splice(0)) port1.close()
})

describe("a child that was asked nothing", () => {
  it("may send no more than the reason of its end, and no bytes", () => {
    const { assigned } = given()
    expect(assigned.textBytesMax).toBeGreaterThan(2 ** 20)
    expect(assigned.partBytesMax).toBeGreaterThan(2 ** 20)
    expect(assigned.hear(reportOf(1, RETURNED), SMALL)).toMatchObject({ kind: "report" })
    expect(assigned.textBytesMax).toBe(2 ** 16)
    expect(assigned.partBytesMax).toBe(0)
    expect(wrongOf(assigned.hear(PULSE, SMALL))).toMatch(/pulse: expected none while nothing is asked/)
    expect(assigned.hear({ kind: "lost", cause: "x" }, SMALL)).toEqual({ kind: "ended", cause: "x" })
  })

  it("saves up no pulses over a day: no more come at once than of five minutes", () => {
    const { assigned } = given()
    vi.advanceTimersByTime(86_400_000)
    let pulses = 0
    while (assigned.hear(PULSE, SMALL) === undefined) pulses++
    expect(pulses).toBe(15_000)
  })

  it("is left alone with the pulses of a daemon that was held up for minutes", () => {
    const { assigned } = given()
    for (let round = 0; round < 10; round++) {
      vi.advanceTimersByTime(240_000)
      for (let i = 0; i < 12_000; i++) expect(assigned.hear(PULSE, SMALL)).toBeUndefined()
    }
  })
})

describe("what is told apart from reports", () => {
  it.each([
    ["a pulse", PULSE],
    ["a line", LOG],
    ["a question", questionOf(1)]
  ])("is refused when it is padded with text: %s", (_, word) => {
    const { assigned } = given()
    expect(wrongOf(assigned.hear(word, { text: "x".repeat(2 ** 18 + 1), parts: [] }))).toMatch(
      /expected at most 262144 characters, got 262145/
    )
  })

  it("is refused with bytes that nobody reads", () => {
    const { assigned } = given()
    expect(wrongOf(assigned.hear(PULSE, { text: "", parts: [new Uint8Array(1)] }))).toMatch(/no bytes, got 1/)
  })
})

describe("a guest that is heard of before its notes", () => {
  it.each([
    ["asks", questionOf(1)],
    ["logs", LOG]
  ])("counts as begun when it %s, and its notes may come later", (_, word) => {
    const { assigned, cell } = given()
    expect(assigned.hear(word, SMALL)).toMatchObject({ kind: word.kind })
    expect(cell.phase).toBe("executing")
    expect(assigned.note(note(1, 2))).toBeUndefined()
    expect(assigned.note(note(1, 3))).toBeUndefined()
    expect(cell.phase).toBe("executing")
    expect(assigned.note(note(1, 3))).toBe("the phase executing after executing")
  })
})

describe("a resident guest", () => {
  it("may ask while it starts and while it is called, and not in between", () => {
    const { assigned } = given("reside")
    const answered = () => void assigned.answered(1)
    expect(assigned.hear(questionOf(1), SMALL)).toMatchObject({ kind: "question" })
    answered()
    expect(assigned.hear(reportOf(1, STARTED), SMALL)).toMatchObject({ kind: "report" })
    for (const call of [2, 3]) {
      expect(wrongOf(assigned.hear(questionOf(1), SMALL))).toMatch(
        /remote: expected a firing that runs, got 1/
      )
      const { buffer } = new FiringCell()
      assigned.called(call, 1, { functionName: "f", args: [], fuel: FUEL, timeoutMs: 1, cell: buffer })
      expect(assigned.hear(questionOf(1), SMALL)).toMatchObject({ kind: "question" })
      answered()
      expect(assigned.hear(reportOf(call, RETURNED), SMALL)).toMatchObject({ kind: "report" })
    }
    assigned.left(1)
    expect(wrongOf(assigned.hear(questionOf(1), SMALL))).toMatch(/remote: expected a firing with remote/)
  })
})

describe("a failure", () => {
  const FAILED = {
    kind: "failed",
    steps: steps(["INSTANTIATED", "CALLED", "FAILED", "CAPTURED", "CLEANED"]),
    evidence: {
      memories: [],
      globals: [],
      tables: [],
      fuel: { ...RAN.fuel, exactness: "exact" },
      stack: [],
      journal: { entries: [], dropped: 0 }
    }
  }
  const failing = (reason: object, told: object = {}) => {
    const { assigned, cell } = given()
    const hear = () => assigned.hear(reportOf(1, { ...FAILED, reason, ...told }), SMALL)
    return { hear, cell }
  }

  it("that nobody asked for is not taken for a cancellation", () => {
    const reason = { _tag: "Cancelled", by: "the caller" }
    expect(wrongOf(failing(reason).hear())).toMatch(/reason: expected of one that was cancelled/)
    const { hear, cell } = failing(reason)
    cell.cancel()
    expect(hear()).toMatchObject({ kind: "report" })
  })

  it("names the time and the fuel that were given, and no others", () => {
    expect(failing({ _tag: "TimedOut", timeoutMs: 100 }).hear()).toMatchObject({ kind: "report" })
    expect(wrongOf(failing({ _tag: "TimedOut", timeoutMs: 99 }).hear())).toMatch(
      /timeoutMs: expected 100, got 99/
    )
    const out = (allocated: number, used: number) => failing({ _tag: "OutOfFuel", allocated, used }).hear()
    expect(out(FUEL, FUEL)).toMatchObject({ kind: "report" })
    expect(wrongOf(out(FUEL, FUEL + 1))).toMatch(/used: expected 0\.\.1000, got 1001/)
    expect(wrongOf(out(FUEL + 1, FUEL))).toMatch(/used: expected/)
  })

  it("has the same fuel in its dump as in its report", () => {
    const fuel = { allocated: FUEL, used: 5, remaining: 995, exactness: "exact" }
    const reason = { _tag: "OutOfStack", slotsMax: 1 }
    const { hear } = failing(reason, { evidence: { ...FAILED.evidence, fuel } })
    expect(wrongOf(hear())).toMatch(/evidence\.fuel: expected the report's, got 5/)
  })
})
