import * as Effect from "effect/Effect"
import type { InstanceEvent } from "../actors/InstanceTable.ts"
import { type ImpossibleEvent, Life } from "../actors/Life.ts"
import type { Audit } from "../src/audit/Audit.ts"
import { stepsOf } from "../src/audit/AuditEvent.ts"

/** The life of an instance that outlives its calls, told to the audit as it goes. */
export class ResidentLife {
  readonly #life = new Life()
  readonly #instanceId: string
  readonly #beganMs: number
  readonly #audit: Audit["Service"]
  #told = 0

  constructor(instanceId: string, beganMs: number, audit: Audit["Service"]) {
    this.#instanceId = instanceId
    this.#beganMs = beganMs
    this.#audit = audit
  }

  get trace(): Life["trace"] {
    return this.#life.trace
  }

  /** Takes steps on the chart, one after the other. *Dies* where the chart has none: a defect of ours. */
  step(...events: ReadonlyArray<InstanceEvent>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const atMicros = Math.round((performance.now() - this.#beganMs) * 1_000)
      for (const event of events) {
        const state: ImpossibleEvent | string = this.#life.step(event, atMicros)
        if (typeof state !== "string") return Effect.die(state)
      }
      const { trace } = this.#life
      if (trace.length === this.#told) return Effect.void
      const steps = stepsOf(this.#instanceId, trace).slice(this.#told)
      this.#told = trace.length
      return Effect.forEach(steps, (step) => this.#audit.record(step), { discard: true })
    })
  }
}
