import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { ImpossibleEvent } from "../actors/Life.ts"
import { logToEffect } from "../src/host/logToEffect.ts"
import type { Crash } from "../src/outcome/Crash.ts"
import { Refused } from "../src/outcome/Refused.ts"
import { LimitExceeded, type RefusedReason, reviveRefusedReason } from "../src/outcome/RefusedReason.ts"
import { Returned } from "../src/outcome/Returned.ts"
import type { Value } from "../src/outcome/Value.ts"
import type { FailedReport, FiringReport, ReturnedReport } from "../src/runtime/Firing.ts"
import type { ResidentGuest } from "../src/runtime/GuestWorker.ts"
import { WorkerLost } from "../src/runtime/WorkerLost.ts"
import type { Concluder, Job } from "./Concluder.ts"
import { type Letter, writeLetter } from "./Letter.ts"
import { Links } from "./Links.ts"
import { ExitCrash, ExitKilled, type ExitReason, ExitShutdown } from "./otp/ExitReason.ts"
import type { CallOptions, Resident, ResidentPlan } from "./Resident.ts"
import { ResidentEnded } from "./ResidentEnded.ts"
import type { ResidentLife } from "./ResidentLife.ts"
import { countEnded, countRefused, withGuestSpan } from "./Telemetry.ts"

/**
 * A resident guest on the caller's side: its mailbox, and a fiber that answers it while there is mail.
 *
 * There may be thousands that nobody calls, so one that is idle has no fiber, and what it can do are methods: a
 * hundred bytes instead of a thousand.
 */
export class ResidentProcess implements Resident {
  readonly #job: Job
  readonly #plan: ResidentPlan
  readonly #guest: ResidentGuest
  readonly #own: Scope.Closeable
  readonly #concluder: Concluder
  readonly #life: ResidentLife
  readonly #context: Context.Context<never>
  readonly #end = Deferred.makeUnsafe<ExitReason>()
  readonly #forget: () => void
  #letters: Array<Mail> | undefined
  /** What is being answered, and by which fiber. */
  #reading: Mail | undefined
  #serving: Fiber.Fiber<void> | undefined
  /** Why it is to go, as soon as it has answered the call that runs. */
  #leaving: ExitReason | undefined
  #over = false
  #links: Links | undefined
  #endedFor: ExitReason | undefined

  constructor(
    job: Job,
    plan: ResidentPlan,
    guest: ResidentGuest,
    own: Scope.Closeable,
    concluder: Concluder,
    life: ResidentLife,
    context: Context.Context<never>
  ) {
    this.#job = job
    this.#plan = plan
    this.#guest = guest
    this.#own = own
    this.#concluder = concluder
    this.#life = life
    this.#context = context
    this.#forget = guest.whenLost((lost) => this.#run(this.#crash(this.#reading, lost)))
  }

  get id(): string {
    return this.#job.instanceId
  }

  get ended(): Effect.Effect<ExitReason> {
    return Deferred.await(this.#end)
  }

  link(other: Resident): Effect.Effect<void> {
    return Effect.sync(() => {
      if (other instanceof ResidentProcess) this.#linked.join(other.#linked)
    })
  }

  unlink(other: Resident): Effect.Effect<void> {
    return Effect.sync(() => {
      if (other instanceof ResidentProcess) this.#linked.part(other.#linked)
    })
  }

  /** Made when it is first asked for: most of thousands have none. */
  get #linked(): Links {
    this.#links ??= new Links((reason) => this.#run(this.leave(reason)))
    if (this.#endedFor !== undefined) this.#links.end(this.#endedFor)
    return this.#links
  }

  get waiting(): Effect.Effect<number> {
    return Effect.sync(() => this.#letters?.length ?? 0)
  }

  /** Asked to go, it answers the call that runs, and nobody else. */
  get shutdown(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#leaving ??= new ExitShutdown()
      return this.#serving === undefined ? this.leave(this.#leaving) : Effect.void
    })
  }

  get kill(): Effect.Effect<void> {
    return this.leave(new ExitKilled())
  }

