import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import {
  FIRST_SCHEDULER_PLACE,
  nextSchedulerPlace,
  type SchedulerEvent,
  type SchedulerPlace
} from "../actors/SchedulerTable.ts"
import type { Audit } from "../src/audit/Audit.ts"
import type { GuestWorker } from "../src/runtime/GuestWorker.ts"

/** One scheduler, its place on the chart, and how many firings it was given and has not reported. */
export class SchedulerLife {
  readonly id: string
  readonly worker: GuestWorker
  /** Closing it ends the thread. */
  readonly own: Scope.Closeable
  given = 0
  residents = 0
  /** Residents that have gone. */
  left = 0
  #place: SchedulerPlace = FIRST_SCHEDULER_PLACE
  readonly #audit: Audit["Service"]

  constructor(id: string, worker: GuestWorker, own: Scope.Closeable, audit: Audit["Service"]) {
    this.id = id
    this.worker = worker
    this.own = own
    this.#audit = audit
  }

  readonly start: Effect.Effect<void> = Effect.suspend(() => this.#record(undefined, this.#place, "STARTED"))

  readonly give: Effect.Effect<void> = Effect.suspend(() => {
    this.given++
    return this.step("GIVEN")
  })

  readonly take: Effect.Effect<void> = Effect.suspend(() => {
    this.given--
    return this.step("REPORTED")
  })

  /** It is no more, and all that it ran was told so. */
  readonly lose: Effect.Effect<void> = Effect.suspend(() =>
    Effect.andThen(this.step(this.worker.silent() ? "SILENT" : "EXITED"), this.step("ANSWERED"))
  )

  /** Its thread was ended in order. */
  readonly stop: Effect.Effect<void> = Effect.suspend(() =>
    Effect.andThen(this.step("STOPPED"), this.step("EXITED"))
  )

  /** Walks the chart; what stays where it was is not recorded. */
  step(event: SchedulerEvent): Effect.Effect<void> {
    return Effect.suspend(() => {
      const from = this.#place
      const to = nextSchedulerPlace(from, event)
      if (to === undefined || to === from) return Effect.void
      this.#place = to
      return this.#record(from, to, event)
    })
  }

  #record(from: SchedulerPlace | undefined, to: SchedulerPlace, why: string): Effect.Effect<void> {
    return this.#audit.record({ _tag: "Transition", chart: "scheduler", id: this.id, from, to, why })
  }
}
