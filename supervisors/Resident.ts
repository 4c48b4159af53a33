import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { ImpossibleEvent } from "../actors/Life.ts"
import { type FuelCeiling, makeFuelPolicy } from "../src/fuel/FuelPolicy.ts"
import { logToEffect } from "../src/host/logToEffect.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import { Refused } from "../src/outcome/Refused.ts"
import {
  BadArguments,
  LimitExceeded,
  type RefusedReason,
  reviveRefusedReason
} from "../src/outcome/RefusedReason.ts"
import { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { FailedReport, FiringReport, ReturnedReport } from "../src/runtime/Firing.ts"
import type { FiringCaller } from "../src/runtime/GuestWorker.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { Priority } from "../src/runtime/worker/RunQueue.ts"
import type { Concluder, Job } from "./Concluder.ts"
import { checkCall } from "./checkCall.ts"
import { type FireOptions, type FirePlan, planFiring } from "./FireOptions.ts"
import { Mailbox } from "./Mailbox.ts"
import type { Child } from "./otp/Child.ts"
import { ExitCrash, ExitKilled, type ExitReason, ExitShutdown } from "./otp/ExitReason.ts"
import { ResidentEnded } from "./ResidentEnded.ts"
import { ResidentsFull, type Schedulers } from "./Schedulers.ts"
import { requestOf } from "./validateModule.ts"

/**
 * A guest that lives across calls and answers them one at a time: what a process with a mailbox is to OTP.
 *
 * ```
 *   call, cast ─▶ mailbox (bounded) ─▶ guest ─┬─ returned ─▶ the caller, and the next one
 *                                             └─ crashed ──▶ the caller and all who wait; the resident has ended
 * ```
 * It is a child that a supervisor can start: `ended` tells how it ended, with the crash as its cause. A caller that
 * goes away does not stop the guest: its call is taken out of the mailbox, or its answer dropped.
 */
export interface Resident extends Child {
  /** Of its instance, in the audit. */
  readonly id: string
  /** *Fails* with the crash of the guest, also where somebody else's call was its cause. */
  readonly call: (
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: CallOptions
  ) => Effect.Effect<Returned, Crash | Refused | ResidentEnded>
  /** Puts a call into the mailbox and does not wait; what comes of it, nobody is told. */
  readonly cast: (
    functionName: string,
    args?: ReadonlyArray<Value>,
    options?: CallOptions
  ) => Effect.Effect<void, Refused | ResidentEnded>
  /** Calls that wait, the one that runs apart. */
  readonly waiting: Effect.Effect<number>
}

export interface ResidentOptions extends Omit<FireOptions, "inline"> {
  /** Calls that may wait. Default {@link MAILBOX_DEFAULT_MAX}. */
  readonly mailboxMax?: number | undefined
}

/** What a caller may say of one call; what it does not say is as the resident's options say. */
export interface CallOptions extends Pick<FireOptions, "fuel" | "timeout" | "priority"> {}

export const MAILBOX_DEFAULT_MAX = 1_000
const MAILBOX_MAX = 1_000_000

export interface ResidentPlan extends FirePlan {
  readonly mailboxMax: number
  readonly ceiling: Partial<FuelCeiling>
}

export const planResident = (
  { mailboxMax = MAILBOX_DEFAULT_MAX, ...options }: ResidentOptions,
  ceiling: Partial<FuelCeiling> = {}
): ResidentPlan | RefusedReason => {
  if (!Number.isSafeInteger(mailboxMax) || mailboxMax < 1 || mailboxMax > MAILBOX_MAX)
    return new BadArguments("mailboxMax", `an integer 1..${MAILBOX_MAX}`, String(mailboxMax))
  const plan = planFiring(options, ceiling)
  return "_tag" in plan ? plan : { ...plan, mailboxMax, ceiling }
}

/** A call in the mailbox. */
interface Letter {
  readonly functionName: string
  readonly args: ReadonlyArray<Value>
  readonly fuel: number
  readonly timeoutMs: number
  readonly priority: Priority
  readonly reply: Deferred.Deferred<Returned, Crash | Refused | ResidentEnded>
}

export const makeResident = (
  job: Job,
  plan: ResidentPlan,
  schedulers: Schedulers,
  concluder: Concluder
): Effect.Effect<Resident, Crash | Refused, Scope.Scope> =>
  Effect.gen(function* () {
    const life = concluder.lifeOf(job)
    const own = yield* Scope.fork(yield* Effect.scope)
    const caller: FiringCaller = {
      remotes: plan.remotes,
      onLog: (log) => logToEffect(log, { instance: job.instanceId }),
      onCancelled: () => Effect.void
    }
    const request = {
      ...requestOf(plan),
      ...{ bytes: job.bytes, compiled: job.compiled },
      functionName: "",
      args: []
    }
    const made = yield* schedulers.reside(request, caller).pipe(
      Effect.provideService(Scope.Scope, own),
      Effect.catch((refused): Effect.Effect<WorkerLost | ResidentsFull> => Effect.succeed(refused))
    )
    if (!("report" in made) || made.report.kind !== "started") {
      yield* Scope.close(own, Exit.void)
      if (made instanceof ResidentsFull)
        return yield* concluder.refuse(
          new LimitExceeded("residentsMax", made.bound, made.bound + 1),
          job.identity
        )
      yield* concluder.conclude(job, "report" in made ? made.report : made)
      return yield* Effect.die(new Error("a resident guest returned from its start"))
    }
    const { compiled } = made.report
    concluder.keep(job, made.report)
    const known: Job = compiled === undefined ? job : { ...job, compiled }
    yield* life.step("INSTANTIATED")

    const mailbox = new Mailbox<Letter>()
    const end = Deferred.makeUnsafe<ExitReason>()

    /** The last thing in its life: whoever waits is told, and everything is let go. */
    const finish = (reason: ExitReason, told: Crash | ResidentEnded): Effect.Effect<void> =>
      Effect.gen(function* () {
        for (const { reply } of mailbox.close()) Deferred.doneUnsafe(reply, Exit.fail(told))
        yield* Scope.close(own, Exit.void)
        Deferred.doneUnsafe(end, Exit.succeed(reason))
      })

    let over = false
    let leaving: ExitReason | undefined

    const crash = (letter: Letter | undefined, report: FailedReport | WorkerLost): Effect.Effect<void> =>
      Effect.gen(function* () {
        if (over) return
        over = true
        const identity = { ...known.identity, functionName: letter?.functionName ?? "" }
        const crash = concluder.crashOf({ ...known, identity, args: letter?.args ?? [] }, report)
        if (crash instanceof ImpossibleEvent) return yield* Effect.die(crash)
        yield* life.step(...(letter === undefined ? [] : ["CALLED" as const]))
        yield* life.step(crash.reason._tag, "CAPTURED", "CLEANED")
        yield* plan.onCrash(crash)
        yield* finish(leaving ?? new ExitCrash(Cause.fail(crash)), crash)
      })

    const answer = (letter: Letter): Effect.Effect<void> =>
      Effect.gen(function* () {
        const { functionName, args, fuel, timeoutMs, priority, reply } = letter
        const report = yield* Effect.catch(
          made.call({ functionName, args, fuel, timeoutMs }, priority, {
            onLog: (log) => logToEffect(log, { instance: job.instanceId, function: functionName }),
            onCancelled: (cancelled) =>
              cancelled instanceof WorkerLost || cancelled.kind === "failed"
                ? crash(letter, cancelled)
                : Effect.void
          }),
          (lost): Effect.Effect<FiringReport | WorkerLost> => Effect.succeed(lost)
        )
        if (report instanceof WorkerLost || report.kind === "failed") return yield* crash(letter, report)
        if (report.kind === "refused")
          return void Deferred.doneUnsafe(reply, Exit.fail(new Refused(reviveRefusedReason(report.reason))))
        if (report.kind !== "returned")
          return yield* Effect.die(new Error(`a call was reported as ${report.kind}`))
        yield* life.step("CALLED", "RETURNED")
        yield* concluder.meter({ ...known.identity, functionName }, report.fuel.used)
        Deferred.doneUnsafe(reply, Exit.succeed(returnedOf(report, life.trace)))
      })

    const serve: Effect.Effect<void> = Effect.gen(function* () {
      while (!over) yield* answer(yield* mailbox.take)
    })
    const serving = yield* Effect.forkDetach(
      Effect.raceFirst(
        serve,
        Effect.flatMap(made.lost, (lost) => crash(undefined, lost))
      ),
      { startImmediately: true }
    )
    const leave = (reason: ExitReason): Effect.Effect<void> =>
      Effect.suspend(() => {
        leaving ??= reason
        return Effect.gen(function* () {
          yield* Fiber.interrupt(serving)
          if (over) return
          over = true
          yield* life.step("CLEANED")
          yield* finish(reason, new ResidentEnded(reason))
        })
      })
    yield* Effect.addFinalizer(() => Effect.uninterruptible(leave(new ExitShutdown())))

    const put = (functionName: string, args: ReadonlyArray<Value>, options: CallOptions) =>
      Effect.suspend((): Effect.Effect<Letter, Refused | ResidentEnded> => {
        const wrong = checkCall(NO_MODULE, functionName, args)
        if (wrong !== undefined) return Effect.fail(new Refused(wrong))
        const fuel = options.fuel ?? plan.fuel
        const policy = makeFuelPolicy({ fuel, timeout: options.timeout ?? plan.timeoutMs }, plan.ceiling)
        if ("_tag" in policy) return Effect.fail(new Refused(policy))
        if (mailbox.closed)
          return Effect.flatMap(Deferred.await(end), (reason) => Effect.fail(new ResidentEnded(reason)))
        if (mailbox.length >= plan.mailboxMax)
          return Effect.fail(
            new Refused(new LimitExceeded("mailboxMax", plan.mailboxMax, mailbox.length + 1))
          )
        const { priority = plan.priority } = options
        const reply = Deferred.makeUnsafe<Returned, Crash | Refused | ResidentEnded>()
        const letter = { functionName, args, ...policy, priority, reply }
        mailbox.put(letter)
        return Effect.succeed(letter)
      })

    return {
      id: job.instanceId,
      ended: Deferred.await(end),
      // Asked to go, it answers the call that runs, and nobody else.
      shutdown: Effect.asVoid(Effect.forkDetach(mailbox.whenIdle(leave(new ExitShutdown())))),
      kill: leave(new ExitKilled()),
      call: (functionName, args = [], options = {}) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.flatMap(put(functionName, args, options), (letter) =>
            Effect.onInterrupt(restore(Deferred.await(letter.reply)), () =>
              Effect.sync(() => mailbox.remove(letter))
            )
          )
        ),
      cast: (functionName, args = [], options = {}) => Effect.asVoid(put(functionName, args, options)),
      waiting: Effect.sync(() => mailbox.length)
    }
  })

const returnedOf = (report: ReturnedReport, lifecycle: ResidentTrace): Returned =>
  new Returned(report.values, {
    fuel: report.fuel,
    memory: report.memory,
    durationMicros: report.durationMicros,
    compileMicros: 0,
    lifecycle,
    typed: report.typed,
    nondeterminism: report.nondeterminism
  })

type ResidentTrace = Returned["metadata"]["lifecycle"]

/** A call brings no module; what there is was checked when the guest was made. */
const NO_MODULE = new Uint8Array(8)
