import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import type * as Tracer from "effect/Tracer"
import { Crash } from "../src/outcome/Crash.ts"
import { CRASH_TAGS } from "../src/outcome/CrashReason.ts"
import { Refused } from "../src/outcome/Refused.ts"
import { REFUSED_TAGS, type RefusedReason } from "../src/outcome/RefusedReason.ts"
import { Returned } from "../src/outcome/Returned.ts"
import type { Schedulers } from "./Schedulers.ts"

/**
 * What is counted and traced, through Effect's own registry and tracer: nothing to provide, nothing to turn on.
 *
 * Each firing, and each call of a resident guest, is counted once, where its outcome is told to the audit; what
 * stands (the queue, threads, memory) is read when somebody reads the metric. No label has a name that a guest or
 * a caller chose: each of those would be a series of its own, for good. Spans have them, shortened.
 *
 * *Cost*: 4 µs a firing, of which the span is 3.2; a firing takes 190 µs inline and 450 µs in a thread.
 */

const counters = <Label extends string>(
  name: string,
  description: string,
  label: string,
  values: ReadonlyArray<Label>
): ReadonlyMap<string, Metric.Counter<number>> => {
  const counter = Metric.counter(name, { description, incremental: true })
  return new Map(values.map((value) => [value, Metric.withAttributes(counter, { [label]: value })]))
}

const OUTCOMES = ["returned", "crashed", "refused"] as const

const FIRINGS = counters("munition_firings_total", "Firings, by outcome.", "outcome", OUTCOMES)
const CALLS = counters("munition_calls_total", "Calls of resident guests, by outcome.", "outcome", OUTCOMES)
const CRASHES = counters("munition_crashes_total", "Crashes, by reason.", "reason", CRASH_TAGS)
const REFUSALS = counters("munition_refusals_total", "Refusals, by reason.", "reason", REFUSED_TAGS)
const FUEL = Metric.counter("munition_fuel_used_total", {
  description: "Units of fuel that guests used.",
  incremental: true
})
const SECONDS = Metric.histogram("munition_guest_seconds", {
  description: "Seconds in guest code, of a firing or a call.",
  boundaries: Metric.exponentialBoundaries({ start: 0.000_1, factor: 4, count: 10 })
})
const MEMORY = Metric.histogram("munition_guest_memory_bytes", {
  description: "The most bytes that the memories of a guest had together.",
  boundaries: Metric.exponentialBoundaries({ start: 65_536, factor: 4, count: 9 })
})

/** What ended, or was refused: a firing, a call that a resident guest was given, or the resident guest itself. */
export type Counted = "firing" | "call" | "resident"

type Metrics = ReadonlyMap<string, Metric.Counter<number>>

const OUTCOMES_OF: Readonly<Record<Counted, Metrics>> = { firing: FIRINGS, call: CALLS, resident: new Map() }

const count = (metrics: Metrics, value: string, context: Context.Context<never>): void =>
  metrics.get(value)?.updateUnsafe(1, context)

/** Counts one that had an instance, and what it consumed. */
export const countEnded = (what: Counted, ended: Returned | Crash): Effect.Effect<void> =>
  Effect.contextWith((context) => {
    const { fuel, memory, durationMicros } = ended.metadata
    count(OUTCOMES_OF[what], ended instanceof Crash ? "crashed" : "returned", context)
    if (ended instanceof Crash) count(CRASHES, ended.reason._tag, context)
    FUEL.updateUnsafe(fuel.used, context)
    SECONDS.updateUnsafe(durationMicros / 1e6, context)
    MEMORY.updateUnsafe(memory.highWaterBytes, context)
    return Effect.void
  })

/**
 * Counts firings that returned together, where counting each would take as long as a small guest: what it holds is told
 * when there is enough of it, or when somebody says so.
 */
export class ReturnedTally {
  readonly #ended: Array<Returned["metadata"]> = []

