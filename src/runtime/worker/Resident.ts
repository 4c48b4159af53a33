import type { Value } from "../../outcome/Value.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import type { FiringServices } from "./FiringServices.ts"
import { callInTurns, type GuestCall } from "./GuestCall.ts"
import { type Prepared, prepareFiring, readCall, refuse } from "./prepareFiring.ts"
import { Run } from "./Run.ts"
import { failedReport, ranOf, reportOf } from "./reportOf.ts"

/**
 * An instance that stays and answers calls, one at a time, each with fuel and time of its own.
 *
 * A call that is refused changes nothing; one that fails ends the instance: it is captured, cleaned, and answers
 * nothing afterwards.
 */
export class Resident {
  readonly #request: FiringRequest
  readonly #services: FiringServices
  readonly #prepared: Prepared
  readonly #run: Run

  private constructor(request: FiringRequest, services: FiringServices, prepared: Prepared, run: Run) {
    this.#request = request
    this.#services = services
    this.#prepared = prepared
    this.#run = run
  }

  /** *Resolves* to the guest and the report that it has started, or to a report that says why there is none. */
  static begin(
    request: FiringRequest,
    services: FiringServices
  ): Promise<readonly [FiringReport, Resident?]> {
    return callInTurns(Resident.#begin(request, services))
  }

  static *#begin(
    request: FiringRequest,
    services: FiringServices
  ): Generator<GuestCall, readonly [FiringReport, Resident?], ReadonlyArray<Value>> {
    const began = performance.now()
    const cell = new FiringCell(request.cell)
    const prepared = prepareFiring(request, services, cell, began)
    if ("kind" in prepared) return [prepared]
    const run = new Run(request, services, cell, began)
    const failed = yield* run.instantiate(prepared.compiled, prepared.links)
    if (failed !== undefined) {
      run.cleanUp()
      const call = { args: [] }
      return [yield* failedReport(failed, { run, prepared, call, request, services, cell })]
    }
    cell.enter("done")
    const started = { kind: "started" as const, ...ranOf({ run, prepared, services }) }
    return [started, new Resident(request, services, prepared, run)]
  }

  /** Answers one call. *Resolves* to its report; after one that `failed` there is no instance any more. */
  call(asked: ResidentCall): Promise<FiringReport> {
    return callInTurns(this.#call(asked))
  }

  *#call(asked: ResidentCall): Generator<GuestCall, FiringReport, ReadonlyArray<Value>> {
    const cell = new FiringCell(asked.cell)
    const prepared = { ...this.#prepared, fresh: false, compileMicros: 0 }
    const run = this.#run
    const call = readCall(prepared.compiled, asked)
    if ("_tag" in call) return refuse(call, prepared, cell)
    run.renew(asked, cell)
    const request: FiringRequest = { ...this.#request, ...asked }
    const outcome = yield* run.call(call.args)
    if (!("values" in outcome)) run.cleanUp()
    const services = this.#services
    return yield* reportOf(outcome, { run, prepared, call, request, services, cell })
  }

  /** Called when a call has been reported. */
  rest(): void {
    this.#run.rest()
  }

  /** Lets the instance go; it answers nothing afterwards. */
  end(): void {
    this.#run.cleanUp()
  }
}

/** What a resident guest is asked. */
export type ResidentCall = Pick<FiringRequest, "functionName" | "args" | "fuel" | "timeoutMs" | "cell">
