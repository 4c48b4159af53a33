import type { LifecycleEvent, LifecycleState } from "../src/outcome/Lifecycle.ts"
import { FIRST_PLACE, type InstanceEvent, type InstancePlace, nextPlace, stateOf } from "./InstanceTable.ts"

/** An event that the chart does not have in that place: a defect of whoever sent it, never the guest's fault. */
export class ImpossibleEvent {
  readonly _tag = "ImpossibleEvent"
  readonly place: InstancePlace
  readonly event: string
  constructor(place: InstancePlace, event: string) {
    this.place = place
    this.event = event
  }
}

/**
 * One instance's life, walked on the table, and the trace that it leaves.
 *
 * The trace holds the states that were entered, so at most five events however many late ones arrive. An
 * impossible event changes nothing and is handed back, so that the caller can report it and still clean up.
 */
export class Life {
  #place: InstancePlace = FIRST_PLACE
  readonly #trace: Array<LifecycleEvent>

  constructor(atMicros = 0) {
    this.#trace = [{ state: stateOf(FIRST_PLACE), event: "START", atMicros }]
  }

  /** Takes one step. *Returns* the lifecycle state that the instance is in afterwards. */
  step(event: InstanceEvent, atMicros: number): LifecycleState | ImpossibleEvent {
    const from = this.#place
    const to = nextPlace(from, event)
    if (to === undefined) return new ImpossibleEvent(from, event)
    const state = stateOf(to)
    if (state !== stateOf(from)) this.#trace.push({ state, event, atMicros })
    this.#place = to
    return state
  }

  get place(): InstancePlace {
    return this.#place
  }

  get state(): LifecycleState {
    return stateOf(this.#place)
  }

  /** The states entered so far, oldest first; a copy. */
  get trace(): ReadonlyArray<LifecycleEvent> {
    return [...this.#trace]
  }
}