  add(metadata: Returned["metadata"], context: Context.Context<never>): void {
    this.#ended.push(metadata)
    if (this.#ended.length >= TALLY_MAX) this.flush(context)
  }

  flush(context: Context.Context<never>): void {
    const ended = this.#ended.splice(0)
    if (ended.length === 0) return
    FIRINGS.get("returned")?.updateUnsafe(ended.length, context)
    FUEL.updateUnsafe(
      ended.reduce((used, { fuel }) => used + fuel.used, 0),
      context
    )
    for (const { memory, durationMicros } of ended) {
      SECONDS.updateUnsafe(durationMicros / 1e6, context)
      MEMORY.updateUnsafe(memory.highWaterBytes, context)
    }
  }
}

const TALLY_MAX = 64

/** Counts one that was refused; `undefined` for what is none of the three, as a validation. */
export const countRefused = (what: Counted | undefined, reason: RefusedReason): Effect.Effect<void> =>
  Effect.contextWith((context) => {
    if (what !== undefined) count(OUTCOMES_OF[what], "refused", context)
    count(REFUSALS, reason._tag, context)
    return Effect.void
  })

type Load = Effect.Success<Schedulers["load"]>

const GAUGES: ReadonlyArray<readonly [name: string, description: string, read: (load: Load) => number]> = [
  ["munition_queue_length", "Firings that wait for a thread.", ({ waiting }) => waiting],
  ["munition_firings_running", "Firings that threads have.", ({ running }) => sum(running)],
  ["munition_residents", "Resident guests that live.", ({ residents }) => residents],
  [
    "munition_memories",
    "WebAssembly memories of the process; it has room for some 16,000.",
    ({ memories }) => memories
  ],
  [
    "munition_memory_committed_bytes",
    "Bytes of them that are committed, touched or not.",
    ({ pages }) => pages * 65_536
  ],
  [
    "munition_memory_reserved_bytes",
    "Addresses that are reserved for them, 8 GiB each.",
    ({ memories }) => memories * 2 ** 33
  ],
  ["munition_threads", "Threads that run guests.", ({ running }) => running.length],
  [
    "munition_process_resident_bytes",
    "Memory of the whole process, guests included.",
    () => process.memoryUsage.rss()
  ]
]

/** Every metric there is, for whoever builds a dashboard. */
export const METRICS: ReadonlyArray<MetricRow> = [
  ...[FIRINGS, CALLS, CRASHES, REFUSALS].flatMap((metrics) => [...metrics.values()].slice(0, 1)),
  ...[FUEL, SECONDS, MEMORY],
  ...GAUGES.map(([id, description]) => ({ id, type: "Gauge", description }))
]

export interface MetricRow {
  readonly id: string
  readonly type: string
  readonly description: string | undefined
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, one) => total + one, 0)

/**
 * Shows how the schedulers stand for as long as the scope lasts, and begins all counters at zero: the first crash
 * is a step from 0 to 1, which a rate can see.
 *
 * Two layers of Munition in one process need different `Metric.CurrentMetricAttributes`, else the later one shows.
 */
export const showLoad = (load: Schedulers["load"]): Effect.Effect<void, never, Scope.Scope> =>
  Effect.contextWith((context: Context.Context<Scope.Scope>) => {
    for (const metrics of [FIRINGS, CALLS, CRASHES, REFUSALS])
      for (const metric of metrics.values()) metric.updateUnsafe(0, context)
    FUEL.updateUnsafe(0, context)
    const registrations = GAUGES.map(([name, description, read]) =>
      Metric.registerUnsafe(Metric.gauge(name, { description }), context, {
        get: () => ({ value: read(Effect.runSync(load)) }),
        update: () => {},
        modify: () => {}
      })
    )
    return Effect.addFinalizer(() =>
      Effect.sync(() => {
        for (const registration of registrations) registration.remove()
      })
    )
  })

/** A span of what a guest does; it ends with the outcome, and for a crash or a refusal with the reason. */
export const withGuestSpan =
  (name: "munition.fire" | "munition.call" | "munition.reside", about: SpanSubject = {}) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Effect.withSpan(
      Effect.onExit(effect, (exit) => Effect.annotateCurrentSpan(attributesOf(exit))),
      name,
      {
        captureStackTrace: false,
        attributes: {
          // From a caller without types it may be anything, and is refused as such.
          ...(typeof about.functionName === "string"
            ? { "munition.function": shorten(about.functionName) }
            : {}),
          ...(about.moduleHash === undefined ? {} : moduleAttribute(about.moduleHash))
        }
      }
    )

interface SpanSubject {
  readonly functionName?: string
  readonly moduleHash?: string
}

/** Names the module by the beginning of its hash, as people do. */
export const traceModule = (moduleHash: string): Effect.Effect<void> =>
  Effect.annotateCurrentSpan(moduleAttribute(moduleHash))

const moduleAttribute = (moduleHash: string) => ({
  "munition.module": moduleHash.slice(0, MODULE_PREFIX_LENGTH)
})

/** As many digits as people compare: a million modules share them by chance once in six hundred times. */
const MODULE_PREFIX_LENGTH = 12
const NAME_LENGTH_MAX = 128

const shorten = (name: string): string =>
  name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, NAME_LENGTH_MAX)}…`

const attributesOf = (exit: Exit.Exit<unknown, unknown>): Record<string, unknown> => {
  if (exit._tag === "Success") {
    const { value } = exit
    return value instanceof Returned
      ? { "munition.outcome": "returned", "munition.fuel.used": value.metadata.fuel.used }
      : {}
  }
  const failure = Cause.findErrorOption(exit.cause)
  const error = failure._tag === "Some" ? failure.value : undefined
  if (error instanceof Crash)
    return {
      "munition.outcome": "crashed",
      "munition.reason": error.reason._tag,
      "munition.fuel.used": error.metadata.fuel.used
    }
  if (error instanceof Refused) return { "munition.outcome": "refused", "munition.reason": error.reason._tag }
  return { "munition.outcome": Cause.hasInterrupts(exit.cause) ? "interrupted" : "failed" }
}
