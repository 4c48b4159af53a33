import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import {
  type ChildEvent,
  type ChildPlace,
  FIRST_CHILD_PLACE,
  nextChildPlace
} from "../../actors/ChildTable.ts"
import type { Audit } from "../../src/audit/Audit.ts"
import { type Child, IGNORE, isChild } from "./Child.ts"
import type { FullSpec } from "./ChildSpec.ts"
import { ExitCrash, ExitKilled, type ExitReason, ExitShutdown } from "./ExitReason.ts"

/**
 * Starts and stops one supervised child, along its chart.
 *
 * One fiber watches each child from its start to the release of what the start acquired; only then has the child
 * ended. Whatever may hang, a start, a child, a finalizer, its own shutdown, hangs that fiber and not the
 * supervisor, which waits for as long as the spec says, then kills, then waits {@link KILL_MS} and gives it up.
 */
export class SupervisedChild {
  readonly key: string
  readonly spec: FullSpec
  place: ChildPlace | undefined
  run: Run | undefined
  /** The child of the latest run that came up, whether it still runs or not. */
  latest: Child | undefined
  readonly #of: Supervising

  constructor(key: string, spec: FullSpec, of: Supervising) {
    this.key = key
    this.spec = spec
    this.#of = of
  }

  /** The child while it runs. */
  get child(): Child | undefined {
    return this.place === "running" ? this.run?.child : undefined
  }

  /** Whether it runs in truth, and not only as far as the supervisor has heard. */
  get alive(): boolean {
    return this.child !== undefined && this.run !== undefined && !Deferred.isDoneUnsafe(this.run.down)
  }

  /** *Returns* the child, `ignore`, or why there is none. A start under way is broken off when the supervisor stops. */
  start(): Effect.Effect<Started> {
    const self = this
    return Effect.gen(function* () {
      yield* self.#enter(self.place === undefined ? "START" : "RESTART")
      const run: Run = {
        child: undefined,
        asked: undefined,
        up: Deferred.makeUnsafe(),
        down: Deferred.makeUnsafe(),
        fibers: []
      }
      self.run = run
      yield* fork(run, self.#watch(run))
      if (!Deferred.isDoneUnsafe(run.up))
        yield* Effect.raceFirst(Effect.exit(Deferred.await(run.up)), Deferred.await(self.#of.stopping))
      if (!Deferred.isDoneUnsafe(run.up)) {
        yield* self.stop()
        return { _tag: "Failed", cause: Cause.interrupt() }
      }
      const up = yield* Effect.exit(Deferred.await(run.up))
      if (up._tag === "Success" && up.value !== IGNORE) {
        self.latest = up.value
        yield* self.step("STARTED")
        return { _tag: "Started", child: up.value }
      }
      self.run = undefined
      yield* self.step(up._tag === "Success" ? "IGNORED" : "START_FAILED")
      return up._tag === "Success" ? { _tag: "Ignored" } : { _tag: "Failed", cause: up.cause }
    })
  }

  /** Ends a child that runs or is being started: *Returns* how it ended, `undefined` when there was nothing to end. */
  stop(): Effect.Effect<ExitReason | undefined> {
    const self = this
    return Effect.gen(function* () {
      const { run, place } = self
      if (run === undefined || (place !== "running" && place !== "starting")) return undefined
      if (!Deferred.isDoneUnsafe(run.down)) yield* self.#end(run, self.spec.shutdown)
      const reason = Deferred.isDoneUnsafe(run.down) ? yield* Deferred.await(run.down) : undefined
      yield* self.step(reason === undefined ? "TIMED_OUT" : "EXITED")
      if (reason === undefined)
        yield* Effect.logError(`${self.#name}: still there ${KILL_MS} ms after it was killed, given up`)
      self.forget()
      return reason ?? new ExitKilled()
    })
  }

  /** Takes a step on the chart and tells it. An impossible one is a defect of whoever asked for it. */
  step(event: ChildEvent): Effect.Effect<void> {
    return this.#enter(event)
  }

  /** Kills without waiting, even if nobody can be told: the supervisor is no more. Its watcher sees it to its end. */
  abandon(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { run, place } = this
      // One that was given up was killed before.
      return run === undefined || Deferred.isDoneUnsafe(run.down) || place === "exited"
        ? this.#leave
        : Effect.ensuring(this.step("KILL"), ask(run, "kill"))
    })
  }

  /** To the end of the chart, from wherever it is. */
  get #leave(): Effect.Effect<void> {
    return Effect.suspend(() => {
      switch (this.place) {
        case undefined:
        case "deleted":
          return Effect.void
        case "starting":
          return Effect.andThen(this.step("START_FAILED"), this.step("DELETE"))
        case "running":
        case "shutting_down":
        case "killing":
          return Effect.andThen(this.step("EXITED"), this.step("DELETE"))
        default:
          return this.step("DELETE")
      }
    })
  }

  /** Lets go of what asked and watched; a fiber that cannot be interrupted is not waited for. */
  forget(): void {
    for (const fiber of this.run?.fibers ?? []) fiber.interruptUnsafe()
    this.run = undefined
  }