  call(
    functionName: string,
    args: ReadonlyArray<Value> = [],
    options: CallOptions = {}
  ): Effect.Effect<Returned, Crash | Refused | ResidentEnded> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(this.#put(functionName, args, options), (letter) =>
        Effect.onInterrupt(restore(Deferred.await(letter.reply)), () =>
          Effect.sync(() => {
            this.#letters = this.#letters?.filter((other) => other !== letter)
          })
        )
      )
    ).pipe(withGuestSpan("munition.call", { functionName, moduleHash: this.#job.identity.moduleHash }))
  }

  cast(
    functionName: string,
    args: ReadonlyArray<Value> = [],
    options: CallOptions = {}
  ): Effect.Effect<void, Refused | ResidentEnded> {
    return Effect.asVoid(this.#put(functionName, args, options))
  }

  /** Ends it now: the call that runs is stopped, and nothing that waits is answered. */
  leave(reason: ExitReason): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#leaving ??= reason
      const serving = this.#serving
      return Effect.andThen(
        serving === undefined ? Effect.void : Fiber.interrupt(serving),
        Effect.suspend(() => {
          if (this.#over) return Effect.void
          this.#over = true
          return Effect.andThen(this.#life.step("CLEANED"), this.#finish(reason, new ResidentEnded(reason)))
        })
      )
    })
  }

  #put(
    functionName: string,
    args: ReadonlyArray<Value>,
    options: CallOptions
  ): Effect.Effect<Mail, Refused | ResidentEnded> {
    return Effect.suspend((): Effect.Effect<Mail, Refused | ResidentEnded> => {
      const call = writeLetter(this.#plan, functionName, args, options)
      if ("_tag" in call) return refuse(call)
      if (this.#over) return Effect.flatMap(this.ended, (reason) => Effect.fail(new ResidentEnded(reason)))
      if (this.#leaving !== undefined) return Effect.fail(new ResidentEnded(this.#leaving))
      const waiting = this.#letters?.length ?? 0
      const { mailboxMax } = this.#plan
      if (waiting >= mailboxMax) return refuse(new LimitExceeded("mailboxMax", mailboxMax, waiting + 1))
      const letter: Mail = { ...call, reply: Deferred.makeUnsafe() }
      this.#letters ??= []
      this.#letters.push(letter)
      this.#serving ??= this.#run(this.#serve)
      return Effect.succeed(letter)
    })
  }

  #run(effect: Effect.Effect<void>): Fiber.Fiber<void> {
    return Effect.runForkWith(this.#context)(effect)
  }

  get #serve(): Effect.Effect<void> {
    const self = this
    return Effect.gen(function* () {
      while (!self.#over && self.#leaving === undefined) {
        const letter = self.#letters?.shift()
        if (letter === undefined) break
        self.#reading = letter
        yield* self.#answer(letter)
        self.#reading = undefined
      }
      self.#letters = self.#letters?.length === 0 ? undefined : self.#letters
      self.#serving = undefined
      if (self.#leaving !== undefined) yield* self.leave(self.#leaving)
    })
  }

  /** Only waiting for the guest can be interrupted: an answer that has come is told to its end. */
  #answer(letter: Mail): Effect.Effect<void> {
    return Effect.uninterruptibleMask((wait) => this.#answerWith(letter, wait))
  }

  #answerWith(
    { functionName, args, fuel, timeoutMs, priority, reply }: Mail,
    wait: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  ): Effect.Effect<void> {
    const self = this
    const { identity, instanceId } = this.#job
    return Effect.gen(function* () {
      const report = yield* Effect.catch(
        wait(
          self.#guest.call({ functionName, args, fuel, timeoutMs }, priority, {
            onLog: (log) => logToEffect(log, { instance: instanceId, function: functionName }),
            onCancelled: (cancelled) =>
              cancelled instanceof WorkerLost || cancelled.kind === "failed"
                ? self.#crash(self.#reading, cancelled)
                : Effect.void
          })
        ),
        (lost): Effect.Effect<FiringReport | WorkerLost> => Effect.succeed(lost)
      )
      if (report instanceof WorkerLost || report.kind === "failed")
        return yield* self.#crash(self.#reading, report)
      if (report.kind === "refused") {
        const refused = new Refused(reviveRefusedReason(report.reason))
        yield* countRefused("call", refused.reason)
        return void Deferred.doneUnsafe(reply, Exit.fail(refused))
      }
      if (report.kind !== "returned")
        return yield* Effect.die(new Error(`a call was reported as ${report.kind}`))
      yield* self.#life.step("CALLED", "RETURNED")
      yield* self.#concluder.meter({ ...identity, functionName }, report.fuel.used)
      const returned = returnedOf(report, self.#life.trace)
      yield* countEnded("call", returned)
      Deferred.doneUnsafe(reply, Exit.succeed(returned))
    })
  }

  #crash(letter: Mail | undefined, report: FailedReport | WorkerLost): Effect.Effect<void> {
    const self = this
    return Effect.gen(function* () {
      if (self.#over) return
      self.#over = true
      const job = self.#job
      const identity = { ...job.identity, functionName: letter?.functionName ?? "" }
      const crash = self.#concluder.crashOf({ ...job, identity, args: letter?.args ?? [] }, report)
      if (crash instanceof ImpossibleEvent) return yield* Effect.die(crash)
      if (letter !== undefined) yield* self.#life.step("CALLED")
      yield* self.#life.step(crash.reason._tag, "CAPTURED", "CLEANED")
      yield* countEnded(letter === undefined ? "resident" : "call", crash)
      yield* self.#plan.onCrash(crash)
      const stopped = crash.reason._tag === "Cancelled" ? self.#leaving : undefined
      yield* self.#finish(stopped ?? new ExitCrash(Cause.fail(crash)), crash)
      // Two can tell of it, the call that is lost and the thread: the one that comes second ends the first.
    }).pipe(Effect.uninterruptible)
  }

  /** The last thing in its life: whoever waits is told, and everything is let go. */
  #finish(reason: ExitReason, told: Crash | ResidentEnded): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#forget()
      const waiting = [...(this.#reading === undefined ? [] : [this.#reading]), ...(this.#letters ?? [])]
      this.#letters = undefined
      for (const { reply } of waiting) Deferred.doneUnsafe(reply, Exit.fail(told))
      return Effect.andThen(
        Scope.close(this.#own, Exit.void),
        Effect.sync(() => {
          this.#endedFor = reason
          Deferred.doneUnsafe(this.#end, Exit.succeed(reason))
          this.#links?.end(reason)
        })
      )
    })
  }
}

const refuse = (reason: RefusedReason): Effect.Effect<never, Refused> =>
  Effect.andThen(countRefused("call", reason), Effect.fail(new Refused(reason)))

/** A call in the mailbox, and where its answer goes. */
interface Mail extends Letter {
  readonly reply: Deferred.Deferred<Returned, Crash | Refused | ResidentEnded>
}

const returnedOf = (report: ReturnedReport, lifecycle: Returned["metadata"]["lifecycle"]): Returned =>
  new Returned(report.values, {
    fuel: report.fuel,
    memory: report.memory,
    durationMicros: report.durationMicros,
    compileMicros: 0,
    lifecycle,
    typed: report.typed,
    nondeterminism: report.nondeterminism
  })
