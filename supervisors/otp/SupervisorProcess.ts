import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import {
  FIRST_SUPERVISOR_PLACE,
  nextSupervisorPlace,
  type SupervisorEvent,
  type SupervisorPlace
} from "../../actors/SupervisorTable.ts"
import type { Audit } from "../../src/audit/Audit.ts"
import type { Child } from "./Child.ts"
import type { FullSpec } from "./ChildSpec.ts"
import { childExited, type Decision, triedAgain } from "./decide.ts"
import {
  describeExitReason,
  ExitCrash,
  ExitKilled,
  type ExitReason,
  ExitShutdown,
  ExitShutdownWith
} from "./ExitReason.ts"
import type { Run, SupervisedChild, Supervising } from "./SupervisedChild.ts"
import { type Rules, report, SupervisedChildren } from "./SupervisedChildren.ts"
import { ChildStartFailed, NoProc } from "./SupervisorError.ts"

/**
 * One fiber that is a supervisor: it takes one message at a time from its mailbox, asks `decide.ts` what is to be
 * done, and has it done.
 *
 * Calls, exits and second tries come in the order in which they were sent; being told to stop overtakes them all.
 * The fiber is nobody's child, so that an interrupted program waits for it to stop its children in order. The
 * mailbox holds a message for each caller that waits and each child that ended: it is as long as they are many.
 */
export class SupervisorProcess implements Child {
  readonly children: SupervisedChildren
  readonly #of: Supervising
  readonly #mailbox: Queue.Queue<Message>
  readonly #up = Deferred.makeUnsafe<void, ChildStartFailed>()
  readonly #end = Deferred.makeUnsafe<ExitReason>()
  #place: SupervisorPlace | undefined
  #failed: ChildStartFailed | undefined
  #reason: ExitReason | undefined
  #isKilled = false
  #fiber: Fiber.Fiber<void> | undefined
  /** The call that was taken out of the mailbox last. */
  #answering: Extract<Message, { readonly _tag: "Call" }> | undefined

