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
import type { EngineInstance } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import type { FiringServices } from "./FiringServices.ts"
import type { GuestCall } from "./GuestCall.ts"
import { HostBridge } from "./HostBridge.ts"
import { micros } from "./micros.ts"
import { noRemote } from "./RemoteCalls.ts"
import type { FailedRun } from "./settleFailure.ts"

export type Outcome = { readonly values: ReadonlyArray<Value> } | Failed

type Failed = Pick<FailedRun, "failure" | "captured" | "charged" | "counted">

/**
 * The part of a firing in which there is, or is about to be, an instance.
 *
 * It does not call the guest itself but yields the calls: so one text serves a guest that holds its thread to the
 * end and one that gives it to others between slices.
 */
export class Run {
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
    services.turns?.begin(deadlineMs)
    this.#account = new Account({
      allocated: request.fuel,
      deadlineMs,
      now: () => performance.now(),
      isCancelled: () => cell.cancelled,
      ...(services.turns === undefined
        ? {}
        : { shouldPark: services.turns.shouldPark, targetMs: services.turns.targetMs })
    })
    const sources = { ...makeSources(request.grants), emitLog: boundLog(services.emitLog).emitLog }
    const remote = services.callRemote?.(cell, () => deadlineMs - performance.now()) ?? noRemote
    this.#bridge = new HostBridge(this.#account, this.journal, sources, services.locals, remote)
  }

  *execute(
    compiled: Compiled,
    links: ReadonlyArray<ResolvedLink>,
    args: ReadonlyArray<Value>
  ): Generator<GuestCall, Outcome, ReadonlyArray<Value>> {
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
      const { engine, turns, askRemote } = this.#services
      const host = {
        account: this.#account,
        links,
        caller: this.#bridge,
        policy: this.#request.policy,
        askRemote
      }
      instance = engine.instantiate(compiled, turns === undefined ? host : { ...host, park: turns.park })
      const made = instance
      this.#bridge.connect(made.counter(), () => made.memoryBytes())
      yield { instance: made, functionName: undefined, args: [] }
      this.#step("INSTANTIATED")
      this.#step("CALLED")
      const values = yield { instance: made, functionName: this.#request.functionName, args }
      this.durationMicros = this.#ranMicros(entered)
      this.#account.settle(made.fuelRemaining())
      this.memory = made.memorySize()
      this.#step("RETURNED")
      if (!this.#overdrawn()) return { values }
      return { ...this.#failed({ cause: { kind: "fuel" }, frames: [] }, made), counted: "exact" }
    } catch (thrown) {
      this.durationMicros = this.#ranMicros(entered)
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