  get #name(): string {
    return `${this.#of.name}/${this.key}`
  }

  #end(run: Run, shutdown: FullSpec["shutdown"]): Effect.Effect<void> {
    const self = this
    return Effect.gen(function* () {
      if (shutdown === "brutal_kill") yield* self.step("KILL")
      else {
        yield* self.step("SHUTDOWN")
        // Within 0 ms nobody can have heard of it: OTP's child is killed before it gets to read what it is asked.
        if (shutdown !== 0) {
          yield* ask(run, "shutdown")
          yield* waitFor(run, shutdown)
        }
        if (Deferred.isDoneUnsafe(run.down)) return
        yield* self.step("TIMED_OUT")
      }
      yield* ask(run, "kill")
      yield* waitFor(run, KILL_MS)
    })
  }

  #watch(run: Run): Effect.Effect<void> {
    const self = this
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const scope = Scope.makeUnsafe()
        const started = yield* restore(Effect.flatMap(self.spec.start, self.#checked)).pipe(
          Effect.provideService(Scope.Scope, scope),
          Effect.provideService(SupervisorName, self.#name),
          Effect.exit
        )
        if (started._tag === "Failure" || started.value === IGNORE) {
          const closed = yield* Effect.exit(Scope.close(scope, started))
          Deferred.doneUnsafe(run.down, Exit.succeed(new ExitShutdown()))
          Deferred.doneUnsafe(run.up, closed._tag === "Failure" ? Exit.failCause(closed.cause) : started)
          if (self.run === run && self.#of.isKilled()) yield* self.#leave
          return
        }
        run.child = started.value
        Deferred.doneUnsafe(run.up, started)
        if (run.asked !== undefined) yield* ask(run, run.asked)
        const ended = yield* Effect.exit(started.value.ended)
        const closed = yield* Effect.exit(Scope.close(scope, Exit.void))
        const reason =
          ended._tag === "Failure"
            ? new ExitCrash(ended.cause)
            : closed._tag === "Failure"
              ? new ExitCrash(closed.cause)
              : ended.value
        Deferred.doneUnsafe(run.down, Exit.succeed(reason))
        if (self.run !== run) return
        if (self.#of.isKilled()) yield* self.#leave
        else self.#of.onExit(self, run, reason)
      })
    )
  }

  readonly #checked = (started: unknown): Effect.Effect<Child | typeof IGNORE> =>
    started === IGNORE || isChild(started)
      ? Effect.succeed(started)
      : Effect.die(
          new Error(`${this.#name}: expected a child or "ignore" of its start, got ${String(started)}`)
        )

  #enter(event: ChildEvent | "START"): Effect.Effect<void> {
    return Effect.suspend(() => {
      const from = this.place
      const to =
        event === "START" ? FIRST_CHILD_PLACE : from === undefined ? undefined : nextChildPlace(from, event)
      if (to === undefined)
        return Effect.die(new Error(`${this.#name}: ${event} is impossible in ${from ?? "nothing"}`))
      this.place = to
      return this.#of.audit.record({
        ...{ _tag: "Transition", chart: "child", id: this.#name },
        ...{ from, to, why: event }
      })
    })
  }
}

/** What a child's supervisor gives it. */
export interface Supervising {
  readonly name: string
  readonly audit: Audit["Service"]
  /** Done when the supervisor is told to stop: a start under way is not waited for any longer. */
  readonly stopping: Deferred.Deferred<void>
  /** Whether there is no supervisor any more, and did not stop its children. */
  readonly isKilled: () => boolean
  /** A child has ended that nobody asked to, or while nobody had noticed. */
  readonly onExit: (child: SupervisedChild, run: Run, reason: ExitReason) => void
}

export type Started =
  | { readonly _tag: "Started"; readonly child: Child }
  | { readonly _tag: "Ignored" }
  | { readonly _tag: "Failed"; readonly cause: Cause.Cause<unknown> }

/** From one start to its end. */
export interface Run {
  child: Child | undefined
  asked: "shutdown" | "kill" | undefined
  readonly up: Deferred.Deferred<Child | typeof IGNORE, unknown>
  readonly down: Deferred.Deferred<ExitReason>
  readonly fibers: Array<Fiber.Fiber<unknown, unknown>>
}

/** How long a killed child may take to be gone. OTP waits for ever, since nothing on the BEAM survives a kill. */
export const KILL_MS = 5_000

/** What a supervisor that is started here is called in reports and in the audit: the path from the root. */
export const SupervisorName = Context.Reference<string>("munition/supervisors/otp/SupervisorName", {
  defaultValue: () => "supervisor"
})

/** In a fiber of its own, since what is asked may hang; a child that is still being started is interrupted. */
const ask = (run: Run, how: "shutdown" | "kill"): Effect.Effect<void> =>
  Effect.suspend(() => {
    run.asked = how
    if (run.child === undefined) return Effect.sync(() => run.fibers[0]?.interruptUnsafe())
    return fork(run, Effect.exit(how === "kill" ? run.child.kill : run.child.shutdown))
  })

const fork = (run: Run, effect: Effect.Effect<unknown>): Effect.Effect<void> =>
  Effect.map(
    Effect.forkDetach(effect, { startImmediately: true, uninterruptible: false }),
    (fiber) => void run.fibers.push(fiber)
  )

const waitFor = (run: Run, shutdown: number | "infinity"): Effect.Effect<unknown> =>
  shutdown === "infinity"
    ? Deferred.await(run.down)
    : Effect.timeoutOption(Deferred.await(run.down), shutdown)
