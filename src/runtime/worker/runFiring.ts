import { link, type ResolvedLink } from "../../host/link.ts"
import { LimitExceeded, type RefusedReason, Unsupported } from "../../outcome/RefusedReason.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { FiringReport, FiringRequest } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import { unknownFunction } from "../unknownFunction.ts"
import type { FiringServices } from "./FiringServices.ts"
import { callAtOnce, callInTurns, type GuestCall } from "./GuestCall.ts"
import { micros } from "./micros.ts"
import { Run } from "./Run.ts"
import { checkResults, readArguments, typedValues } from "./readArguments.ts"
import { settleFailure } from "./settleFailure.ts"

/**
 * One firing on the thread that runs guests, from request to report.
 *
 * ```
 *   compile ─ link ─ arguments ┬─▶ refused
 *                              └─▶ instantiate ─ start ─ call ┬─▶ returned ─▶ cleaned
 *                                                             └─▶ capture ──▶ cleaned
 * ```
 * It throws nothing: a guest's end is a report, and what is left is a defect that its thread's owner sees.
 */
/** Runs a firing to its end; its thread does nothing else meanwhile. */
export const runFiring = (request: FiringRequest, services: FiringServices): FiringReport =>
  callAtOnce(firing(request, services))

/** Runs a firing whose guest waits at the end of a slice when `services.turns` says so; never rejects. */
export const runInTurns = (request: FiringRequest, services: FiringServices): Promise<FiringReport> =>
  callInTurns(firing(request, services))

function* firing(
  request: FiringRequest,
  services: FiringServices
): Generator<GuestCall, FiringReport, ReadonlyArray<Value>> {
  const { engine } = services
  const cell = new FiringCell(request.cell)
  const began = performance.now()
  cell.enter("compiling")
  const fresh = request.compiled === undefined
  // A copy of its own where memory is shared: what is checked must be what is compiled.
  const compiled = request.compiled ?? engine.compile(new Uint8Array(request.bytes), request.policy)
  const compileMicros = fresh ? micros(began) : 0
  const refuse = (reason: RefusedReason, known: Compiled | undefined): FiringReport => {
    cell.enter("done")
    return { kind: "refused", reason, compileMicros, compiled: fresh ? known : undefined }
  }
  if ("_tag" in compiled) return refuse(compiled, undefined)
  // The fence looks from time to time only, and what it missed is refused all the same.
  if (compileMicros > request.policy.compileMsMax * 1_000)
    return refuse(
      new LimitExceeded("compileMsMax", request.policy.compileMsMax, Math.ceil(compileMicros / 1_000)),
      undefined
    )
  if (request.goal === "compile") {
    cell.enter("done")
    return { kind: "compiled", compiled, compileMicros }
  }
  const links = link(compiled.imports, request.grants, request.declarations)
  if ("_tag" in links) return refuse(links, compiled)
  const unanswered = services.callRemote === undefined ? links.find(isRemote) : undefined
  if (unanswered !== undefined) return refuse(remoteInline(unanswered), compiled)
  const signature = compiled.exports.find(({ name }) => name === request.functionName)
  if (signature === undefined)
    return refuse(unknownFunction(request.functionName, compiled.exports), compiled)
  const args = readArguments(signature, request.args)
  if ("_tag" in args) return refuse(args, compiled)
  const unreadable = checkResults(signature)
  if (unreadable !== undefined) return refuse(unreadable, compiled)

  const run = new Run(request, services, cell, began)
  const outcome = yield* run.execute(compiled, links, args)
  const common = {
    steps: run.steps,
    compileMicros,
    durationMicros: run.durationMicros,
    fuel: run.fuel(),
    memory: run.memory,
    nondeterminism: compiled.nondeterminism,
    compiled: fresh ? compiled : undefined,
    engine: engine.name,
    versions: engine.versions
  }
  if ("values" in outcome) {
    cell.enter("done")
    const typed = typedValues(signature.results, outcome.values)
    return { kind: "returned", ...common, values: outcome.values, typed }
  }
  const { bytes, policy, functionName, timeoutMs } = request
  const journal = run.journal.evidence()
  const { reason, stack, captured, fuel } = yield* settleFailure({
    ...outcome,
    ...{ engine, compiled, bytes, policy, links, functionName, args, journal, timeoutMs },
    fuel: request.fuel,
    isCancelled: () => cell.cancelled,
    turns: services.turns
  })
  cell.enter("done")
  const { allocated, used, remaining } = fuel
  return {
    kind: "failed",
    ...common,
    fuel: { allocated, used, remaining },
    reason,
    evidence: { ...captured, fuel, stack, journal }
  }
}

const isRemote = ({ declaration }: ResolvedLink): boolean => declaration.kind === "remote"

const remoteInline = ({ declaration }: ResolvedLink): Unsupported =>
  new Unsupported(
    "a remote host function inline",
    `${declaration.module}.${declaration.name} answers over the event loop, which an inline guest holds`
  )
