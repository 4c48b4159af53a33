import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type AuditEntry, type AuditEvent, formatAuditEvent } from "./AuditEvent.ts"

/**
 * Receives what every firing did, step by step, and what was refused.
 *
 * It cannot fail: an audit that loses events counts them, it does not stop the guests. Without a layer of the
 * caller's own nothing is kept; `layerRing` keeps the latest in memory, `layerLogger` writes lines.
 *
 *     const audited = Munition.layerAudited().pipe(Layer.provideMerge(Audit.layerRing()))
 *     const program = Munition.fire(wasm, "add", [1, 2]).pipe(Effect.andThen(AuditTrail.use((trail) => trail.read)))
 *     const { events } = await Effect.runPromise(Effect.provide(program, audited))
 *     events.flatMap((event) => (event._tag === "Step" ? [event.to] : [])) // => ["compiling", "instantiated", "executing", "cleaned"]
 */
export class Audit extends Context.Service<
  Audit,
  {
    /** Takes one entry; numbers follow the order of the calls. */
    readonly record: (entry: AuditEntry) => Effect.Effect<void>
    /** That it keeps nothing: then nobody need make entries for it. */
    readonly isSilent?: boolean
  }
>()("munition/audit/Audit") {
  /** Keeps nothing. */
  static readonly layer: Layer.Layer<Audit> = Layer.sync(Audit, () =>
    Audit.of({ record: () => Effect.void, isSilent: true })
  )

  /** Keeps the latest events for `AuditTrail` to read. */
  static readonly layerRing = (eventsMax: number = AUDIT_EVENTS_MAX): Layer.Layer<Audit | AuditTrail> =>
    Layer.effectContext(Effect.sync(() => makeRing(slotsOf(eventsMax))))

  /** Writes each event as a line to Effect's logger: a step at `Debug`, a refusal at `Warn`. */
  static readonly layerLogger: Layer.Layer<Audit> = Layer.sync(Audit, () =>
    Audit.of({
      record: makeRecord((event) =>
        event._tag === "Refusal"
          ? Effect.logWarning(formatAuditEvent(event))
          : Effect.logDebug(formatAuditEvent(event))
      )
    })
  )
}

/** Reads what a ring kept. */
export class AuditTrail extends Context.Service<
  AuditTrail,
  {
    /** The events that are kept, oldest first, and how many older ones made room for them. */
    readonly read: Effect.Effect<{ readonly events: ReadonlyArray<AuditEvent>; readonly dropped: number }>
  }
>()("munition/audit/AuditTrail") {}

/** The last two thousand lives of five steps, about 1.5 MB. */
export const AUDIT_EVENTS_MAX = 10_000

/** A whole number of them, whatever was asked for. */
const slotsOf = (eventsMax: number): number =>
  Math.max(1, Math.min(Math.floor(eventsMax) || 1, RING_EVENTS_MAX))

/** More than any heap holds. */
const RING_EVENTS_MAX = 2 ** 24

const makeRecord = (keep: (event: AuditEvent) => Effect.Effect<void>) => {
  let sequence = 0
  return (entry: AuditEntry): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (atMs) => {
      sequence += 1
      return keep({ ...entry, sequence, atMs })
    })
}

const makeRing = (eventsMax: number): Context.Context<Audit | AuditTrail> => {
  const slots: Array<AuditEvent> = []
  let received = 0
  const record = makeRecord((event) =>
    Effect.sync(() => {
      slots[received % eventsMax] = event
      received += 1
    })
  )
  const read = Effect.sync(() => {
    const oldest = received > eventsMax ? received % eventsMax : 0
    return {
      events: [...slots.slice(oldest), ...slots.slice(0, oldest)],
      dropped: received - slots.length
    }
  })
  return Context.make(Audit, Audit.of({ record })).pipe(Context.add(AuditTrail, AuditTrail.of({ read })))
}
