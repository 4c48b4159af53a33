import type { Value } from "../../outcome/Value.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import type { FiringServices } from "./FiringServices.ts"
import { callAtOnce, callInTurns, type GuestCall } from "./GuestCall.ts"
import { prepareFiring, readCall, refuse } from "./prepareFiring.ts"
import { Run } from "./Run.ts"
import { reportOf } from "./reportOf.ts"

/**
 * Runs a firing to its end, from request to report; its thread does nothing else meanwhile.
 *
 * ```
 *   compile ─ link ─ arguments ┬─▶ refused
 *                              └─▶ instantiate ─ start ─ call ┬─▶ returned ─▶ cleaned
 *                                                             └─▶ capture ──▶ cleaned
 * ```
 * It throws nothing: a guest's end is a report, and what is left is a defect that its thread's owner sees.
 */
export const runFiring = (request: FiringRequest, services: FiringServices): FiringReport =>
  callAtOnce(firing(request, services))

/** Runs a firing whose guest waits at the end of a slice when `services.turns` says so; never rejects. */
export const runInTurns = (request: FiringRequest, services: FiringServices): Promise<FiringReport> =>
  callInTurns(firing(request, services))

function* firing(
  request: FiringRequest,
  services: FiringServices
): Generator<GuestCall, FiringReport, ReadonlyArray<Value>> {
  const began = performance.now()
  const cell = new FiringCell(request.cell)
  const prepared = prepareFiring(request, services, cell, began)
  if ("kind" in prepared) return prepared
  const call = readCall(prepared.compiled, request)
  if ("_tag" in call) return refuse(call, prepared, cell)
  const run = new Run(request, services, cell, began)
  const outcome = yield* run.execute(prepared.compiled, prepared.links, call.args)
  return yield* reportOf(outcome, { run, prepared, call, request, services, cell })
}
