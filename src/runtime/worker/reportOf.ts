import type { Value } from "../../outcome/Value.ts"
import type { FailedReport, FiringRequest, Ran, ReturnedReport } from "../Firing.ts"
import type { FiringCell } from "../FiringCell.ts"
import type { FiringServices } from "./FiringServices.ts"
import type { GuestCall } from "./GuestCall.ts"
import type { Failed, Outcome } from "./Outcome.ts"
import type { Prepared, ReadCall } from "./prepareFiring.ts"
import type { Run } from "./Run.ts"
import { typedValues } from "./readArguments.ts"
import { settleFailure } from "./settleFailure.ts"

/** All that is known of a firing, or of one call of a resident guest, when its guest has ended. */
export interface Ended {
  readonly run: Run
  readonly prepared: Prepared
  readonly call: ReadCall
  readonly request: FiringRequest
  readonly services: FiringServices
  readonly cell: FiringCell
}

export function* reportOf(
  outcome: Outcome,
  ended: Ended
): Generator<GuestCall, ReturnedReport | FailedReport, ReadonlyArray<Value>> {
  if (!("values" in outcome)) return yield* failedReport(outcome, ended)
  ended.cell.enter("done")
  const typed = typedValues(ended.call.signature.results, outcome.values)
  const { values, captured } = outcome
  const returned = { kind: "returned" as const, ...ranOf(ended), values, typed }
  if (captured === undefined) return returned
  return { ...returned, state: { ...captured, journal: ended.run.journal.evidence() } }
}

/** What a report has, however it ended. */
export const ranOf = ({ run, prepared, services }: Pick<Ended, "run" | "prepared" | "services">): Ran => ({
  steps: run.steps,
  compileMicros: prepared.compileMicros,
  durationMicros: run.durationMicros,
  fuel: run.fuel(),
  memory: run.memory,
  nondeterminism: prepared.compiled.nondeterminism,
  compiled: prepared.fresh ? prepared.compiled : undefined,
  engine: services.engine.name,
  versions: services.engine.versions
})

export function* failedReport(
  outcome: Failed,
  ended: Omit<Ended, "call"> & { readonly call: Pick<ReadCall, "args"> }
): Generator<GuestCall, FailedReport, ReadonlyArray<Value>> {
  const { run, prepared, call, request, services, cell } = ended
  const { bytes, policy, functionName, timeoutMs } = request
  const journal = run.journal.evidence()
  const { reason, stack, captured, fuel } = yield* settleFailure({
    ...outcome,
    ...{ engine: services.engine, compiled: prepared.compiled, links: prepared.links },
    ...{ bytes, policy, functionName, args: call.args, journal, timeoutMs },
    fuel: request.fuel,
    earlierCalls: run.answered,
    isCancelled: () => cell.cancelled,
    turns: services.turns
  })
  cell.enter("done")
  const { allocated, used, remaining } = fuel
  return {
    kind: "failed",
    ...ranOf(ended),
    fuel: { allocated, used, remaining },
    reason,
    evidence: { ...captured, fuel, stack, journal }
  }
}
