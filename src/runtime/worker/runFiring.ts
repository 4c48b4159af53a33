import { Account } from "../../fuel/Account.ts"
import { boundLog, type LogRecord } from "../../host/builtin/log.ts"
import type { HostCall } from "../../host/builtin/table.ts"
import { Journal } from "../../host/Journal.ts"
import { link, type ResolvedLink } from "../../host/link.ts"
import { makeSources } from "../../host/makeSources.ts"
import { Missing } from "../../outcome/Missing.ts"
import { type RefusedReason, Unsupported } from "../../outcome/RefusedReason.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { Failure, FailureCause, FiringReport, FiringRequest, Step } from "../Firing.ts"
import { FiringCell } from "../FiringCell.ts"
import type { InstanceEventName } from "../InstanceEventName.ts"
import { unknownFunction } from "../unknownFunction.ts"
import type { Engine, EngineInstance } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import { HostBridge } from "./HostBridge.ts"
import { type CallRemote, noRemote } from "./RemoteCalls.ts"
import { checkResults, readArguments, typedValues } from "./readArguments.ts"
import { type FailedRun, settleFailure } from "./settleFailure.ts"

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
export interface FiringServices {
  readonly engine: Engine
  /** The functions that answer local links, built-in ones included, by import. */
  readonly locals: ReadonlyMap<string, HostCall>
  /** How remote host functions are asked, `undefined` on the thread on which they would answer. */
  readonly callRemote: ((cell: FiringCell, timeLeftMs: () => number) => CallRemote) | undefined
  readonly emitLog: (record: LogRecord) => void
}

export const runFiring = (request: FiringRequest, services: FiringServices): FiringReport => {
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
  const outcome = run.execute(compiled, links, args)
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
  const { reason, stack, captured, fuel } = settleFailure({
    ...outcome,
    ...{ engine, compiled, bytes, policy, links, functionName, args, journal, timeoutMs },
    fuel: request.fuel,
    isCancelled: () => cell.cancelled
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

const micros = (sinceMs: number): number => Math.round((performance.now() - sinceMs) * 1_000)

type Outcome = { readonly values: ReadonlyArray<Value> } | Failed

type Failed = Pick<FailedRun, "failure" | "captured" | "charged" | "counted">

/** The part of a firing in which there is, or is about to be, an instance. */
class Run {
  readonly steps: Array<Step> = []
  readonly journal = new Journal()
  memory: { readonly pages: number; readonly highWaterBytes: number } = { pages: 0, highWaterBytes: 0 }
  durationMicros = 0
  readonly #account: Account
  readonly #bridge: HostBridge
  readonly #services: FiringServices
  readonly #request: FiringRequest
  readonly #cell: FiringCell
  readonly #began: number

  constructor(request: FiringRequest, services: FiringServices, cell: FiringCell, began: number) {
    this.#request = request
    this.#services = services
    this.#cell = cell
    this.#began = began
    const deadlineMs = performance.now() + request.timeoutMs
    this.#account = new Account({
      allocated: request.fuel,
      deadlineMs,
      now: () => performance.now(),
      isCancelled: () => cell.cancelled
    })
    const sources = { ...makeSources(request.grants), emitLog: boundLog(services.emitLog).emitLog }
    const remote = services.callRemote?.(cell, () => deadlineMs - performance.now()) ?? noRemote
    this.#bridge = new HostBridge(this.#account, this.journal, sources, services.locals, remote)
  }

  execute(compiled: Compiled, links: ReadonlyArray<ResolvedLink>, args: ReadonlyArray<Value>): Outcome {
    let instance: EngineInstance | undefined
    const entered = performance.now()
    this.#cell.enter("executing")
    // A guest that is gone before its first empty slice would not see it.
    if (this.#cell.cancelled) {
      const outcome = this.#failed({ cause: { kind: "cancelled" }, frames: [] }, undefined)
      this.#step("CLEANED")
      return outcome
    }
    try {
      const host = { account: this.#account, links, caller: this.#bridge, policy: this.#request.policy }
      instance = this.#services.engine.instantiate(compiled, host)
      const made = instance
      this.#bridge.connect(made.counter(), () => made.memoryBytes())
      made.start()
      this.#step("INSTANTIATED")
      this.#step("CALLED")
      const values = made.call(this.#request.functionName, args)
      this.durationMicros = micros(entered)
      this.#account.settle(made.fuelRemaining())
      this.memory = made.memorySize()
      this.#step("RETURNED")
      if (!this.#overdrawn()) return { values }
      return { ...this.#failed({ cause: { kind: "fuel" }, frames: [] }, made), counted: "exact" }
    } catch (thrown) {
      this.durationMicros = micros(entered)
      const failure = failureOf(thrown)
      if (instance !== undefined) this.#settle(instance)
      const { kind } = failure.cause
      const cause = OWN_FAULTS.has(kind) && this.#overdrawn() ? { kind: "fuel" as const } : failure.cause
      return this.#failed({ ...failure, cause }, instance)
    } finally {
      this.#cleanUp(instance)
      this.#step("CLEANED")
    }
  }

  /**
   * Whether it was charged beyond its allocation since the last look: then it is out of fuel, even if it managed
   * to return or to trap, so that the outcome does not depend on where the meter looks.
   */
  #overdrawn(): boolean {
    return this.#account.charged > this.#account.allocated
  }

  /** After a failure, which stands whatever becomes of this: an engine that failed once may fail again. */
  #settle(instance: EngineInstance): void {
    try {
      this.#account.settle(instance.fuelRemaining())
      this.memory = instance.memorySize()
    } catch {}
  }

  /** Nothing that goes wrong here is worth the report. */
  #cleanUp(instance: EngineInstance | undefined): void {
    try {
      instance?.cleanUp()
    } catch {}
  }

  fuel(): { readonly allocated: number; readonly used: number; readonly remaining: number } {
    const { allocated, charged } = this.#account
    // What a check lets pass is never more than it had: an exhausted guest has used all and has nothing left.
    const used = Math.min(charged, allocated)
    return { allocated, used, remaining: allocated - used }
  }

  #failed(failure: Failure, instance: EngineInstance | undefined): Failed {
    this.#step("FAILED")
    this.#cell.enter("capturing")
    const captured = captureOf(instance)
    this.#step("CAPTURED")
    // Nothing is charged ahead past a throw or a call, of the host least of all.
    const toTheUnit = failure.cause.kind === "exception" || this.#bridge.stoppedHere || instance === undefined
    return {
      failure,
      captured,
      charged: this.#account.charged,
      counted: toTheUnit ? "exact" : "ahead"
    }
  }

  #step(event: InstanceEventName): void {
    this.steps.push({ event, atMicros: micros(this.#began) })
  }
}

/** What the guest did itself. What the host or the engine did stays what it was, however much was charged. */
const OWN_FAULTS: ReadonlySet<FailureCause["kind"]> = new Set(["trap", "exception", "stack", "objects"])

const captureOf = (instance: EngineInstance | undefined): ReturnType<EngineInstance["capture"]> => {
  const nothing = (why: string) => ({
    memories: new Missing(why),
    globals: new Missing(why),
    tables: new Missing(why)
  })
  if (instance === undefined) return nothing("it failed before there was an instance")
  try {
    return instance.capture()
  } catch (cause) {
    return nothing(`capture failed: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

const failureOf = (thrown: unknown): Failure =>
  thrown instanceof EngineFault
    ? { cause: thrown.failure, frames: thrown.frames }
    : {
        cause: {
          kind: "engine",
          what: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
        },
        frames: new Missing("the engine failed outside the guest")
      }
