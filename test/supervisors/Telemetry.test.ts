import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import { describe, expect, it } from "vitest"
import { type InstanceManager, Munition } from "../../src/index.ts"
import { METRICS } from "../../supervisors/Telemetry.ts"
import { parseWat } from "../guests/wat.ts"
import { ADD, SPIN } from "./munition.ts"

/** What is counted, and what a tracer is told: each outcome once, wherever it ended. */
const COUNTER = parseWat(
  "counter",
  `(module (memory 1) (func (export "one") (result i32) (i32.const 1)) (func (export "trap") unreachable))`
)

interface Seen {
  readonly metrics: () => ReadonlyMap<string, unknown>
  readonly spans: ReadonlyArray<Tracer.Span>
}

/** Runs it with a registry and a tracer of its own. */
const observed = <A, E>(
  program: (seen: Seen) => Effect.Effect<A, E, InstanceManager | Scope.Scope>
): Promise<A> => {
  const spans: Array<Tracer.Span> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const registry: Metric.MetricRegistry = new Map()
  const metrics = () =>
    new Map(
      Metric.snapshotUnsafe(Context.make(Metric.MetricRegistry, registry)).map((metric) => [
        [metric.id, ...Object.values(metric.attributes ?? {})].join(" "),
        "count" in metric.state
          ? metric.state.count
          : "value" in metric.state
            ? metric.state.value
            : undefined
      ])
    )
  return Effect.runPromise(
    Effect.scoped(program({ metrics, spans })).pipe(
      Effect.provide(Layer.merge(Munition.layer({ threadsMax: 1 }), Logger.layer([]))),
      Effect.provideService(Metric.MetricRegistry, registry),
      Effect.provideService(Tracer.Tracer, tracer)
    )
  )
}

describe("the metrics", () => {
  it("count each outcome once, and crashes and refusals by reason", () =>
    observed(({ metrics }) =>
      Effect.gen(function* () {
        yield* Munition.fire(ADD, "add", [1, 2])
        yield* Munition.fire(ADD, "add", [1, 2], { inline: true })
        yield* Effect.exit(Munition.fire(SPIN, "main", [], { capabilities: ["log"], fuel: 1_000 }))
        yield* Effect.exit(Munition.fire(ADD, "nothing"))
        yield* Effect.exit(Munition.validate(SPIN, { requiredExports: ["nothing"] }))
        expect(Object.fromEntries(metrics())).toMatchObject({
          "munition_firings_total returned": 2,
          "munition_firings_total crashed": 1,
          "munition_firings_total refused": 1,
          "munition_crashes_total OutOfFuel": 1,
          "munition_crashes_total Trapped": 0,
          "munition_refusals_total UnknownFunction": 2,
          munition_fuel_used_total: 1_008,
          munition_guest_memory_bytes: 3,
          munition_threads: 1,
          munition_queue_length: 0
        })
      })
    ))

  it("count calls of residents apart from firings, and what was never called in neither", () =>
    observed(({ metrics }) =>
      Effect.gen(function* () {
        const counter = yield* Munition.reside(COUNTER)
        expect(metrics().get("munition_residents")).toBe(1)
        yield* counter.call("one")
        yield* counter.cast("one")
        yield* Effect.exit(counter.call("nothing"))
        yield* Effect.exit(counter.call("trap"))
        yield* Effect.exit(Munition.reside(new Uint8Array(8)))
        expect(Object.fromEntries(metrics())).toMatchObject({
          "munition_calls_total returned": 2,
          "munition_calls_total crashed": 1,
          "munition_calls_total refused": 1,
          "munition_firings_total returned": 0,
          "munition_firings_total crashed": 0,
          "munition_firings_total refused": 0,
          "munition_crashes_total Trapped": 1,
          "munition_refusals_total Malformed": 1,
          munition_residents: 0
        })
      })
    ))

  it("count a firing whose caller went away", () =>
    observed(({ metrics }) =>
      Effect.gen(function* () {
        const captured = yield* Deferred.make<void>()
        const firing = yield* Effect.forkChild(
          Munition.fire(SPIN, "main", [], {
            capabilities: ["log"],
            fuel: 9e15,
            onCrash: () => Effect.asVoid(Deferred.succeed(captured, undefined))
          })
        )
        yield* Effect.repeat(Effect.yieldNow, {
          until: () => metrics().get("munition_firings_running") === 1
        })
        yield* Fiber.interrupt(firing)
        yield* Deferred.await(captured)
        expect(metrics().get("munition_crashes_total Cancelled")).toBe(1)
        expect(metrics().get("munition_firings_total crashed")).toBe(1)
      })
    ))

  it("show how the schedulers stand only as long as they are there", () =>
    observed(({ metrics }) => Effect.sync(() => metrics)).then((metrics) => {
      expect(metrics().has("munition_firings_total returned")).toBe(true)
      expect([...metrics().keys()].filter((name) => /queue|threads|running|bytes$/.test(name))).toEqual([])
    }))

  it("have no label whose values a guest or a caller chooses", () =>
    observed(({ metrics }) =>
      Effect.gen(function* () {
        const before = [...metrics().keys()]
        for (let i = 0; i < 20; i++) yield* Effect.exit(Munition.fire(ADD, `no function ${i}`))
        yield* Munition.fire(ADD, "add", [1, 2])
        const histograms = ["munition_guest_seconds", "munition_guest_memory_bytes"]
        expect([...metrics().keys()].filter((name) => !before.includes(name)).sort()).toEqual(
          histograms.sort()
        )
      })
    ))
})

