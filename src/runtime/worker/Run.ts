import { Account } from "../../fuel/Account.ts"
import { Journal } from "../../host/Journal.ts"
import type { ResolvedLink } from "../../host/link.ts"
import type { Value } from "../../outcome/Value.ts"
import type { Compiled } from "../Compiled.ts"
import type { Failure, FiringRequest, Step } from "../Firing.ts"
import type { FiringCell } from "../FiringCell.ts"
import type { InstanceEventName } from "../InstanceEventName.ts"
import { captureOf, failureOf } from "./caught.ts"
import type { EngineInstance, InstanceHost } from "./Engine.ts"
import { EngineFault } from "./EngineFault.ts"
import type { FiringServices } from "./FiringServices.ts"
import type { GuestCall } from "./GuestCall.ts"
import { HostBridge } from "./HostBridge.ts"
import { micros } from "./micros.ts"
import { type CallRequest, type Failed, type Outcome, OWN_FAULTS } from "./Outcome.ts"
import { noRemote } from "./RemoteCalls.ts"
import { sourcesOf } from "./sourcesOf.ts"

/**
 * The part of a firing in which there is, or is about to be, an instance.
 *
 * It does not call the guest itself but yields the calls: so one text serves a guest that holds its thread to the
 * end and one that gives it to others between slices.
 */
export class Run {
  steps: Array<Step> = []
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
  #began: number
  readonly #host: Omit<InstanceHost, "links">
  readonly #grants: Pick<FiringRequest, "grants">
  #links: ReadonlyArray<ResolvedLink> = []
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
    this.#grants = request
    const sources = sourcesOf(request, services)
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
    return this.make(compiled, links) ?? (yield* this.start(entered))
  }

  /** Makes the instance; nothing of the guest's has run. *Returns* how that failed, if it did. */
  make(compiled: Compiled, links: ReadonlyArray<ResolvedLink>): Failed | undefined {
    const entered = performance.now()
    try {
      this.#links = links
      const host: InstanceHost = Object.assign(this.#host, { links })
      const made = this.#services.engine.instantiate(compiled, host)
      this.#instance = made
      const noteWrite =
        made.noteWrite && ((offset: number, length: number) => made.noteWrite?.(offset, length))
      this.#bridge.connect(made.counter(), () => made.memoryBytes(), noteWrite)
      return undefined
    } catch (thrown) {
      return this.#fail(thrown, entered)
    }
  }

  /** Runs the start function of an instance that was made, or restored. */
  *start(
    entered: number = performance.now()
  ): Generator<GuestCall, Failed | undefined, ReadonlyArray<Value>> {
    const instance = this.#instance
    try {
      if (instance === undefined) throw NO_INSTANCE
      yield { instance, functionName: undefined, args: [] }
      this.#step("INSTANTIATED")
      return undefined
    } catch (thrown) {
      return this.#fail(thrown, entered)
    }
  }

  /** The instance, while there is one: for whoever keeps it. */
  get instance(): EngineInstance | undefined {
    return this.#instance
  }

  /** Gives the instance fuel and time of its own for its next call. */
  renew(request: CallRequest, cell: FiringCell, nowMs = performance.now()): void {
    this.#request = request
    this.#cell = cell
    this.#deadlineMs = nowMs + request.timeoutMs
    this.#services.turns?.begin(this.#deadlineMs)
    this.#account.renew(request.fuel, this.#deadlineMs, nowMs)
    this.#instance?.renew(nowMs)
    cell.enter("executing")
  }

  /** Gives the instance, which is as it was when it was made, a life of its own: nothing of the last one is left. */
  refresh(request: CallRequest, cell: FiringCell, began: number): void {
    this.#began = began
    // A new one: the report of the last life has the other.
    this.steps = []
    this.answered = 0
    if (!this.journal.isEmpty) this.journal = new Journal()
    // Nobody asks a host that has no functions.
    if (this.#links.length > 0) this.#bridge.renew(this.journal, sourcesOf(this.#grants, this.#services))
    this.renew(request, cell, began)
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
      if (instance === undefined) throw NO_INSTANCE
      if (this.#cell.cancelled) throw new EngineFault({ kind: "cancelled" }, [])
      this.#step("CALLED")
      const values = yield { instance, functionName: this.#request.functionName, args }
      return this.#returned(instance, values, entered)
    } catch (thrown) {
      return this.#fail(thrown, entered)
    }
  }

  /** {@link start} and {@link call} for a guest that has its thread to the end: the price of a small one is the way to it. */
  callNow(args: ReadonlyArray<Value>): Outcome {
    const entered = this.#began
    const instance = this.#instance
    try {
      if (instance === undefined) throw NO_INSTANCE
      instance.start()
      this.#step("INSTANTIATED")
      this.#step("CALLED")
      return this.#returned(instance, instance.call(this.#request.functionName, args), entered)
    } catch (thrown) {
      return this.#fail(thrown, entered)
    }
  }

  #returned(instance: EngineInstance, values: ReadonlyArray<Value>, entered: number): Outcome {
    this.durationMicros = this.#ranMicros(entered)
    this.#account.settle(instance.fuelRemaining())
    this.memory = instance.memorySize()
    this.#step("RETURNED")
    if (this.#overdrawn())
      return { ...this.#failed({ cause: { kind: "fuel" }, frames: [] }), counted: "exact" }
    this.answered++
    return { values }
  }

  /** Ends the life that returned, and keeps the instance for another. */
  release(): void {
    this.#step("CLEANED")
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

const NO_INSTANCE = new EngineFault({ kind: "engine", what: "there is no instance" }, [])
