import type { CrashReason } from "../../outcome/CrashReason.ts"
import type {
  Evidence,
  FuelEvidence,
  GlobalEvidence,
  JournalEntry,
  MemoryEvidence,
  StackFrame,
  TableEvidence
} from "../../outcome/Evidence.ts"
import type { Missing } from "../../outcome/Missing.ts"
import type { RefusedReason } from "../../outcome/RefusedReason.ts"
import type { TypedValue, Value } from "../../outcome/Value.ts"
import type { Freshness } from "../../wasm/freshness.ts"
import type { ExportedFunction, MemorySummary } from "../Compiled.ts"
import type { Ran, Step } from "../Firing.ts"
import type { ToldCompiled, ToldReport } from "../worker/childMessages.ts"
import {
  bytes,
  count,
  either,
  flag,
  int32s,
  integer,
  list,
  literal,
  optional,
  record,
  type Shape,
  tagged,
  text,
  Wrong
} from "./Shape.ts"

/** What a report of a child process is made of. What it says is checked in `checkReport.ts`. */

const texts = list(text)
const missing: Shape<Missing> = record<Missing>({ _tag: literal("Missing"), why: text })
const orMissing = <A>(shape: Shape<A>): Shape<A | Missing> => either(shape, missing)

const value: Shape<Value> = (given) =>
  given === null || typeof given === "number" || typeof given === "bigint" || typeof given === "string"
    ? given
    : new Wrong("", "a value", given)
const typed = record<TypedValue>({ type: text, value: text })

const compiled = record<ToldCompiled>({
  exports: list(record<ExportedFunction>({ name: text, params: texts, results: texts })),
  imports: list(
    tagged<ToldCompiled["imports"][number]>("kind", {
      function: record({
        module: text,
        name: text,
        kind: literal("function"),
        type: record({ params: texts, results: texts })
      }),
      ...Object.fromEntries(
        (["memory", "table", "global", "tag"] as const).map((kind) => [
          kind,
          record<Exclude<ToldCompiled["imports"][number], { kind: "function" }>>({
            module: text,
            name: text,
            kind: literal(kind)
          })
        ])
      )
    })
  ),
  memories: list(record<MemorySummary>({ shared: flag, minPages: count, maxPages: optional(count) })),
  // The cast: they are shown, and nothing else.
  features: texts as Shape<ToldCompiled["features"]>,
  nondeterminism: texts,
  meteredBytes: count,
  freshness: tagged<Freshness>("way", {
    restore: record({ way: literal("restore") }),
    reinstantiate: record({ way: literal("reinstantiate"), why: text }),
    new: record({ way: literal("new"), why: text })
  }),
  startFunction: flag
})

const refused = tagged<RefusedReason>("_tag", {
  Malformed: record<Extract<RefusedReason, { _tag: "Malformed" }>>({
    _tag: literal("Malformed"),
    what: text,
    offset: optional(count)
  }),
  LimitExceeded: record<Extract<RefusedReason, { _tag: "LimitExceeded" }>>({
    _tag: literal("LimitExceeded"),
    limit: text,
    bound: either(count, numeric),
    value: either(count, numeric)
  }),
  CapabilityDenied: record<Extract<RefusedReason, { _tag: "CapabilityDenied" }>>({
    _tag: literal("CapabilityDenied"),
    module: text,
    name: text,
    capability: optional(text),
    detail: text
  }),
  UnknownFunction: record<Extract<RefusedReason, { _tag: "UnknownFunction" }>>({
    _tag: literal("UnknownFunction"),
    name: text,
    available: texts
  }),
  BadArguments: record<Extract<RefusedReason, { _tag: "BadArguments" }>>({
    _tag: literal("BadArguments"),
    parameter: text,
    expected: text,
    got: text
  }),
  Unsupported: record<Extract<RefusedReason, { _tag: "Unsupported" }>>({
    _tag: literal("Unsupported"),
    feature: text,
    detail: text
  })
})

/** A limit may be beyond what is counted exactly: 2 ** 64 addresses. */
function numeric(given: unknown): number | Wrong {
  return typeof given === "number" ? given : new Wrong("", "a number", given)
}

