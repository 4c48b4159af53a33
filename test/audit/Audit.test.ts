import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { describe } from "vitest"
import { Life } from "../../actors/Life.ts"
import { Audit, AuditTrail } from "../../src/audit/Audit.ts"
import {
  type AuditEntry,
  type AuditEvent,
  formatAuditEvent,
  refusalOf,
  stepsOf
} from "../../src/audit/AuditEvent.ts"
import { CapabilityDenied } from "../../src/outcome/RefusedReason.ts"

const step = (why: string): AuditEntry => ({
  _tag: "Step",
  instanceId: "7",
  from: "instantiated",
  to: "executing",
  why,
  atMicros: 120
})
const denied = (name: string) => new CapabilityDenied("env", name, "time", "it needs the capability time")
const refusal = refusalOf(denied("evil\n#9 instance"), { functionName: "run\u001b[2J", moduleHash: "ab" })
const life = () => {
  const walked = new Life()
  walked.step("INSTANTIATED", 10)
  walked.step("CALLED", 20)
  walked.step("Trapped", 30)
  walked.step("CAPTURED", 40)
  walked.step("CLEANED", 50)
  return walked.trace
}

describe("a life as audit entries", () => {
  it("is a chain: each step begins where the one before it ended", () => {
    const steps = stepsOf("7", life())
    expect(steps.map(({ from, to, why }) => [from, to, why])).toEqual([
      [undefined, "compiling", "START"],
      ["compiling", "instantiated", "INSTANTIATED"],
      ["instantiated", "executing", "CALLED"],
      ["executing", "captured", "Trapped"],
      ["captured", "cleaned", "CLEANED"]
    ])
  })
})

describe("the ring", () => {
  it.effect("numbers what it received and says when", () =>
    Effect.gen(function* () {
      const audit = yield* Audit
      yield* audit.record(step("CALLED"))
      yield* TestClock.adjust("1 second")
      yield* audit.record(refusal)
      const { events, dropped } = yield* (yield* AuditTrail).read
      expect(events.map((e) => [e.sequence, e.atMs, e._tag])).toEqual([
        [1, 0, "Step"],
        [2, 1_000, "Refusal"]
      ])
      expect(dropped).toBe(0)
    }).pipe(Effect.provide(Audit.layerRing()))
  )

  it.effect("law: keeps exactly the latest, in order, and counts the others", () =>
    Effect.gen(function* () {
      for (const [eventsMax, count] of fc.sample(
        fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 17 })),
        { numRuns: 100, seed: 1 }
      )) {
        const trail = yield* Effect.gen(function* () {
          const audit = yield* Audit
          for (let i = 0; i < count; i++) yield* audit.record(step(String(i)))
          return yield* (yield* AuditTrail).read
        }).pipe(Effect.provide(Audit.layerRing(eventsMax)))
        const all = Array.from({ length: count }, (_, i) => i + 1)
        expect(trail.events.map((e) => e.sequence)).toEqual(all.slice(-eventsMax))
        expect(trail.dropped).toBe(Math.max(0, count - eventsMax))
      }
    })
  )

  it.effect("keeps nothing of a guest's names but what it shows of them", () =>
    Effect.gen(function* () {
      setFlagsFromString("--expose-gc")
      const collect: () => void = runInNewContext("gc")
      const audit = yield* Audit
      const record = (i: number) => {
        // Each of its own, as they come out of modules.
        const name = Buffer.alloc(100_000, 65 + (i % 20)).toString("latin1")
        return audit.record(refusalOf(denied(name), { functionName: `${name}!` }))
      }
      yield* record(0)
      collect()
      const before = process.memoryUsage().heapUsed
      for (let i = 0; i < 300; i++) yield* record(i)
      collect()
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(300 * 10_000)
    }).pipe(Effect.provide(Audit.layerRing()))
  )

  it.effect("has room for a whole number of events, whatever was asked for", () =>
    Effect.gen(function* () {
      for (const [eventsMax, kept] of [
        [Number.NaN, 1],
        [-3, 1],
        [2.7, 2],
        [Number.POSITIVE_INFINITY, 5]
      ] as const) {
        const { events, dropped } = yield* Effect.gen(function* () {
          const audit = yield* Audit
          for (let i = 0; i < 5; i++) yield* audit.record(step(String(i)))
          return yield* (yield* AuditTrail).read
        }).pipe(Effect.provide(Audit.layerRing(eventsMax)))
        expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5].slice(-kept))
        expect(dropped).toBe(5 - kept)
      }
    })
  )
})

describe("the audit without a layer of one's own", () => {
  it.effect("takes everything and keeps nothing", () =>
    Effect.gen(function* () {
      const audit = yield* Audit
      expect(yield* audit.record(refusal)).toBeUndefined()
    }).pipe(Effect.provide(Audit.layer))
  )
})

describe("an audit event as a line", () => {
  it("names number, instance, both states, why and when", () => {
    expect(formatAuditEvent({ ...step("CALLED"), sequence: 3, atMs: 0 })).toBe(
      "#3 instance 7 instantiated -> executing: CALLED at 120 µs"
    )
  })

  it("is one line, whatever a guest called its imports and functions", () => {
    const moved: AuditEntry = {
      _tag: "Transition",
      chart: "scheduler",
      id: "0",
      from: "idle",
      to: "running",
      why: "GIVEN"
    }
    expect(formatAuditEvent({ ...moved, sequence: 5, atMs: 0 })).toBe("#5 scheduler 0 idle -> running: GIVEN")
    expect(formatAuditEvent({ ...refusal, sequence: 4, atMs: 0 })).toBe(
      "#4 refused run\\u{1b}[2J: CapabilityDenied, " +
        "import env.evil\\n#9 instance denied: it needs the capability time"
    )
  })

  it("is one line too when it was read out of a file, where somebody wrote whatever words", () => {
    const line = "\n\u001b[2J\u202e"
    const read = { from: line, to: line, why: line, id: line, chart: line, reason: line, message: line }
    const at = { sequence: 1, atMs: 0, functionName: line, moduleHash: line, instanceId: line, atMicros: 0 }
    for (const _tag of ["Step", "Transition", "Refusal"] as const) {
      // What `decodeLine` gives out is as open.
      const event = { _tag, ...read, ...at } as unknown as AuditEvent
      expect(formatAuditEvent(event)).toMatch(/^[ -~\u00b5]+$/)
    }
  })

  it("is bounded, however long a guest's names are", () => {
    const entry = refusalOf(denied("x".repeat(1_000_000)), { functionName: "y".repeat(1_000_000) })
    expect(JSON.stringify(entry).length).toBeLessThan(2_000)
  })

  it.effect("goes to Effect's logger, a refusal louder than a step", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const logger = Logger.make(({ logLevel, message }) => {
        seen.push([logLevel, message])
      })
      yield* Effect.gen(function* () {
        const audit = yield* Audit
        yield* audit.record(step("CALLED"))
        yield* audit.record(refusal)
      }).pipe(
        Effect.provide([Audit.layerLogger, Logger.layer([logger])]),
        Effect.provideService(References.MinimumLogLevel, "All")
      )
      expect(seen).toEqual([
        ["Debug", [expect.stringMatching(/^#1 instance 7 /)]],
        ["Warn", [expect.stringMatching(/^#2 refused /)]]
      ])
    })
  )
})