  constructor(name: string, audit: Audit["Service"], mailbox: Queue.Queue<Message>, rules: Rules) {
    const onExit = (child: SupervisedChild, run: Run, reason: ExitReason): void =>
      void Queue.offerUnsafe(mailbox, { _tag: "Exited", child, run, reason })
    this.#mailbox = mailbox
    this.#of = { name, audit, stopping: Deferred.makeUnsafe(), isKilled: () => this.#isKilled, onExit }
    this.children = new SupervisedChildren(rules, this.#of)
  }

  get ended(): Effect.Effect<ExitReason> {
    return Deferred.await(this.#end)
  }

  get shutdown(): Effect.Effect<void> {
    return Effect.sync(() => {
      Deferred.doneUnsafe(this.#of.stopping, Exit.void)
      Queue.offerUnsafe(this.#mailbox, { _tag: "Stop" })
    })
  }

  /** Kills all that is below it too, at once and in no order: that is why supervisors have `infinity`. */
  get kill(): Effect.Effect<void> {
    return this.#die(new ExitKilled())
  }

  /** Succeeds when all children are up; fails when one is not, after those before it were stopped. */
  get up(): Effect.Effect<void, ChildStartFailed> {
    return Deferred.await(this.#up)
  }

  /** Starts the children, and does not wait for them. */
  run(specs: ReadonlyArray<FullSpec>): Effect.Effect<void> {
    const life = Effect.gen({ self: this }, function* () {
      yield* this.#step("START")
      yield* this.#step(yield* this.#init(specs))
      if (this.#place === "running") Deferred.doneUnsafe(this.#up, Exit.void)
      yield* this.#loop
      yield* this.children.terminateAll
      yield* this.#step("CHILDREN_STOPPED")
      this.#finish(this.#failed === undefined ? new ExitShutdown() : new ExitShutdownWith(this.#failed))
    })
    const guarded = Effect.onExit(life, (exit) =>
      // Only a defect of the supervisor itself gets here: its children are not left alone with it.
      exit._tag === "Failure" ? this.#die(new ExitCrash(exit.cause)) : Effect.void
    )
    return Effect.map(Effect.forkDetach(guarded, { uninterruptible: false }), (fiber) => {
      this.#fiber = fiber
    })
  }

  /** Has `handler` run in its turn. Whoever stops waiting for it does not undo it. */
  call<A, E>(handler: Effect.Effect<A, E>): Effect.Effect<A, E | NoProc> {
    return Effect.suspend(() => {
      if (this.#reason !== undefined) return Effect.fail(new NoProc(this.#reason))
      const reply = Deferred.makeUnsafe<A, E | NoProc>()
      Queue.offerUnsafe(this.#mailbox, {
        _tag: "Call",
        run: Effect.asVoid(Deferred.into(handler, reply)),
        refuse: (reason) => void Deferred.doneUnsafe(reply, Exit.fail(new NoProc(reason)))
      })
      return Deferred.await(reply)
    })
  }

  #init(specs: ReadonlyArray<FullSpec>): Effect.Effect<SupervisorEvent> {
    return Effect.gen({ self: this }, function* () {
      for (const spec of specs) {
        if (this.#stopping) return "SHUTDOWN"
        const started = yield* this.children.add(spec.id, spec)
        if (started._tag !== "Failed" || this.#stopping) continue
        yield* report(this.#of.name, `child ${spec.id} failed to start`, started.cause)
        this.#failed = new ChildStartFailed(spec.id, started.cause)
        return "START_FAILED"
      }
      return this.#stopping ? "SHUTDOWN" : "CHILDREN_STARTED"
    })
  }

  get #loop(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      while (this.#place === "running") {
        const message = yield* Queue.take(this.#mailbox)
        if (!this.#stopping) yield* this.#handle(message)
        else {
          if (message._tag === "Call") message.refuse(new ExitShutdown())
          yield* this.#step("SHUTDOWN")
        }
      }
    })
  }

  #handle(message: Message): Effect.Effect<void> {
    switch (message._tag) {
      case "Stop":
        return Effect.void
      case "Call":
        this.#answering = message
        return Effect.andThen(this.#step("CALL"), message.run)
      case "TryAgain":
        return Effect.gen({ self: this }, function* () {
          yield* this.#step("TRY_AGAIN")
          yield* this.#carryOut(
            triedAgain(this.children.stateFor(message.key), message.key, yield* nowSeconds),
            undefined
          )
        })
      case "Exited":
        // Another run than the present one was stopped since: its end has been dealt with.
        return message.child.run === message.run ? this.#exited(message.child, message.reason) : Effect.void
    }
  }

  #exited(child: SupervisedChild, reason: ExitReason): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const decision = childExited(this.children.stateFor(child.key), child.key, reason, yield* nowSeconds)
      yield* this.#step("CHILD_EXITED")
      yield* child.step("EXITED")
      child.forget()
      if (reason._tag === "Crash" || reason._tag === "Killed" || child.spec.restart === "permanent")
        yield* report(
          this.#of.name,
          `child ${child.key} terminated: ${describeExitReason(reason)}`,
          reason._tag === "Crash" ? reason.cause : undefined
        )
      yield* this.#carryOut(decision, child)
    })
  }

  #carryOut(decision: Decision, exited: SupervisedChild | undefined): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      this.children.restarts = decision.state.restarts
      if (decision._tag === "Restart") {
        const failed = yield* this.children.replace(decision, () => this.#stopping)
        if (failed !== undefined) Queue.offerUnsafe(this.#mailbox, { _tag: "TryAgain", key: failed })
        return yield* this.#step(
          this.#stopping ? "SHUTDOWN" : failed === undefined ? "RESTARTED" : "START_FAILED"
        )
      }
      if (exited !== undefined) yield* this.children.settle(exited)
      if (decision._tag === "Leave") return yield* this.#step("NOT_RESTARTED")
      if (decision.why === "INTENSITY_REACHED")
        yield* report(this.#of.name, "shutdown, reached_max_restart_intensity")
      yield* this.#step(decision.why)
    })
  }

  /** Ends it without its children, who are killed, told or not. The first one counts; once begun it is finished. */
  #die(reason: ExitReason): Effect.Effect<void> {
    const abandon = Effect.suspend(() => {
      this.#isKilled = true
      this.#finish(reason)
      return this.children.abandonAll
    })
    return Effect.uninterruptible(
      Effect.suspend(() => {
        if (this.#reason !== undefined) return Effect.void
        this.#reason = reason
        // It takes no other step while the audit hears of this one.
        this.#fiber?.interruptUnsafe()
        return Effect.ensuring(this.#step("KILL"), abandon)
      })
    )
  }

  #finish(reason: ExitReason): void {
    this.#reason = reason
    // Killed in the middle of it, nobody else will answer; one that was answered stays so.
    this.#answering?.refuse(reason)
    for (
      let exit = Queue.takeUnsafe(this.#mailbox);
      exit !== undefined;
      exit = Queue.takeUnsafe(this.#mailbox)
    )
      if (exit._tag === "Success" && exit.value._tag === "Call") exit.value.refuse(reason)
    Deferred.doneUnsafe(this.#end, Exit.succeed(reason))
    const failed = reason._tag === "Crash" ? Exit.die(Cause.squash(reason.cause)) : Exit.interrupt()
    // Whoever waits for it to come up; where it did, this says nothing any more.
    Deferred.doneUnsafe(this.#up, this.#failed === undefined ? failed : Exit.fail(this.#failed))
  }

  get #stopping(): boolean {
    return Deferred.isDoneUnsafe(this.#of.stopping)
  }

  /** Takes a step on the chart and tells it. */
  #step(event: SupervisorEvent | "START"): Effect.Effect<void> {
    return Effect.suspend(() => {
      const from = this.#place
      const to = event === "START" ? FIRST_SUPERVISOR_PLACE : from && nextSupervisorPlace(from, event)
      if (to === undefined)
        return Effect.die(new Error(`${this.#of.name}: ${event} is impossible in ${from ?? "nothing"}`))
      this.#place = to
      return this.#of.audit.record({
        ...{ _tag: "Transition", chart: "supervisor", id: this.#of.name },
        ...{ from, to, why: event }
      })
    })
  }
}

export type Message =
  | {
      readonly _tag: "Call"
      readonly run: Effect.Effect<void>
      readonly refuse: (reason: ExitReason) => void
    }
  | {
      readonly _tag: "Exited"
      readonly child: SupervisedChild
      readonly run: Run
      readonly reason: ExitReason
    }
  | { readonly _tag: "TryAgain"; readonly key: string }
  | { readonly _tag: "Stop" }

const nowSeconds: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, (nanos) =>
  Number(nanos / 1_000_000_000n)
)