type Reason<Tag> = Extract<CrashReason, { readonly _tag: Tag }>
const crash = tagged<CrashReason>("_tag", {
  OutOfFuel: record<Reason<"OutOfFuel">>({ _tag: literal("OutOfFuel"), allocated: count, used: count }),
  OutOfStack: record<Reason<"OutOfStack">>({ _tag: literal("OutOfStack"), slotsMax: count }),
  OutOfMemory: record<Reason<"OutOfMemory">>({ _tag: literal("OutOfMemory"), bytesMax: count }),
  Trapped: record<Reason<"Trapped">>({
    _tag: literal("Trapped"),
    kind: text,
    at: optional(record({ funcIndex: count, codeOffset: optional(count) })),
    engineMessage: text
  }),
  TimedOut: record<Reason<"TimedOut">>({ _tag: literal("TimedOut"), timeoutMs: numeric }),
  Cancelled: record<Reason<"Cancelled">>({ _tag: literal("Cancelled"), by: text }),
  GuestException: record<Reason<"GuestException">>({
    _tag: literal("GuestException"),
    tagIndex: optional(count),
    payload: texts
  }),
  HostFailed: record<Reason<"HostFailed">>({
    _tag: literal("HostFailed"),
    module: text,
    name: text,
    cause: text
  }),
  EngineLost: record<Reason<"EngineLost">>({ _tag: literal("EngineLost"), cause: text })
})

const state = {
  memories: orMissing(
    list(
      record<MemoryEvidence>({
        memoryIndex: count,
        pages: count,
        pageBytes: count,
        bytes: orMissing(bytes)
      })
    )
  ),
  globals: orMissing(
    list(record<GlobalEvidence>({ globalIndex: count, type: text, value: orMissing(text) }))
  ),
  tables: orMissing(
    list(record<TableEvidence>({ tableIndex: count, type: text, length: count, elements: orMissing(int32s) }))
  ),
  journal: record({
    entries: list(
      record<JournalEntry>({
        module: text,
        name: text,
        results: texts,
        readBytes: count,
        writes: list(record({ offset: count, bytes }))
      })
    ),
    dropped: count
  })
} satisfies Partial<{ readonly [K in keyof Evidence]: Shape<Evidence[K]> }>

const evidence = record<Evidence>({
  ...state,
  fuel: record<FuelEvidence>({
    allocated: count,
    used: count,
    remaining: count,
    exactness: literal("exact", "bound"),
    why: optional(text)
  }),
  stack: orMissing(
    list(record<StackFrame>({ funcIndex: integer, name: optional(text), codeOffset: optional(count) }))
  )
})

const step = record<Step>({
  event: literal("INSTANTIATED", "CALLED", "RETURNED", "FAILED", "CAPTURED", "CLEANED"),
  atMicros: count
})

const ran: {
  readonly [K in keyof Omit<Ran, "compiled">]-?: Shape<Ran[K]>
} & { readonly compiled: Shape<ToldCompiled | undefined> } = {
  // Six steps and a call's seventh are all that a life has.
  steps: list(step, 8),
  compileMicros: count,
  durationMicros: count,
  fuel: record({ allocated: count, used: count, remaining: count }),
  memory: record({ pages: count, highWaterBytes: count }),
  nondeterminism: texts,
  compiled: optional(compiled),
  engine: text,
  versions: record<Ran["versions"]>({ node: text, v8: text, munition: text })
}

type Told<Kind> = Extract<ToldReport, { readonly kind: Kind }>

export const reportShape: Shape<ToldReport> = tagged<ToldReport>("kind", {
  refused: record<Told<"refused">>({
    kind: literal("refused"),
    reason: refused,
    compileMicros: count,
    compiled: optional(compiled)
  }),
  compiled: record<Told<"compiled">>({ kind: literal("compiled"), compiled, compileMicros: count }),
  started: record<Told<"started">>({ kind: literal("started"), ...ran }),
  returned: record<Told<"returned">>({
    kind: literal("returned"),
    ...ran,
    values: list(value),
    typed: list(typed),
    state: optional(record<NonNullable<Told<"returned">["state"]>>(state))
  }),
  failed: record<Told<"failed">>({ kind: literal("failed"), ...ran, reason: crash, evidence })
})
