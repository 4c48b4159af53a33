import {
  FIRST_SLOT_PLACE,
  nextSlotPlace,
  type SlotEvent,
  type SlotPlace
} from "../../../../actors/SlotTable.ts"
import type { Value } from "../../../outcome/Value.ts"
import type { FiringReport, FiringRequest } from "../../Firing.ts"
import type { FiringCell } from "../../FiringCell.ts"
import type { PooledCall, PooledReport } from "../../PooledCall.ts"
import { captureOf } from "../caught.ts"
import type { Captured, Restorable } from "../Engine.ts"
import type { FiringServices } from "../FiringServices.ts"
import { callAtOnce, type GuestCall } from "../GuestCall.ts"
import type { Outcome } from "../Outcome.ts"
import { type Prepared, prepareFiring, readCall, refuse } from "../prepareFiring.ts"
import { Run } from "../Run.ts"
import { failedReport, reportOf } from "../reportOf.ts"

/**
 * An instance that serves one firing after the other and is put back to its first state between them: the chart of
 * `actors/Slot.ts`.
 *
 * A firing cannot tell it from a new instance: its start function runs each time, under the meter; fuel, clock, chance
 * and log begin anew. One that trapped or was stopped is never used again.
 */
export class Slot {
  readonly #request: FiringRequest
  readonly #services: FiringServices
  readonly #prepared: Prepared
  readonly #run: Run
  readonly #initial: Restorable
  #place: SlotPlace = FIRST_SLOT_PLACE

  private constructor(
    request: FiringRequest,
    services: FiringServices,
    prepared: Prepared,
    run: Run,
    initial: Restorable
  ) {
    this.#request = request
    this.#services = services
    this.#prepared = prepared
    this.#run = run
    this.#initial = initial
    this.#step("MADE")
  }

  get place(): SlotPlace {
    return this.#place
  }

  /** Links the module and makes a slot of it, for whoever keeps slots. *Returns* why there is none. */
  static of(request: FiringRequest, services: FiringServices, cell: FiringCell): Slot | NoSlot {
    const prepared = prepareFiring(request, services, cell, performance.now())
    if ("kind" in prepared) return { why: "it cannot be linked now", passing: true }
    return Slot.make(request, services, { ...prepared, fresh: false, compileMicros: 0 }, cell)
  }

  /** *Returns* why there is none where it cannot be made, or not be put back. */
  static make(
    request: FiringRequest,
    services: FiringServices,
    prepared: Prepared,
    cell: FiringCell
  ): Slot | NoSlot {
    const run = new Run(request, services, cell, performance.now())
    const failed = run.make(prepared.compiled, prepared.links)
    if (failed !== undefined) return { why: "its instance could not be made", passing: true }
    const { way } = prepared.compiled.freshness
    const initial = way === "new" ? undefined : run.instance?.remember?.()
    if (initial !== undefined) return new Slot(request, services, prepared, run, initial)
    run.cleanUp()
    return { why: "its state cannot be put back", passing: false }
  }

  /** The whole life of one firing. Afterwards {@link restore} decides whether there is another. */
  *fire(call: PooledCall, cell: FiringCell): Generator<GuestCall, FiringReport, ReadonlyArray<Value>> {
    const began = performance.now()
    const prepared = this.#prepared
    const read = readCall(prepared.compiled, call)
    if ("_tag" in read) return refuse(read, prepared, cell)
    this.#step("GIVEN")
    const run = this.#run
    const services = this.#services
    const request: FiringRequest = { ...this.#request, ...call }
    run.refresh(request, cell, began)
    const failed = yield* run.start()
    const outcome = failed ?? (yield* run.call(read.args))
    this.#ends(outcome)
    return yield* reportOf(outcome, { run, prepared, call: read, request, services, cell })
  }

  /**
   * The same for a guest that has its thread to the end: at once, and nothing is made that only a failure needs. It must
   * be called as {@link fire} would be, and gives the short form of its report.
   */
  fireNow(call: PooledCall, cell: FiringCell): PooledReport {
    const began = performance.now()
    const prepared = this.#prepared
    const read = readCall(prepared.compiled, call)
    if ("_tag" in read) return refuse(read, prepared, cell)
    this.#step("GIVEN")
    const run = this.#run
    run.refresh(call, cell, began)
    const outcome = run.callNow(read.args)
    this.#ends(outcome)
    if ("values" in outcome)
      return {
        kind: "returned",
        values: outcome.values,
        used: run.fuel().used,
        ...run.memory,
        durationMicros: run.durationMicros,
        atMicros: run.steps.map(({ atMicros }) => atMicros)
      }
    const services = this.#services
    const request: FiringRequest = { ...this.#request, ...call }
    return callAtOnce(failedReport(outcome, { run, prepared, call: read, request, services, cell }))
  }

  /** After a firing that returned: puts everything back, if it can be. */
  restore(): void {
    if (this.#place !== "restoring") return
    if (this.#initial.restore()) return this.#step("RESTORED")
    this.#step("GREW")
    this.#run.cleanUp()
  }

  /** Instead of {@link restore}, and then looks. *Returns* in what it is not as it was, and the state that it is in. */
  restoreChecked(): { readonly why: string; readonly differs: Captured } | undefined {
    if (this.#place !== "restoring") return undefined
    if (!this.#initial.restore()) {
      this.#step("GREW")
      this.#run.cleanUp()
      return undefined
    }
    const why = this.#initial.difference()
    if (why === undefined) {
      this.#step("RESTORED")
      return undefined
    }
    this.#step("DIFFERED")
    const differs = captureOf(this.#run.instance)
    this.#step("CAPTURED")
    this.#run.cleanUp()
    return { why, differs }
  }

  /** Lets it go while it is idle. */
  close(): void {
    if (this.#place !== "idle") return
    this.#step("CLOSED")
    this.#run.cleanUp()
  }

  #ends(outcome: Outcome): void {
    if ("values" in outcome) {
      this.#run.release()
      return this.#step("RETURNED")
    }
    this.#step("FAILED")
    this.#run.cleanUp()
    this.#step("CAPTURED")
  }

  /** *Throws* where the chart has no such step: a defect of ours. */
  #step(event: SlotEvent): void {
    const to = nextSlotPlace(this.#place, event)
    if (to === undefined) throw new Error(`a slot that is ${this.#place} cannot take ${event}`)
    this.#place = to
  }
}

export interface NoSlot {
  readonly why: string
  /** That it may be otherwise the next time: for want of memory, say. */
  readonly passing: boolean
}
