import { Account } from "../../fuel/Account.ts"
import { boundLog } from "../../host/builtin/log.ts"
import { Journal } from "../../host/Journal.ts"
import type { ResolvedLink } from "../../host/link.ts"
import { makeSources } from "../../host/makeSources.ts"
import { Missing } from "../../outcome/Missing.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { Failure, FailureCause, FiringRequest, Step } from "../Firing.ts"
import type { FiringCell } from "../FiringCell.ts"
import type { InstanceEventName } from "../InstanceEventName.ts"
import type { EngineInstance, InstanceHost } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import type { FiringServices } from "./FiringServices.ts"
import type { GuestCall } from "./GuestCall.ts"
import { HostBridge } from "./HostBridge.ts"
import { micros } from "./micros.ts"
import { noRemote } from "./RemoteCalls.ts"
import type { FailedRun } from "./settleFailure.ts"

export type Outcome =
  | {
      readonly values: ReadonlyArray<Value>
      /** The state that it returned in, where that was asked for. */
      readonly captured?: FailedRun["captured"]
    }
  | Failed

/** The part of a request that is another one for each call of an instance. */
export type CallRequest = Pick<FiringRequest, "functionName" | "fuel" | "timeoutMs">

export type Failed = Pick<FailedRun, "failure" | "captured" | "charged" | "counted">

/**
 * The part of a firing in which there is, or is about to be, an instance.
 *
 * It does not call the guest itself but yields the calls: so one text serves a guest that holds its thread to the
 * end and one that gives it to others between slices.
 */
export class Run {
  readonly steps: Array<Step> = []
  /** Of the call that runs, or ran last. */
  journal = new Journal()
  memory: { readonly pages: number; readonly highWaterBytes: number } = { pages: 0, highWaterBytes: 0 }
  durationMicros = 0
  /** Calls that were answered. */
  answered = 0
  readonly #account: Account
  readonly #bridge: HostBridge
  readonly #services: FiringServices
  readonly #first: { readonly request: CallRequest; readonly cell: FiringCell }
  readonly #goal: FiringRequest["goal"]
  #request: CallRequest
  #cell: FiringCell
  #deadlineMs: number
  readonly #began: number
  readonly #host: Omit<InstanceHost, "links">
  #instance: EngineInstance | undefined

