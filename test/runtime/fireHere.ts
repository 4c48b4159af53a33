import type { LogRecord } from "../../src/host/builtin/log.ts"
import { resolveGrants } from "../../src/host/Grant.ts"
import { checkHostFunctions, type HostFunction } from "../../src/host/HostFunction.ts"
import { BadArguments, describeRefusedReason } from "../../src/outcome/RefusedReason.ts"
import type { FiringReport, FiringRequest } from "../../src/runtime/Firing.ts"
import { FiringCell } from "../../src/runtime/FiringCell.ts"
import { RUN_POLICY_DEFAULT, type RunPolicy } from "../../src/runtime/RunPolicy.ts"
import type { FiringServices } from "../../src/runtime/worker/FiringServices.ts"
import { builtinCalls } from "../../src/runtime/worker/HostBridge.ts"
import { noRemote } from "../../src/runtime/worker/RemoteCalls.ts"
import { runFiring } from "../../src/runtime/worker/runFiring.ts"
import { V8Engine } from "../../src/runtime/worker/V8Engine.ts"
import { parseWat } from "../guests/wat.ts"

/** One engine for all tests of a file: probing V8 takes longer than a small guest. */
export const v8Engine = new V8Engine()

export interface HereOptions {
  readonly functionName?: string
  readonly args?: FiringRequest["args"]
  readonly fuel?: number
  readonly timeoutMs?: number
  readonly policy?: Partial<RunPolicy>
  readonly grants?: ReadonlyArray<string>
  readonly hostFunctions?: ReadonlyArray<HostFunction>
  readonly cell?: FiringCell
  readonly compiled?: FiringRequest["compiled"]
}

/** A request as the supervisor would make it, for a module as bytes or as text. */
export const requestFor = (wasm: Uint8Array | string, options: HereOptions = {}): FiringRequest => {
  const declarations = checkHostFunctions(options.hostFunctions ?? [])
  if ("_tag" in declarations) throw new Error(JSON.stringify(declarations))
  const grants = resolveGrants(options.grants ?? [], declarations)
  if ("_tag" in grants) throw new Error(JSON.stringify(grants))
  return {
    goal: "fire",
    bytes: typeof wasm === "string" ? parseWat("guest", wasm) : wasm,
    compiled: options.compiled,
    functionName: options.functionName ?? "main",
    args: options.args ?? [],
    fuel: options.fuel ?? 100_000,
    timeoutMs: options.timeoutMs ?? 5_000,
    policy: { ...RUN_POLICY_DEFAULT, ...options.policy },
    grants,
    declarations,
    cell: (options.cell ?? new FiringCell()).buffer
  }
}

/** A declaration that must be right. */
export const declared = <A>(one: A | BadArguments): A => {
  if (one instanceof BadArguments) throw new Error(describeRefusedReason(one))
  return one
}

/** What a thread's services are, answering built-in functions only; log lines are kept. */
export const servicesHere = (changed: Partial<FiringServices> = {}) => {
  const lines: Array<LogRecord> = []
  const services: FiringServices = {
    engine: v8Engine,
    locals: builtinCalls(),
    callRemote: () => noRemote,
    emitLog: (record) => void lines.push(record),
    ...changed
  }
  return { services, lines }
}

/** Fires on this thread, without a supervisor. */
export const fireHere = (
  wasm: Uint8Array | string,
  options: HereOptions = {},
  changed: Partial<FiringServices> = {}
): FiringReport => runFiring(requestFor(wasm, options), servicesHere(changed).services)

/** The kind of a report, and of its reason: `returned`, `refused LimitExceeded`, `failed OutOfStack`. */
export const endOf = (report: FiringReport): string =>
  report.kind === "refused" || report.kind === "failed" ? `${report.kind} ${report.reason._tag}` : report.kind