describe("the table of metrics", () => {
  it("has each metric that there is once something was fired, and no other", () =>
    observed(({ metrics }) =>
      Effect.gen(function* () {
        yield* Munition.fire(ADD, "add", [1, 2])
        const ids = [...metrics().keys()].map((series) => series.split(" ")[0])
        expect([...new Set(ids)].sort()).toEqual(METRICS.map(({ id }) => id).sort())
      })
    ))
})

describe("the spans", () => {
  it("are one for each firing, with module, function, fuel and outcome, under the caller's own", () =>
    observed(({ spans }) =>
      Effect.gen(function* () {
        yield* Effect.withSpan(Munition.fire(ADD, "add", [1, 2]), "request")
        yield* Effect.exit(Munition.fire(SPIN, "main", [], { capabilities: ["log"], fuel: 1_000 }))
        yield* Effect.exit(Munition.fire(ADD, "x".repeat(1_000)))
        const [request, add, spin, refused] = spans
        expect(add?.parent).toMatchObject({ value: { spanId: request?.spanId } })
        expect([request, add, spin, refused].map((span) => span?.name)).toEqual([
          "request",
          ...Array.from({ length: 3 }, () => "munition.fire")
        ])
        expect(attributes(add)).toEqual({
          "munition.function": "add",
          "munition.module": expect.stringMatching(/^[0-9a-f]{12}$/),
          "munition.outcome": "returned",
          "munition.fuel.used": 4
        })
        expect(attributes(spin)).toMatchObject({
          "munition.outcome": "crashed",
          "munition.reason": "OutOfFuel",
          "munition.fuel.used": 1_000
        })
        expect(attributes(refused)).toMatchObject({
          "munition.function": `${"x".repeat(128)}…`,
          "munition.outcome": "refused",
          "munition.reason": "UnknownFunction"
        })
        expect(spans.map(({ status }) => status._tag)).toEqual(Array.from({ length: 4 }, () => "Ended"))
      })
    ))

  it("are one for each call of a resident guest, and one for its start", () =>
    observed(({ spans }) =>
      Effect.gen(function* () {
        const counter = yield* Munition.reside(COUNTER)
        yield* counter.call("one")
        yield* Effect.exit(counter.call("trap"))
        yield* Effect.exit(counter.call("one"))
        expect(spans.map((span) => [span.name, attributes(span)["munition.outcome"]])).toEqual([
          ["munition.reside", undefined],
          ["munition.call", "returned"],
          ["munition.call", "crashed"],
          ["munition.call", "failed"]
        ])
        expect(new Set(spans.map((span) => attributes(span)["munition.module"])).size).toBe(1)
      })
    ))
})

const attributes = (span: Tracer.Span | undefined): Record<string, unknown> =>
  Object.fromEntries(span?.attributes ?? [])