  constructor(request: FiringRequest, services: FiringServices, cell: FiringCell, began: number) {
    this.#first = { request, cell }
    this.#goal = request.goal
    this.#request = request
    this.#services = services
    this.#cell = cell
    this.#began = began
    this.#deadlineMs = performance.now() + request.timeoutMs
    const { turns, askRemote } = services
    turns?.begin(this.#deadlineMs)
    this.#account = new Account({
      allocated: request.fuel,
      deadlineMs: this.#deadlineMs,
      now: () => performance.now(),
      isCancelled: () => this.#cell.cancelled,
      sharing: turns
    })
    const sources = { ...makeSources(request.grants), emitLog: boundLog(services.emitLog).emitLog }
    const timeLeftMs = () => this.#deadlineMs - performance.now()
    const remote = services.callRemote?.(cell, timeLeftMs) ?? noRemote
    this.#bridge = new HostBridge(this.#account, this.journal, sources, services.locals, remote)
    this.#host = {
      account: this.#account,
      caller: this.#bridge,
      policy: request.policy,
      askRemote,
      ...(turns === undefined ? {} : { park: () => turns.park() })
    }
  }

  /** The whole life of an instance that is called once. */
  *execute(
    compiled: Compiled,
    links: ReadonlyArray<ResolvedLink>,
    args: ReadonlyArray<Value>
  ): Generator<GuestCall, Outcome, ReadonlyArray<Value>> {
    const entered = performance.now()
    try {
      const outcome = (yield* this.instantiate(compiled, links)) ?? (yield* this.call(args, entered))
      return this.#goal === "snapshot" && "values" in outcome
        ? { ...outcome, captured: captureOf(this.#instance) }
        : outcome
    } finally {
      this.cleanUp()
    }
  }

  /** Makes the instance and runs its start function. *Returns* how that failed, if it did. */
  *instantiate(
    compiled: Compiled,
    links: ReadonlyArray<ResolvedLink>
  ): Generator<GuestCall, Failed | undefined, ReadonlyArray<Value>> {
    const entered = performance.now()
    this.#cell.enter("executing")
    // A guest that is gone before its first empty slice would not see it.
    if (this.#cell.cancelled) return this.#failed({ cause: { kind: "cancelled" }, frames: [] })
    try {
      const host: InstanceHost = Object.assign(this.#host, { links })
      const made = this.#services.engine.instantiate(compiled, host)
      this.#instance = made
      this.#bridge.connect(made.counter(), () => made.memoryBytes())
      yield { instance: made, functionName: undefined, args: [] }
      this.#step("INSTANTIATED")
      return undefined
    } catch (thrown) {
      return this.#fail(thrown, entered)
    }
  }

  /** Gives the instance fuel and time of its own for its next call. */
  renew(request: CallRequest, cell: FiringCell): void {
    this.#request = request
    this.#cell = cell
    this.#deadlineMs = performance.now() + request.timeoutMs
    this.#services.turns?.begin(this.#deadlineMs)
    this.#account.renew(request.fuel, this.#deadlineMs)
    this.#instance?.renew()
    cell.enter("executing")
  }

  /** Lets go of what was the last call's, which grows old where it is kept until the next one. */
  rest(): void {
    this.#request = this.#first.request
    this.#cell = this.#first.cell
    this.journal = this.journal.isEmpty ? this.journal : new Journal()
    this.#bridge.renew(this.journal)
    // Of what happened before, that the instance was made is what the life of a call needs.
    this.steps.length = Math.min(this.steps.length, 1)
  }

  /** Calls the function of the request. */
  *call(
    args: ReadonlyArray<Value>,
    entered: number = performance.now()
  ): Generator<GuestCall, Outcome, ReadonlyArray<Value>> {
    const instance = this.#instance
    try {
      if (instance === undefined) throw new EngineFault({ kind: "engine", what: "there is no instance" }, [])
      if (this.#cell.cancelled) throw new EngineFault({ kind: "cancelled" }, [])
      this.#step("CALLED")
      const values = yield { instance, functionName: this.#request.functionName, args }
      this.durationMicros = this.#ranMicros(entered)
      this.#account.settle(instance.fuelRemaining())
      this.memory = instance.memorySize()
      this.#step("RETURNED")
      if (this.#overdrawn())
        return { ...this.#failed({ cause: { kind: "fuel" }, frames: [] }), counted: "exact" }
      this.answered++
      return { values }
    } catch (thrown) {
      return this.#fail(thrown, entered)
    }
  }

  /** Lets everything go. Nothing that goes wrong here is worth the report. */
  cleanUp(): void {
    try {
      this.#instance?.cleanUp()
    } catch {}
    this.#instance = undefined
    this.#step("CLEANED")
  }

  #fail(thrown: unknown, entered: number): Failed {
    this.durationMicros = this.#ranMicros(entered)
    const failure = failureOf(thrown)
    if (this.#instance !== undefined) this.#settle(this.#instance)
    const { kind } = failure.cause
    const cause = OWN_FAULTS.has(kind) && this.#overdrawn() ? { kind: "fuel" as const } : failure.cause
    return this.#failed({ ...failure, cause })
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

  fuel(): { readonly allocated: number; readonly used: number; readonly remaining: number } {
    const { allocated, charged } = this.#account
    // What a check lets pass is never more than it had: an exhausted guest has used all and has nothing left.
    const used = Math.min(charged, allocated)
    return { allocated, used, remaining: allocated - used }
  }

  #failed(failure: Failure): Failed {
    const instance = this.#instance
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

  /** Time in the guest since `entered`, without what it waited for its turns. */
  #ranMicros(entered: number): number {
    const waitedMs = this.#services.turns?.waitedMs() ?? 0
    return Math.max(0, micros(entered) - Math.round(waitedMs * 1_000))
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
